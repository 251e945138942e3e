import { Type } from '@sinclair/typebox';
import { model, ref, strictObject } from '../kit/model.ts';
import { operation } from '../kit/operation.ts';
import { AddressString, PositiveAmountString } from '../kit/scalars.ts';
import { idParams } from './envelope.ts';
import { nftExample } from './nfts.ts';
import { described, From, ItemId, keyed, refusals, To } from './token-fields.ts';
import { move as tokenMove, spenderExample } from './token-moves.ts';
import { transactionExample } from './transactions.ts';

const move = { ...tokenMove, tag: 'NFTs', scope: 'nfts:write', params: idParams('item') } as const;
const common = ['nft_not_found', ...refusals.filter((code) => code !== 'token_not_found')] as const;

const amount = Type.Optional(PositiveAmountString('How many; of ERC1155'));
const from = Type.Optional({
  ...From,
  description:
    'Smart account of yours that sends, by id or address; who has it, else the treasury, when absent',
});

const example = <T extends object>(type: string, body: T) => ({
  params: { id: nftExample.id },
  body: { ...body, idempotency_key: `${type}-1` },
  response: { ...transactionExample, type, amount: '1', item_id: nftExample.item_id },
});

export const TransferNftRequest = model(
  'TransferNftRequest',
  strictObject({ to: To, amount, from, ...keyed }),
);
export const transferNft = operation({
  ...move,
  id: 'transferNft',
  path: '/v1/nfts/:id/transfer',
  summary: 'Transfers an item of one of your accounts; soulbound ones (SBT) stay where they are',
  body: ref(TransferNftRequest),
  errors: [...common, 'invalid_address', 'invalid_amount', 'insufficient_balance'],
  examples: example('transfer', { to: transactionExample.to }),
});

export const BurnNftRequest = model('BurnNftRequest', strictObject({ amount, from, ...keyed }));
export const burnNft = operation({
  ...move,
  id: 'burnNft',
  path: '/v1/nfts/:id/burn',
  summary: 'Burns an item of one of your accounts; soulbound ones wherever they are',
  body: ref(BurnNftRequest),
  errors: [...common, 'invalid_amount', 'insufficient_balance'],
  examples: example('burn', {}),
});

export const NftMetadataRequest = model('NftMetadataRequest', strictObject({ ...described, ...keyed }));
export const setNftMetadata = operation({
  ...move,
  id: 'setNftMetadata',
  path: '/v1/nfts/:id/metadata',
  summary: 'Sets or replaces the metadata of an item, by URI or as JSON that this server serves',
  description: 'The contract takes the new URI, and tells of it, where the treasury may still mint.',
  body: ref(NftMetadataRequest),
  errors: common,
  examples: example('set_metadata', {
    uri: 'ipfs://bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi/1',
  }),
});

export const NftRoyaltyRequest = model(
  'NftRoyaltyRequest',
  strictObject({
    receiver: AddressString('Who gets it; the zero address with 0 bps goes back to the royalty of the token'),
    bps: Type.Integer({ minimum: 0, maximum: 10_000, description: 'Hundredths of a percent of a sale' }),
    ...keyed,
  }),
);
export const setNftRoyalty = operation({
  ...move,
  id: 'setNftRoyalty',
  path: '/v1/nfts/:id/royalty',
  summary: 'Sets the royalty of one item (ERC-2981)',
  body: ref(NftRoyaltyRequest),
  errors: [...common, 'invalid_address'],
  examples: example('set_royalty', { receiver: spenderExample, bps: 250 }),
});

/** The metadata of an item where it is set among other actions on its token. */
export const SetMetadataParams = strictObject({ item_id: ItemId, ...described });

export const operations = [transferNft, burnNft, setNftMetadata, setNftRoyalty] as const;
