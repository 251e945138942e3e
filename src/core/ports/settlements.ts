import type { Address, Hex } from '../hex.ts';

/** received: on its way to the chain · settled: paid · failed: proven not to be paid by us. */
export type SettlementStatus = 'received' | 'settled' | 'failed';

/** One payment, for ever: unique by chain, asset, payer and nonce. */
export type Settlement = {
  id: string;
  /** Journal owner: the merchant's user. */
  owner: string;
  clientId: string;
  network: string;
  chainId: number;
  asset: Address;
  payer: Address;
  nonce: Hex;
  payTo: Address;
  amount: bigint;
  scheme: string;
  method: string;
  x402Version: number;
  resource: string;
  /** Name of the resource in the catalogue. */
  offer: string;
  /** What was signed with its signature, hashed. */
  proof: string;
  status: SettlementStatus;
  /** The journal's transaction; null when somebody else put the payment on the chain. */
  transactionId: string | null;
  txHash: Hex | null;
  blockNumber: bigint | null;
  gasUsed: bigint | null;
  /** Wei paid for gas. */
  fee: bigint | null;
  /** x402 reason of a failure. */
  reason: string | null;
  /** When success was handed out; it is handed out once. */
  deliveredAt: Date | null;
  idempotencyKey: string | null;
  /** The payer's own name of the payment, one payment of an owner each. */
  paymentIdentifier: string | null;
  fingerprint: string;
  createdAt: Date;
  updatedAt: Date;
  settledAt: Date | null;
};

export type SettlementIdentity = Pick<Settlement, 'chainId' | 'asset' | 'payer' | 'nonce'>;

export type NewSettlement = Omit<
  Settlement,
  | 'status'
  | 'txHash'
  | 'blockNumber'
  | 'gasUsed'
  | 'fee'
  | 'reason'
  | 'deliveredAt'
  | 'createdAt'
  | 'updatedAt'
  | 'settledAt'
>;

/** What the chain said. */
export type SettlementOutcome = Pick<
  Settlement,
  'status' | 'txHash' | 'blockNumber' | 'gasUsed' | 'fee' | 'reason'
>;

/** A settlement after an outcome was written, and where it stood before. */
export type Concluded = { settlement: Settlement; before: SettlementStatus };

/** Of `upto` the amount is told with each call. */
type Asked = Pick<Settlement, 'amount' | 'fingerprint'>;
export type Adopted = Pick<Settlement, 'txHash' | 'blockNumber'> & Asked;
export type Restarted = Pick<Settlement, 'idempotencyKey'> & { transactionId: string } & Asked;

export type SettlementRepository = {
  /** Null when the payment is known already (or a concurrent twin has just written it). */
  insert(settlement: NewSettlement, at: Date): Promise<Settlement | null>;
  /** The same for many in one statement, in their order. */
  insertMany(settlements: readonly NewSettlement[], at: Date): Promise<(Settlement | null)[]>;
  find(identity: SettlementIdentity): Promise<Settlement | null>;
  findById(id: string): Promise<Settlement | null>;
  findByIdentifier(owner: string, paymentIdentifier: string): Promise<Settlement | null>;
  findByKey(owner: string, idempotencyKey: string): Promise<Settlement | null>;
  /** Starts one over that failed, or that moved nothing; false when it is neither (any more). */
  restart(id: string, anew: Restarted, at: Date): Promise<boolean>;
  /** Writes outcomes in one statement; those that are settled already by other means are left out. */
  conclude(
    outcomes: readonly (SettlementOutcome & { transactionId: string })[],
    at: Date,
  ): Promise<Concluded[]>;
  /**
   * Takes a payment as settled that somebody else put on the chain (or, without a hash, that had nothing to pay); false
   * when it is settled already. Permit2's logs name no nonce: there a transfer that is counted for another payment, or
   * that our own signers sent for one, is not taken again.
   */
  adopt(id: string, place: Adopted, at: Date): Promise<boolean>;
  /** Takes the right to say success, once; answers the ids whose right was free. */
  claimDeliveries(ids: readonly string[], at: Date): Promise<string[]>;
  /** The same for one that has no key yet, which gets this one where its owner has not used it; false when the right was taken. */
  claimDeliveryAs(id: string, idempotencyKey: string, at: Date): Promise<boolean>;
  /** One row of an owner, as `list` shows it. */
  view(owner: string, id: string): Promise<Settlement | null>;
  /** Newest first; one on its way has the hash of its latest transaction. `after` is the id of the last row of the page before. */
  list(
    owner: string,
    page: { after?: string; limit: number; status?: SettlementStatus },
  ): Promise<Settlement[]>;
};
