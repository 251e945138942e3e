import { Type } from '@sinclair/typebox';
import { model, ref, strictObject } from '../kit/model.ts';
import { AddressString, AmountString, Nullable, PositiveAmountString } from '../kit/scalars.ts';

const SponsoredContract = model(
  'SponsoredContract',
  strictObject({
    contract: AddressString('Contract that may be called; mints call the voucher contract'),
    methods: Type.Optional(
      Type.Array(Type.String({ minLength: 3, maxLength: 256 }), {
        minItems: 1,
        maxItems: 50,
        uniqueItems: true,
        description: 'Signatures like transfer(address,uint256), or 4-byte selectors; all when absent',
      }),
    ),
  }),
);

/** What an operator sets; what is absent does not limit. */
export const SponsorshipPolicy = model(
  'SponsorshipPolicy',
  strictObject({
    allow: Type.Optional(Type.Array(ref(SponsoredContract), { maxItems: 100 })),
    maxGas: Type.Optional(PositiveAmountString('Gas that one operation may ask for, a decimal string')),
    dailyBudget: Type.Optional(AmountString('Wei that may be spent on a UTC day')),
  }),
);

const usage = {
  spentToday: Type.String({ description: 'Wei paid for what was accepted on this UTC day' }),
  reservedToday: Type.String({ description: 'Wei held for what is not final yet' }),
  total: Type.String({ description: 'Wei paid since the beginning' }),
};

/** The policy and what it has come to. */
export const SponsorshipState = model(
  'SponsorshipState',
  strictObject({ policy: Nullable(ref(SponsorshipPolicy)), ...usage }),
);

export const policyExample = {
  allow: [
    { contract: '0x5FbDB2315678afecb367f032d93F642f64180aa3', methods: ['transfer(address,uint256)'] },
    { contract: '0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512' },
  ],
  maxGas: '2000000',
  dailyBudget: '50000000000000000',
};

export const stateExample = {
  policy: policyExample,
  spentToday: '1354020000000000',
  reservedToday: '0',
  total: '91354020000000000',
};
