import type { Clock } from '#src/core/clock.ts';
import { type AppError, fail } from '#src/core/errors.ts';
import type { NewTransaction, Transaction, TransactionError } from '#src/core/journal.ts';
import { isAccountLane, parseAccountLane } from '#src/core/lanes.ts';
import type { QuoteOperation, SponsorGate, SponsorshipRepository } from '#src/core/ports/sponsorship.ts';
import { type SponsorshipUsage, uncoveredCall, utcDay } from '#src/core/sponsorship.ts';

/** What an intent may cost by the policy that was asked. */
export type Approval = { owner: string; cost: bigint; budget: bigint | null };

/** Store that a write binds to its database transaction. */
export type SponsorshipStore = { sponsorships: SponsorshipRepository };

/** What operators pay for: asked before a write, held with it, settled when it is final. */
export type Sponsorship = {
  /** @throws sponsorship_denied, chain_unavailable (only where gas or budget is limited) */
  approve(intent: Omit<NewTransaction, 'id'>): Promise<Approval>;
  /** Holds the estimate in the write's own database transaction. @throws sponsorship_denied */
  reserve(tx: SponsorshipStore, approval: Approval, transactionId: string): Promise<void>;
  /** For executors. */
  gate: SponsorGate;
  /** The journal's `onChange`: what is final costs what it cost. */
  settle(tx: SponsorshipStore, transactions: readonly Transaction[]): Promise<void>;
  usage(owner: string): Promise<SponsorshipUsage>;
};

export type SponsorshipPorts = {
  store: SponsorshipStore;
  quote: QuoteOperation;
  clock: Clock;
};

export function createSponsorship({ store, quote, clock }: SponsorshipPorts): Sponsorship {
  const { policyOf } = store.sponsorships;
  const left = async ({ sponsorships }: SponsorshipStore, owner: string, budget: bigint): Promise<bigint> => {
    const { spent, reserved } = await sponsorships.usage(owner, utcDay(clock.now()));
    return budget > spent + reserved ? budget - spent - reserved : 0n;
  };
  return {
    async approve({ owner, network, lane, calls }) {
      const policy = await policyOf(owner);
      if (!policy) return { owner, cost: 0n, budget: null };
      const uncovered = uncoveredCall(policy, calls);
      if (uncovered) throw denied('allow', 'This contract or method is not sponsored', uncovered);
      const { maxGas, dailyBudget: budget } = policy;
      if (maxGas === null && budget === null) return { owner, cost: 0n, budget };
      const { callGas, maxCost } = await quote(network, parseAccountLane(lane).address, calls);
      if (maxGas !== null && callGas > maxGas) throw tooMuchGas(callGas, maxGas);
      return { owner, cost: budget === null ? 0n : maxCost, budget };
    },
    async reserve(tx, { owner, cost, budget }, transactionId) {
      const day = utcDay(clock.now());
      if (await tx.sponsorships.reserve({ transactionId, owner, day, cost, budget })) return;
      throw overBudget(cost, budget ?? 0n, await left(tx, owner, budget ?? 0n));
    },
    gate: {
      maxGas: async (owner) => (await policyOf(owner))?.maxGas ?? null,
      async hold(costs) {
        const budgets = new Map<string, bigint | null>();
        for (const { owner } of costs.map(({ transaction }) => transaction)) {
          if (!budgets.has(owner)) budgets.set(owner, (await policyOf(owner))?.dailyBudget ?? null);
        }
        const refused: Awaited<ReturnType<SponsorGate['hold']>> = [];
        for (const { transaction, cost } of costs) {
          const { id, owner } = transaction;
          const budget = budgets.get(owner) ?? null;
          if (budget === null) continue;
          if (await store.sponsorships.hold({ transactionId: id, owner, cost, budget })) continue;
          refused.push({ id, error: failure(overBudget(cost, budget, await left(store, owner, budget))) });
        }
        return refused;
      },
      overGas: (gas, maxGas) => failure(tooMuchGas(gas, maxGas)),
    },
    async settle(tx, transactions) {
      const mine = transactions.filter(({ lane }) => isAccountLane(lane));
      const settlements = mine.map(({ id: transactionId, owner, status, sponsorCost }) => ({
        transactionId,
        owner,
        spent: sponsorCost ?? 0n,
        final: status === 'confirmed' || status === 'failed',
      }));
      await tx.sponsorships.settle(settlements);
    },
    usage: (owner) => store.sponsorships.usage(owner, utcDay(clock.now())),
  };
}

type Rule = 'allow' | 'maxGas' | 'dailyBudget';

function denied(rule: Rule, message: string, facts: Record<string, string>): AppError {
  return fail('sponsorship_denied', { message, details: { rule, ...facts } });
}

function tooMuchGas(gas: bigint, maxGas: bigint): AppError {
  const message = `An operation of this may take ${maxGas} gas, it needs ${gas}`;
  return denied('maxGas', message, { limit: `${maxGas}`, required: `${gas}` });
}

function overBudget(cost: bigint, budget: bigint, left: bigint): AppError {
  const message = `Of today's budget ${left} wei are left, this may cost ${cost}`;
  return denied('dailyBudget', message, { limit: `${budget}`, left: `${left}`, required: `${cost}` });
}

/** The same refusal on a transaction that was accepted before. */
function failure({ facts }: AppError): TransactionError {
  const reason = facts.details?.['rule'] === 'maxGas' ? 'MAX_GAS' : 'DAILY_BUDGET';
  return { code: 'SPONSORSHIP_DENIED', message: facts.message ?? '', reason };
}
