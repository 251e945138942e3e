import { Type } from '@sinclair/typebox';
import { model, ref, strictObject } from '../kit/model.ts';
import { operation } from '../kit/operation.ts';
import { cursorQuery } from '../kit/paging.ts';
import { AddressString, IsoTime } from '../kit/scalars.ts';
import { NetworkName, pageEnd, plane, success } from './common.ts';

const tag = 'Clients';

export const ClientToken = model(
  'ClientToken',
  strictObject({
    id: Type.String(),
    network: Type.String(),
    token: Type.String(),
    symbol: Type.String(),
    decimals: Type.Integer(),
    createdAt: IsoTime(),
  }),
);

export const ClientTokenRequest = model(
  'ClientTokenRequest',
  strictObject({ token: AddressString('ERC-20 token'), network: NetworkName }),
);

const params = Type.Object({ clientId: Type.String({ minLength: 1, maxLength: 64 }) });
const path = '/api/v1/auth/clients/:clientId/tokens';
const exampleParams = { clientId: 'client_abc123def456' };
const example = {
  id: 'ctk_0v8k2m4p6r8t0w2y4a6c8e0g',
  network: 'base-sepolia',
  token: '0x5FbDB2315678afecb367f032d93F642f64180aa3',
  symbol: 'PTS',
  decimals: 18,
  createdAt: '2025-04-07T12:00:00.000Z',
};

export const registerClientToken = operation({
  id: 'registerClientToken',
  plane,
  method: 'POST',
  path,
  tag,
  summary: 'Lets a client mint a token of its own, beside the default token',
  description:
    'The token must let the voucher contract of the network mint (MINTER_ROLE) and its admin must have allowed our signer there (setSigner). Registering it again answers the same entry.',
  auth: 'admin',
  audited: true,
  params,
  body: ref(ClientTokenRequest),
  success: { status: 201, description: 'Registered', schema: success({ token: ref(ClientToken) }) },
  errors: ['CLIENT_NOT_FOUND', 'CHAIN_UNAVAILABLE'],
  examples: {
    params: exampleParams,
    body: { token: example.token },
    response: { success: true, token: example },
  },
});

export const listClientTokens = operation({
  id: 'listClientTokens',
  plane,
  method: 'GET',
  path,
  tag,
  summary: "A client's own tokens, newest first",
  auth: 'admin',
  params,
  query: Type.Object(cursorQuery),
  success: {
    status: 200,
    description: 'A page of tokens',
    schema: success({ tokens: Type.Array(ref(ClientToken)), ...pageEnd }),
  },
  errors: ['CLIENT_NOT_FOUND'],
  examples: {
    params: exampleParams,
    query: { limit: 20 },
    response: { success: true, tokens: [example], nextCursor: null },
  },
});

export const operations = [registerClientToken, listClientTokens] as const;
