import type { SponsorshipPolicy } from '#src/core/sponsorship.ts';
import type { apiClients } from '../tables/adapter.ts';

type Stored = (typeof apiClients.$inferSelect)['sponsorship'];

const number = (text: string | null) => (text === null ? null : BigInt(text));

/** A policy as the domain has it. */
export function toPolicy({ allow, maxGas, dailyBudget }: NonNullable<Stored>): SponsorshipPolicy {
  return { allow, maxGas: number(maxGas), dailyBudget: number(dailyBudget) };
}

/** A policy as its column has it. */
export function fromPolicy(policy: SponsorshipPolicy | null): Stored {
  if (!policy) return null;
  const { allow, maxGas, dailyBudget } = policy;
  return {
    allow: allow && [...allow],
    maxGas: maxGas?.toString() ?? null,
    dailyBudget: dailyBudget?.toString() ?? null,
  };
}
