import { Type } from '@sinclair/typebox';
import { model, ref, strictObject } from '../kit/model.ts';
import { operation } from '../kit/operation.ts';
import { AddressString } from '../kit/scalars.ts';
import { ItemId, keyed, refusals } from './token-fields.ts';
import { move, moveExample, spenderExample } from './token-moves.ts';

const setting = { ...move, tag: 'Tokens', scope: 'tokens:write' } as const;

export const PauseRequest = model('PauseRequest', strictObject(keyed));

export const pauseToken = operation({
  ...setting,
  id: 'pauseToken',
  path: '/v1/tokens/:id/pause',
  summary: 'Stops all moves of a pausable token',
  body: ref(PauseRequest),
  errors: refusals,
  examples: moveExample('pause', {}),
});

export const unpauseToken = operation({
  ...setting,
  id: 'unpauseToken',
  path: '/v1/tokens/:id/unpause',
  summary: 'Lets a paused token move again',
  body: ref(PauseRequest),
  errors: refusals,
  examples: moveExample('unpause', {}),
});

export const RoyaltyRequest = model(
  'RoyaltyRequest',
  strictObject({
    receiver: AddressString('Who gets it; the zero address with 0 bps takes the royalty away'),
    bps: Type.Integer({ minimum: 0, maximum: 10_000, description: 'Hundredths of a percent of a sale' }),
    item_id: Type.Optional(ItemId),
    ...keyed,
  }),
);
export const setTokenRoyalty = operation({
  ...setting,
  id: 'setTokenRoyalty',
  path: '/v1/tokens/:id/royalty',
  summary: 'Sets the royalty of all items, or of one (ERC-2981)',
  body: ref(RoyaltyRequest),
  errors: [...refusals, 'invalid_address'],
  examples: moveExample('set_royalty', { receiver: spenderExample, bps: 250 }),
});

export const OwnershipRequest = model(
  'OwnershipRequest',
  strictObject({ new_owner: AddressString('Who owns it afterwards'), ...keyed }),
);
export const transferTokenOwnership = operation({
  ...setting,
  id: 'transferTokenOwnership',
  path: '/v1/tokens/:id/transfer_ownership',
  summary: 'Hands a token over for good: every role of the treasury goes with it',
  body: ref(OwnershipRequest),
  errors: [...refusals, 'invalid_address'],
  examples: moveExample('transfer_ownership', { new_owner: spenderExample }),
});

export const operations = [pauseToken, unpauseToken, setTokenRoyalty, transferTokenOwnership] as const;
