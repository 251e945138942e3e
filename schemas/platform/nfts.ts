import { Type } from '@sinclair/typebox';
import { model, ref, strictObject } from '../kit/model.ts';
import { operation } from '../kit/operation.ts';
import { AddressString, Nullable, PositiveAmountString, Words } from '../kit/scalars.ts';
import { Id, idParams, list, listQuery, UnixTime } from './envelope.ts';
import { metadataExample, NftMetadata } from './nft-metadata.ts';
import { described, ItemId, keyed, refusals, To, WriteHeaders } from './token-fields.ts';
import { transactionExample } from './transactions.ts';

const plane = 'platform';
const tag = 'NFTs';

export const PlatformNft = model(
  'PlatformNft',
  strictObject({
    object: Type.Literal('nft'),
    id: Id('nft'),
    token_id: Id('tok', 'The token whose item it is'),
    item_id: Type.String({ description: 'Its number in the contract' }),
    standard: Words(['ERC721', 'SBT', 'ERC1155']),
    network: Type.String(),
    contract_address: Type.String(),
    status: Words(
      ['pending', 'minted', 'burned', 'failed'],
      'pending: its mint is on its way · minted: it is there · burned: all of it is gone · failed: its mint failed',
    ),
    owner: Nullable(
      Type.String({ description: 'Who has it; null for ERC1155, see the holders of the token' }),
    ),
    supply: Type.String({ description: 'How many there are' }),
    balance: Nullable(Type.String({ description: 'Of lists by owner or wallet: how many that one has' })),
    uri: Nullable(Type.String({ description: 'As the contract has it, or will have it' })),
    metadata_uri: Nullable(
      Type.String({ description: 'Where its metadata lies: uri with `{id}` filled in as ERC-1155 says' }),
    ),
    metadata: Nullable(ref(NftMetadata)),
    royalty: Nullable(strictObject({ receiver: Type.String(), bps: Type.Integer() })),
    source: Words(
      ['chain', 'index'],
      'chain: as of its latest block · index: it did not answer; as of the transfers that were read, without URI and royalty',
    ),
    transaction_id: Nullable(
      Type.String({ description: 'The transaction that mints it; null when others did' }),
    ),
    created: UnixTime('When it was first heard of'),
  }),
);

const uri = 'https://api.example.com/v1/metadata/mtd_4f1k9x2m7q0z8w3v5t6s1r2p';

export const nftExample = {
  object: 'nft',
  id: 'nft_4f1k9x2m7q0z8w3v5t6s1r2p',
  token_id: transactionExample.token_id,
  item_id: '1',
  standard: 'ERC721',
  network: 'base-sepolia',
  contract_address: transactionExample.contract_address,
  status: 'pending',
  owner: null,
  supply: '0',
  balance: null,
  uri,
  metadata_uri: uri,
  metadata: metadataExample,
  royalty: null,
  source: 'chain',
  transaction_id: transactionExample.id,
  created: 1744027200,
};
const mintedExample = { ...nftExample, status: 'minted', owner: transactionExample.to, supply: '1' };

export const MintNftRequest = model(
  'MintNftRequest',
  strictObject({
    token_id: Id('tok', 'An ERC721, SBT or ERC1155 of yours'),
    to: To,
    item_id: Type.Optional(ItemId),
    amount: Type.Optional(PositiveAmountString('How many; of ERC1155')),
    ...described,
    ...keyed,
  }),
);

export const mintNft = operation({
  id: 'mintNft',
  plane,
  method: 'POST',
  path: '/v1/nfts',
  tag,
  summary: 'Mints an item, with metadata by URI or as JSON that this server serves',
  description:
    'Without item_id it gets the next free number. Its id is known at once; `transaction_id` tells how the mint goes. ' +
    'A URI is handed to the contract as it is and never read by this server.',
  auth: 'key',
  scope: 'nfts:write',
  headers: WriteHeaders,
  body: ref(MintNftRequest),
  replays: true,
  success: { status: 201, description: 'Written down', schema: ref(PlatformNft) },
  errors: [...refusals, 'invalid_address', 'invalid_amount'],
  examples: {
    body: {
      token_id: nftExample.token_id,
      to: transactionExample.to,
      metadata: metadataExample,
      idempotency_key: 'nft-1',
    },
    response: nftExample,
  },
});

export const listNfts = operation({
  id: 'listNfts',
  plane,
  method: 'GET',
  path: '/v1/nfts',
  tag,
  summary: 'Lists items with their metadata, newest first, whoever minted or moved them',
  description:
    'Items are found by the transfers that this server has read of the chain, which is seconds behind at most, because a ' +
    'chain cannot be searched by owner; what is shown of each is asked of its chain.',
  auth: 'key',
  scope: 'nfts:read',
  query: Type.Object({
    ...listQuery('nft'),
    token_id: Type.Optional(Id('tok', 'Of one token')),
    item_id: Type.Optional(ItemId),
    owner: Type.Optional(AddressString('Held by this address')),
    wallet_id: Type.Optional(Id('wal', 'Held by this wallet of yours')),
    network: Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: 'Name or CAIP-2 id' })),
  }),
  success: { status: 200, description: 'A page', schema: list(ref(PlatformNft)) },
  errors: ['wallet_not_found', 'invalid_address'],
  examples: { response: { object: 'list', data: [mintedExample], has_more: false, total: 1 } },
});

export const getNft = operation({
  id: 'getNft',
  plane,
  method: 'GET',
  path: '/v1/nfts/:id',
  tag,
  summary: 'Reads an item with its metadata, as its chain has it now',
  auth: 'key',
  scope: 'nfts:read',
  params: idParams('item'),
  success: { status: 200, description: 'The item', schema: ref(PlatformNft) },
  errors: ['nft_not_found'],
  examples: { params: { id: nftExample.id }, response: mintedExample },
});

export const operations = [mintNft, listNfts, getNft] as const;
