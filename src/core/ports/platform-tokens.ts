import type { Address, Hex } from '../hex.ts';
import type { TokenAction, TokenRole, TokenStandard } from '../token-actions.ts';
import type { WatchedToken } from './token-transfers.ts';
import type { Effect } from './tokens.ts';

/** What a token can do, fixed when it is made. */
export type TokenFeatures = { mintable: boolean; burnable: boolean; pausable: boolean };

/** What a token is made of. */
export type TokenSpec = {
  name: string;
  symbol: string;
  standard: TokenStandard;
  features: TokenFeatures;
  /** Of fungible tokens, else null. */
  decimals: number | null;
  /** Most that can ever be there; null = no limit. */
  cap: bigint | null;
  /** Atomic units that the deployer gets. */
  initialSupply: bigint;
  baseUri: string | null;
  /** Hundredths of a percent that go to the deployer; null = none. */
  royaltyBps: number | null;
};

export type TokenStatus = 'deploying' | 'deployed' | 'failed';

/** A token of an owner. */
export type PlatformToken = TokenSpec & {
  id: string;
  owner: string;
  network: string;
  /** Known before it is deployed. */
  address: Address;
  /** The account that deploys it and has all its roles at first. */
  treasury: Address;
  status: TokenStatus;
  /** The journal's transaction that deploys it. */
  transactionId: string;
  /** Block of its deployment. */
  blockNumber: bigint | null;
  createdAt: Date;
  updatedAt: Date;
};

export type NewPlatformToken = Omit<PlatformToken, 'status' | 'blockNumber' | 'createdAt' | 'updatedAt'>;

export type PlatformTokenFilter = {
  network?: string | undefined;
  standard?: TokenStandard | undefined;
  status?: TokenStatus | undefined;
};

export type PlatformTokenRepository = {
  insert(token: NewPlatformToken, at: Date): Promise<PlatformToken>;
  find(owner: string, id: string): Promise<PlatformToken | null>;
  /** Newest first; `after` is the id of the last one of the page before. */
  list(
    owner: string,
    filter: PlatformTokenFilter & { after?: string | undefined; limit: number },
  ): Promise<PlatformToken[]>;
  count(owner: string, filter: PlatformTokenFilter): Promise<number>;
  /** All of a network, whoever owns them; those too that are not deployed yet. */
  listWatched(network: string): Promise<WatchedToken[]>;
  /** Follows the deploying transaction; null when no token hangs on it. */
  follow(
    transactionId: string,
    state: Pick<PlatformToken, 'status' | 'blockNumber'>,
    at: Date,
  ): Promise<PlatformToken | null>;
  /** Another transaction deploys it now. */
  redeploy(id: string, transactionId: string, at: Date): Promise<void>;
};

/** What the chain says of a token; null for what its standard does not have. */
export type TokenState = {
  totalSupply: bigint | null;
  cap: bigint | null;
  paused: boolean;
  contractOwner: Address;
  royalty: { receiver: Address; bps: number } | null;
};

export type TokenAddress = Pick<PlatformToken, 'network' | 'address' | 'standard'>;

export type ItemAddress = Pick<PlatformToken, 'address' | 'standard'> & { itemId: bigint };

/** What the chain says of an item. */
export type ItemState = {
  /** Null when nobody has it, and where many can. */
  owner: Address | null;
  supply: bigint;
  uri: string | null;
  royalty: { receiver: Address; bps: number } | null;
};

/** One question to a token. */
export type TokenQuestion =
  | { ask: 'balance'; account: Address; itemId: bigint | null }
  | { ask: 'allowance'; holder: Address; spender: Address }
  | { ask: 'approved'; itemId: bigint }
  | { ask: 'approved_for_all'; holder: Address; operator: Address }
  | { ask: 'has_role'; role: TokenRole; account: Address }
  | { ask: 'uri'; itemId: bigint }
  | { ask: 'holder_of'; itemId: bigint };

/** A number, an address, yes or no, a text, as the question wants it. */
export type TokenAnswer = bigint | boolean | string | null;

/** Token contracts of the platform. Reads of tokens are of one block and one round trip. */
export type TokenContracts = {
  /** True where factory and implementations are in place; asked once, unless they are not. @throws chain_unavailable */
  canDeploy(network: string): Promise<boolean>;
  /** Where `deployer` makes the token of this salt, and how. */
  deployment(spec: TokenSpec, deployer: Address, salt: Hex): { address: Address; effect: Effect };
  /** 32 bytes from a token id. */
  saltOf(id: string): Hex;
  /** What `from` sends to do it. */
  effect(token: TokenAddress, from: Address, action: TokenAction): Effect;
  /** Of one network, in order; null for what does not answer as a token of ours. @throws chain_unavailable */
  states(network: string, tokens: readonly TokenAddress[]): Promise<(TokenState | null)[]>;
  /** Of items of one network, in order; null for what does not answer. @throws chain_unavailable */
  items(network: string, items: readonly ItemAddress[]): Promise<(ItemState | null)[]>;
  /** Answers in order; null where the contract refuses to answer. @throws chain_unavailable */
  ask(token: TokenAddress, questions: readonly TokenQuestion[]): Promise<TokenAnswer[]>;
};
