import type { Call, Prepared, Transaction } from '#src/core/journal.ts';
import { shares } from '#src/core/money.ts';
import type { SponsorGate } from '#src/core/ports/sponsorship.ts';
import type { LegVerdict } from '../simulate.ts';
import type { Plan } from './build.ts';
import { executionReverted, operationFailed, operationFault } from './errors.ts';

type Rejected = Prepared['rejected'];

/** Refused legs fail; the operation ends before the first leg that has to wait for it, so that the order is kept. */
export function judged(batch: readonly Transaction[], verdicts: readonly LegVerdict[]) {
  const ready: Transaction[] = [];
  const rejected: Rejected = [];
  for (const [i, transaction] of batch.entries()) {
    const verdict = verdicts[i];
    if (verdict?.verdict === 'later') break;
    if (verdict?.verdict !== 'refused') ready.push(transaction);
    else {
      const error = operationFailed(executionReverted, 'the call reverts', verdict.revertReason);
      rejected.push({ id: transaction.id, error });
    }
  }
  return { ready, rejected };
}

export type BatchOptions = {
  plan(calls: readonly Call[]): Promise<Plan>;
  /** Gas one operation may ask for; a bundler drops what does not fit. */
  maxGas: bigint;
  gate: SponsorGate;
  /** True while a transaction may go on waiting for who refuses it now. */
  patient(transaction: Transaction): boolean;
};

/** One signed operation of as many transactions as fit; those that fail only together wait for the next one. */
export async function buildBatch(
  options: BatchOptions,
  ready: readonly Transaction[],
  rejected: Rejected,
): Promise<Prepared> {
  const allowed = ready[0] ? await options.gate.maxGas(ready[0].owner) : null;
  const after = (one: Transaction) =>
    ready.slice(ready.indexOf(one) + 1).filter(({ id }) => !rejected.some((known) => known.id === id));
  let batch = ready;
  for (;;) {
    const [first] = batch;
    if (!first) return { submission: null, legs: [], rejected };
    try {
      const plan = await options.plan(batch.flatMap((one) => one.calls));
      const fit = fitting(batch, plan.gas, lower(options.maxGas, allowed));
      if (fit) {
        batch = fit;
        continue;
      }
      if (allowed !== null && plan.gas > allowed) {
        rejected.push({ id: first.id, error: options.gate.overGas(plan.gas, allowed) });
        batch = after(first);
        continue;
      }
      const refused = await options.gate.hold(costs(batch, plan.maxCost));
      if (refused.length > 0) {
        rejected.push(...refused);
        batch = batch.filter(({ id }) => !refused.some((one) => one.id === id));
        continue;
      }
      return { submission: await plan.sign(), legs: batch.map((one) => one.id), rejected };
    } catch (error) {
      const fault = operationFault(error);
      if (!fault || (fault.retry && options.patient(first))) {
        // What was found out of the others is written down before the next try.
        if (rejected.length > 0) return { submission: null, legs: [], rejected };
        throw error;
      }
      if (batch.length > 1) {
        batch = [first];
        continue;
      }
      rejected.push({ id: first.id, error: fault.error });
      batch = after(first);
    }
  }
}

/** What each leg may cost at most. */
export function costs(batch: readonly Transaction[], maxCost: bigint) {
  const parts = shares(maxCost, batch.length);
  return batch.map((transaction, i) => ({ transaction, cost: parts[i] ?? 0n }));
}

/** The part of a batch that should fit into `maxGas`; null when it fits, or is as small as it gets. */
function fitting(batch: readonly Transaction[], gas: bigint, maxGas: bigint): Transaction[] | null {
  if (gas <= maxGas || batch.length === 1) return null;
  const fit = Math.floor((batch.length * Number(maxGas)) / Number(gas));
  return batch.slice(0, Math.min(Math.max(fit, 1), batch.length - 1));
}

const lower = (a: bigint, b: bigint | null): bigint => (b === null || a < b ? a : b);
