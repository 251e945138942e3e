import type { TokenMethod } from '../token-actions.ts';

export type BatchMode = 'parallel' | 'atomic';

/** One operation of a batch: carried by a transaction, or refused before it was written down. */
export type BatchOperation = {
  method: TokenMethod;
  tokenId: string;
  transactionId: string | null;
  error: { code: string; message: string } | null;
};

export type Batch = {
  id: string;
  owner: string;
  mode: BatchMode;
  operations: readonly BatchOperation[];
  createdAt: Date;
};

export type BatchRepository = {
  insert(batch: Omit<Batch, 'createdAt'>, at: Date): Promise<Batch>;
  find(owner: string, id: string): Promise<Batch | null>;
};
