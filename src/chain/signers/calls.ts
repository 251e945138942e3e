import type { Address, Hex } from '#src/core/hex.ts';
import type { Transaction } from '#src/core/journal.ts';
import { multicall3Address } from '../clients.ts';
import { encodeAggregate3 } from '../multicall3.ts';

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

/** A transaction alone: its call plain, several of them as one aggregate. */
export function alone(transaction: Transaction): Envelope {
  const [call] = transaction.calls;
  if (!call) throw new Error(`transaction ${transaction.id} has no call`);
  if (transaction.calls.length === 1) {
    return { ...call, gas: intrinsicGas(call.data) + gasOf(transaction) };
  }
  const data = encodeAggregate3(transaction.calls);
  const gas = intrinsicGas(data) + gasOf(transaction) + aggregateGas;
  return { to: multicall3Address, data, value: 0n, gas };
}

/** True for what may share a batch: one call that sends no native coin. */
export function mayJoin(transaction: Transaction): boolean {
  return transaction.calls.length === 1 && transaction.calls[0]?.value === 0n;
}

/** Several transactions in one aggregate; a leg that fails fails no other. */
export function together(transactions: readonly Transaction[]): Envelope {
  const data = encodeAggregate3(transactions.flatMap((one) => one.calls));
  const gas = intrinsicGas(data) + batchGas + legGas * BigInt(transactions.length);
  return { to: multicall3Address, data, value: 0n, gas };
}
