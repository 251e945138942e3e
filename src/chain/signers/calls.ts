import type { Address, Hex } from '#src/core/hex.ts';
import type { ExpectedLog, Transaction } from '#src/core/journal.ts';
import { multicall3Address } from '../clients.ts';
import { encodeTryAggregate } from '../multicall3.ts';

/** What a signer sends. */
export type Envelope = { to: Address; data: Hex; value: bigint; gas: bigint };

/** From here on a batch is cheaper than its payments alone. */
export const leastBatch = 3;
/** Measured on USDC, with a margin: what one leg and the aggregate itself cost. `eth_estimateGas` under-gasses batches. */
const legGas = 110_000n;
const batchGas = 60_000n;
/** Gas a call of unknown cost may use. */
const defaultGas = 500_000n;
const aggregateGas = 30_000n;

/** Gas that a transaction's calls may use, as its service said in `meta.gas`. */
function gasOf(transaction: Transaction): bigint {
  const told = transaction.meta['gas'];
  return typeof told === 'string' ? BigInt(told) : defaultGas;
}

/** Intrinsic gas: 21000 and the call data by EIP-2028, at least the floor of EIP-7623. */
export function intrinsicGas(data: Hex): bigint {
  let zeros = 0;
  for (let i = 2; i < data.length; i += 2) if (data[i] === '0' && data[i + 1] === '0') zeros += 1;
  const others = data.length / 2 - 1 - zeros;
  return 21_000n + BigInt(Math.max(zeros * 4 + others * 16, (zeros + others * 4) * 10));
}

/** What follows its call data, as its service said in `meta.suffix`. */
function suffixOf(transaction: Transaction): string {
  const told = transaction.meta['suffix'];
  return typeof told === 'string' ? told.slice(2) : '';
}

/** A transaction alone: its call plain, several of them as one aggregate. */
export function alone(transaction: Transaction): Envelope {
  const [call] = transaction.calls;
  if (!call) throw new Error(`transaction ${transaction.id} has no call`);
  const suffix = suffixOf(transaction);
  if (transaction.calls.length === 1) {
    const data: Hex = `${call.data}${suffix}`;
    return { ...call, data, gas: intrinsicGas(data) + gasOf(transaction) };
  }
  const data: Hex = `${encodeTryAggregate(transaction.calls)}${suffix}`;
  const gas = intrinsicGas(data) + gasOf(transaction) + aggregateGas;
  return { to: multicall3Address, data, value: 0n, gas };
}

/** The one key that may send it, as its service said in `meta.sender`; null = any. */
export function senderOf(transaction: Transaction): Address | null {
  const told = transaction.meta['sender'];
  return typeof told === 'string' ? (told as Address) : null;
}

/** One call that sends no native coin and that any key may send; not what its service wants alone (`meta.alone`). */
function mayJoin(transaction: Transaction): boolean {
  const [call, ...more] = transaction.calls;
  const isFree = senderOf(transaction) === null && transaction.meta['alone'] !== true;
  return isFree && more.length === 0 && call?.value === 0n;
}

const logKey = ({ address, topics, data }: ExpectedLog) => `${address} ${topics.join()} ${data ?? ''}`;

/**
 * What may share a batch with the first; none when the first has to go alone. Each leg is proven by a log that no
 * other leg promises: equal payments by Permit2, whose logs name no nonce, travel apart. So do those of other suffixes,
 * of which a transaction has one.
 */
export function joinable(queued: readonly Transaction[]): Transaction[] {
  const single = new Map<string, Transaction>();
  const suffix = queued[0] && suffixOf(queued[0]);
  for (const one of queued.filter((other) => mayJoin(other) && suffixOf(other) === suffix)) {
    const promised = one.expect.map(logKey).join('|') || one.id;
    if (!single.has(promised)) single.set(promised, one);
  }
  const candidates = [...single.values()];
  const promises = new Map<string, number>();
  for (const key of candidates.flatMap((one) => one.expect.map(logKey))) {
    promises.set(key, (promises.get(key) ?? 0) + 1);
  }
  const provable = candidates.filter(
    (one) => one.expect.length === 0 || one.expect.some((log) => promises.get(logKey(log)) === 1),
  );
  return provable[0] === queued[0] ? provable : [];
}

/** Several transactions in one aggregate; a leg that fails fails no other. */
export function together(transactions: readonly Transaction[]): Envelope {
  const [first] = transactions;
  const calls = transactions.flatMap((one) => one.calls);
  const data: Hex = `${encodeTryAggregate(calls)}${first ? suffixOf(first) : ''}`;
  const gas = intrinsicGas(data) + batchGas + legGas * BigInt(transactions.length);
  return { to: multicall3Address, data, value: 0n, gas };
}
