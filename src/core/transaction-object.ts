import type { EventType } from './event-types.ts';
import type { Transaction, TransactionError } from './journal.ts';
import { newEvent, type OwnedEvent } from './ports/events.ts';

const seconds = (at: Date) => Math.floor(at.getTime() / 1000);

/** A transaction as events tell of it, in the words of the platform's transactions; what it is about comes from `meta`. */
export function transactionObject(t: Omit<Transaction, 'updatedAt'>): Record<string, unknown> {
  const fact = (name: string) => (typeof t.meta[name] === 'string' ? t.meta[name] : null);
  return {
    object: 'transaction',
    id: t.id,
    type: t.type,
    status: t.status,
    network: t.network,
    user_id: t.userId,
    token_id: fact('tokenId'),
    contract_address: fact('token'),
    from: fact('from'),
    to: fact('to'),
    amount: fact('amount'),
    item_id: fact('itemId'),
    retry_of: fact('retryOf'),
    user_op_hash: t.userOpHash,
    tx_hash: t.txHash,
    block_number: t.blockNumber === null ? null : Number(t.blockNumber),
    block_hash: t.blockHash,
    gas_used: t.gasUsed?.toString() ?? null,
    sponsor_cost: t.sponsorCost?.toString() ?? null,
    error: t.error && errorObject(t.error),
    created: seconds(t.createdAt),
  };
}

function errorObject({ code, message, reason, revertReason }: TransactionError) {
  return {
    code: code.toLowerCase(),
    message,
    ...(reason === undefined ? {} : { reason: reason.toLowerCase() }),
    ...(revertReason === undefined ? {} : { revert_reason: revertReason }),
  };
}

/** Tenants hear of every step of their transactions; others have no way to read more than the ends. */
export function hearsAll({ owner }: Pick<Transaction, 'owner'>): boolean {
  return owner.startsWith('tenant:');
}

/** The event that tells its owner where a transaction stands. */
export function transactionEvent(t: Transaction, type: EventType): OwnedEvent {
  return newEvent(t.owner, type, transactionObject(t));
}
