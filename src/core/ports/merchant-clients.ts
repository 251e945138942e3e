import type { Address } from '../hex.ts';

/** A merchant's key for verify and settle. Its token is signed, not stored: `generation` says which one is current. */
export type MerchantClient = {
  clientId: string;
  userId: number;
  title: string;
  scopes: readonly string[];
  /** Lower-case; null = any. */
  payTo: readonly Address[] | null;
  quotaPerMinute: number | null;
  generation: number;
  /** Until then the generation before works, too. */
  previousUntil: Date | null;
  /** Generations before that one, each with the end of its own. */
  older: readonly { generation: number; expiresAt: Date }[];
  createdAt: Date;
  expiresAt: Date | null;
  revokedAt: Date | null;
};

export type NewMerchantClient = Pick<
  MerchantClient,
  'clientId' | 'userId' | 'title' | 'scopes' | 'payTo' | 'quotaPerMinute' | 'expiresAt'
>;

export type MerchantClientRepository = {
  insert(client: NewMerchantClient, at: Date): Promise<MerchantClient>;
  /** Revoked ones too, and those of deleted users as revoked: the caller decides what to say. */
  find(clientId: string): Promise<MerchantClient | null>;
  /** Newest first, without the revoked; of everybody when `userId` is null. */
  list(userId: number | null, page: { offset: number; limit: number }): Promise<MerchantClient[]>;
  /** Of everybody when `userId` is null; false when there is none to revoke. */
  revoke(userId: number | null, clientId: string, at: Date): Promise<boolean>;
  /**
   * The next generation; null when there is no such key. The one before works until `previousUntil` and older ones
   * until their own end; when `previousUntil` is not after `at`, all of them end at once.
   */
  rotate(
    userId: number | null,
    clientId: string,
    previousUntil: Date,
    at: Date,
  ): Promise<MerchantClient | null>;
};
