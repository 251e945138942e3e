import type { Static } from '@sinclair/typebox';
import type { SponsorshipPolicy, SponsorshipState } from '#schemas/adapter/sponsorship.ts';
import { checksum } from '#src/core/address.ts';
import { parseAmount } from '#src/core/money.ts';
import type * as Domain from '#src/core/sponsorship.ts';

type WirePolicy = Static<typeof SponsorshipPolicy>;

/** A policy from the wire; what is absent does not limit. @throws validation */
export function fromPolicy({ allow, maxGas, dailyBudget }: WirePolicy): Domain.SponsorshipPolicy {
  const amount = (text: string | undefined, name: string) =>
    text === undefined ? null : parseAmount(text, `sponsorship.${name}`);
  return {
    allow: allow?.map((one) => ({ ...one, contract: checksum(one.contract) })) ?? null,
    maxGas: amount(maxGas, 'maxGas'),
    dailyBudget: amount(dailyBudget, 'dailyBudget'),
  };
}

function toPolicy({ allow, maxGas, dailyBudget }: Domain.SponsorshipPolicy): WirePolicy {
  return {
    ...(allow === null
      ? {}
      : {
          allow: allow.map(({ contract, methods }) => ({
            contract,
            ...(methods ? { methods: [...methods] } : {}),
          })),
        }),
    ...(maxGas === null ? {} : { maxGas: maxGas.toString() }),
    ...(dailyBudget === null ? {} : { dailyBudget: dailyBudget.toString() }),
  };
}

/** Policy and usage as the wire has them. */
export function toSponsorship(
  policy: Domain.SponsorshipPolicy | null,
  { spent, reserved, total }: Domain.SponsorshipUsage,
): Static<typeof SponsorshipState> {
  return {
    policy: policy && toPolicy(policy),
    spentToday: spent.toString(),
    reservedToday: reserved.toString(),
    total: total.toString(),
  };
}
