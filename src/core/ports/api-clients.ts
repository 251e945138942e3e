import type { SponsorshipPolicy } from '../sponsorship.ts';

/** An app's credentials. */
export type ApiClient = {
  id: string;
  name: string;
  scopes: readonly string[];
  tier: string;
  /** Browser origins that may use it. */
  allowedOrigins: readonly string[];
  /** Addresses or CIDR ranges; any when empty. */
  allowedIps: readonly string[];
  /** What is paid for it; null = everything. */
  sponsorship: SponsorshipPolicy | null;
  expiresAt: Date | null;
  revokedAt: Date | null;
  /** Until then the secret before the current one works, too. */
  previousSecretExpiresAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
};

export type NewApiClient = Pick<
  ApiClient,
  'id' | 'name' | 'scopes' | 'tier' | 'allowedOrigins' | 'allowedIps' | 'expiresAt'
> & { secretHash: string };

/** What an operator may change. */
export type ApiClientChange = Partial<
  Pick<ApiClient, 'name' | 'scopes' | 'tier' | 'allowedOrigins' | 'allowedIps' | 'expiresAt' | 'sponsorship'>
>;

export type ApiClientRepository = {
  insert(client: NewApiClient, at: Date): Promise<ApiClient>;
  find(id: string): Promise<ApiClient | null>;
  /** With the hashes that open it: the current one, and those before that are still good at `at`. */
  findWithSecrets(id: string, at: Date): Promise<{ client: ApiClient; hashes: string[] } | null>;
  /** The client behind a token and whether that token was revoked, in one question. */
  findByToken(id: string, jti: string): Promise<{ client: ApiClient; tokenRevoked: boolean } | null>;
  /** True when a client that is active at `at` lists the browser origin. */
  listsOrigin(origin: string, at: Date): Promise<boolean>;
  /** Newest first; `after` is the id of the last one of the page before. */
  list(filter: { after?: string; limit: number }): Promise<ApiClient[]>;
  update(id: string, change: ApiClientChange, at: Date): Promise<ApiClient | null>;
  /**
   * Puts a new secret in place; the one before stays good until `previousUntil` and older ones until their own end.
   * When `previousUntil` is not after `at`, all of them end at once.
   */
  rotate(id: string, secretHash: string, previousUntil: Date, at: Date): Promise<ApiClient | null>;
  revoke(id: string, at: Date): Promise<ApiClient | null>;
};

export type RevokedTokenRepository = {
  insert(jti: string, expiresAt: Date): Promise<void>;
  /** Removes revocations of tokens that have expired anyway, at most `limit`; returns how many. */
  deleteExpired(at: Date, limit: number): Promise<number>;
};
