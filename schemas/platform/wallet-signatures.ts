import { Type } from '@sinclair/typebox';
import { model, ref, strictObject } from '../kit/model.ts';
import { operation } from '../kit/operation.ts';
import { Words } from '../kit/scalars.ts';
import { Id, idParams } from './envelope.ts';

const plane = 'platform';
const tag = 'Wallets';
const scope = 'wallets:write';

export const WalletSignature = model(
  'WalletSignature',
  strictObject({
    object: Type.Literal('signature'),
    id: Id('wal', 'The wallet that signed'),
    address: Type.String({ description: 'Who the signature is of' }),
    hash: Type.String({ description: 'The digest: EIP-191 of messages, EIP-712 of typed data' }),
    signature: Type.String({
      description:
        'Of an eoa: 65 bytes. Of a smart account: for ERC-1271, wrapped as ERC-6492 until it is deployed',
    }),
  }),
);

const Network = Type.Optional(
  Type.String({
    minLength: 1,
    maxLength: 64,
    description: 'Where a smart account is verified: name or CAIP-2 id; the default when absent',
  }),
);

const example = {
  object: 'signature',
  id: 'wal_4f1k9x2m7q0z8w3v5t6s1r2p',
  address: '0x1234567890AbcdEF1234567890aBcdef12345678',
  hash: `0x${'1f'.repeat(32)}`,
  signature: `0x${'2e'.repeat(65)}`,
};
const params = { id: example.id };

export const signMessage = operation({
  id: 'signMessage',
  plane,
  method: 'POST',
  path: '/v1/wallets/:id/sign_message',
  tag,
  summary: 'Signs a message (EIP-191)',
  auth: 'key',
  scope,
  params: idParams('wallet'),
  body: strictObject({
    message: Type.String({ minLength: 1, maxLength: 16_384, description: 'Text, or bytes as 0x hex' }),
    encoding: Type.Optional(Words(['utf8', 'hex'], 'How the message is written; utf8 when absent')),
    network: Network,
  }),
  success: { status: 200, description: 'The signature', schema: ref(WalletSignature) },
  errors: ['wallet_not_found', 'invalid_network'],
  examples: { params, body: { message: 'Hello' }, response: example },
});

export const TypedDataBody = model(
  'TypedData',
  strictObject({
    domain: Type.Record(Type.String(), Type.Unknown(), { description: 'EIP-712 domain' }),
    types: Type.Record(
      Type.String(),
      Type.Array(strictObject({ name: Type.String(), type: Type.String() }), { maxItems: 64 }),
      { description: 'Struct types by name; EIP712Domain may be left out' },
    ),
    primaryType: Type.String({ minLength: 1, maxLength: 128, description: 'The struct that is signed' }),
    message: Type.Record(Type.String(), Type.Unknown(), { description: 'Its values; integers as strings' }),
  }),
);

export const signTypedData = operation({
  id: 'signTypedData',
  plane,
  method: 'POST',
  path: '/v1/wallets/:id/sign_typed_data',
  tag,
  summary: 'Signs typed data (EIP-712)',
  auth: 'key',
  scope,
  params: idParams('wallet'),
  body: strictObject({ typed_data: ref(TypedDataBody), network: Network }),
  success: { status: 200, description: 'The signature', schema: ref(WalletSignature) },
  errors: ['wallet_not_found', 'invalid_network'],
  examples: {
    params,
    body: {
      typed_data: {
        domain: { name: 'Example', version: '1', chainId: 84532 },
        types: {
          Mail: [
            { name: 'to', type: 'address' },
            { name: 'contents', type: 'string' },
          ],
        },
        primaryType: 'Mail',
        message: { to: '0x90F79bf6EB2c4f870365E785982E1f101E93b906', contents: 'Hello' },
      },
    },
    response: example,
  },
});

export const operations = [signMessage, signTypedData] as const;
