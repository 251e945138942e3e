/** A secret of a key as it may be shown. */
export type ApiKeySecret = {
  hint: string;
  createdAt: Date;
  /** Set when it was replaced: until then it works, too. */
  expiresAt: Date | null;
  lastUsedAt: Date | null;
};

export type ApiKeyType = 'secret' | 'publishable';
export type Environment = 'test' | 'live';

/** A key of a tenant. */
export type ApiKey = {
  id: string;
  tenantId: string;
  name: string;
  type: ApiKeyType;
  environment: Environment;
  /** Null = all. */
  scopes: readonly string[] | null;
  expiresAt: Date | null;
  /** Empty = any. */
  allowedIps: readonly string[];
  /** Requests a minute; null = the standard. */
  rateLimit: number | null;
  createdAt: Date;
  updatedAt: Date;
  revokedAt: Date | null;
};

export type ApiKeyChange = Partial<
  Pick<ApiKey, 'name' | 'scopes' | 'expiresAt' | 'allowedIps' | 'rateLimit'>
>;
export type NewApiKey = Omit<ApiKey, 'createdAt' | 'updatedAt' | 'revokedAt'>;
export type NewSecret = { hash: string; hint: string };
/** Secrets that work, the current one first. */
export type ApiKeyWithSecrets = ApiKey & { secrets: readonly ApiKeySecret[] };

/** What a presented secret opens. */
export type OpenedKey = {
  key: ApiKey;
  secretExpiresAt: Date | null;
  /** Nobody is left in the tenant. */
  deserted: boolean;
};

export type ApiKeyRepository = {
  insert(key: NewApiKey, secret: NewSecret, at: Date): Promise<ApiKeyWithSecrets>;
  find(tenantId: string, id: string, at: Date): Promise<ApiKeyWithSecrets | null>;
  /** Newest first; `total` counts all. One more than `limit` when there is more. */
  list(
    tenantId: string,
    page: { after?: string; limit: number },
    at: Date,
  ): Promise<{ keys: ApiKeyWithSecrets[]; total: number }>;
  /** False when there is none. */
  update(tenantId: string, id: string, change: ApiKeyChange, at: Date): Promise<boolean>;
  /**
   * A new current secret; the one before works until `until` and older ones until their own end. When `until` is not
   * after `at`, all of them end at once. False when there is no live key.
   */
  rotate(tenantId: string, id: string, secret: NewSecret, until: Date, at: Date): Promise<boolean>;
  /** False when there is none; a revoked one stays as it is. */
  revoke(tenantId: string, id: string, at: Date): Promise<boolean>;
  findBySecret(hash: string): Promise<OpenedKey | null>;
  /** Notes when secrets were used last. */
  touch(uses: readonly { hash: string; at: Date }[]): Promise<void>;
};
