import type { Address } from '../hex.ts';
import type { TokenRole } from '../token-actions.ts';
import type { BlockRef, LogPlace, Watched } from './token-transfers.ts';

/** A change of who may do what on a token, as the chain logged it. */
export type ControlLog = LogPlace & {
  kind: 'role_granted' | 'role_revoked' | 'ownership_transferred';
  /** Null of the ownership. */
  role: TokenRole | null;
  /** Who got or lost the role, or owns the token now. */
  account: Address;
  /** Who made it so, or owned the token before. */
  by: Address;
};

export type IndexedControl = Watched<ControlLog>;

export type TokenControlRepository = {
  /** Answers those that were not known. */
  insert(changes: readonly IndexedControl[]): Promise<IndexedControl[]>;
  /** Forgets what came after a block; answers it. */
  rewind(network: string, to: BlockRef): Promise<IndexedControl[]>;
  /** Every account that ever got a role of a token or owned it. */
  listAccounts(tokenId: string): Promise<Address[]>;
};
