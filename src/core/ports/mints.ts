import type { Address, Hex } from '../hex.ts';

/** What a receipt mints, fixed when it was signed. */
export type MintReceipt = {
  id: string;
  /** Journal owner, `client:client_…`; with `receiptId` it is unique. */
  owner: string;
  receiptId: string;
  userId: string;
  network: string;
  token: Address;
  recipient: Address;
  /** Atomic units. */
  amount: bigint;
  /** The receipt as the voucher contract knows it. */
  receipt: Hex;
  deadline: Date;
  signature: Hex;
  /** The mint that carries it; null while it is only signed. */
  transactionId: string | null;
  createdAt: Date;
};

export type NewMintReceipt = Omit<MintReceipt, 'transactionId' | 'createdAt'>;

export type MintReceiptRepository = {
  find(owner: string, receiptId: string): Promise<MintReceipt | null>;
  /** Null when the owner has signed this receipt before. */
  insert(receipt: NewMintReceipt, at: Date): Promise<MintReceipt | null>;
  /** A new deadline and signature; null when another mint than `before` carries the receipt by now. */
  renew(
    id: string,
    before: string | null,
    voucher: Pick<MintReceipt, 'deadline' | 'signature'>,
  ): Promise<MintReceipt | null>;
  /** Hands the receipt from one mint (null = none yet) to the next; false when somebody else was faster. */
  claim(id: string, before: string | null, transactionId: string): Promise<boolean>;
};
