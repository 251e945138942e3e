import { Type } from '@sinclair/typebox';
import { model, ref } from '../kit/model.ts';
import { operation } from '../kit/operation.ts';

const open = { additionalProperties: true };
const text = (maxLength: number, description: string) =>
  Type.Optional(Type.String({ maxLength, description }));
const link = (description: string) =>
  Type.Optional(Type.String({ pattern: '^(https?|ipfs|ar)://[^\\s<>"\']+$', maxLength: 2048, description }));

/** ERC-721's and ERC-1155's metadata, and what marketplaces added to it. */
export const NftMetadata = model(
  'NftMetadata',
  Type.Object(
    {
      name: text(512, 'What it is called'),
      description: text(10_000, 'What it is'),
      image: link('URI of its picture: https, ipfs or ar'),
      animation_url: link('URI of a film, a sound or a page'),
      external_url: link('Where to read more of it'),
      decimals: Type.Optional(
        Type.Integer({ minimum: 0, maximum: 255, description: 'Of ERC1155: places to show' }),
      ),
      attributes: Type.Optional(
        Type.Array(Type.Object({ trait_type: text(256, 'What the value says') }, open), {
          maxItems: 200,
          description: 'Its traits',
        }),
      ),
      properties: Type.Optional(Type.Object({}, { ...open, description: 'Anything else' })),
    },
    { ...open, description: 'JSON that this server keeps and serves; at most 16 KiB' },
  ),
);

export const metadataExample = {
  name: 'Example #1',
  description: 'The first of its kind',
  image: 'ipfs://bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi/1.png',
  attributes: [{ trait_type: 'Colour', value: 'blue' }],
};

export const getNftMetadata = operation({
  id: 'getNftMetadata',
  plane: 'platform',
  method: 'GET',
  path: '/v1/metadata/:id',
  tag: 'NFTs',
  summary: 'Reads metadata of an item where its URI on the chain says that it is',
  description:
    'For everybody, by the URI alone. What is there never changes: other metadata has another URI, which the chain then names.',
  auth: 'none',
  anonymousPerMinute: 3_000,
  params: Type.Object({
    id: Type.String({ minLength: 1, maxLength: 255, description: 'Id of the metadata' }),
  }),
  headers: Type.Object({
    'if-none-match': Type.Optional(
      Type.String({ maxLength: 1024, description: 'ETags that the caller has' }),
    ),
  }),
  success: {
    status: 200,
    description: 'JSON as it was given',
    schema: ref(NftMetadata),
    contentType: 'application/json; charset=utf-8',
  },
  revalidates: true,
  errors: ['nft_not_found'],
  examples: { params: { id: 'mtd_4f1k9x2m7q0z8w3v5t6s1r2p' }, response: metadataExample },
});

export const operations = [getNftMetadata] as const;
