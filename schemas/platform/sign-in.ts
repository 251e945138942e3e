import { Type } from '@sinclair/typebox';
import { model, ref, strictObject } from '../kit/model.ts';
import { operation } from '../kit/operation.ts';
import { Nullable, Words } from '../kit/scalars.ts';
import { PlatformUser, SessionTokens, tokensExample, userExample } from './accounts.ts';
import { Id, idParams, list, UnixTime } from './envelope.ts';

const plane = 'platform';
const tag = 'Sign-in';

export const getSiweNonce = operation({
  id: 'getSiweNonce',
  plane,
  method: 'GET',
  path: '/auth/siwe/nonce',
  tag,
  summary: 'Gives a nonce for a message to sign in with (EIP-4361)',
  auth: 'none',
  success: {
    status: 200,
    description: 'A nonce that works once, for five minutes',
    schema: strictObject({
      object: Type.Literal('siwe_nonce'),
      nonce: Type.String({ description: 'Goes into the message' }),
      expires_at: UnixTime(),
    }),
  },
  errors: [],
  examples: { response: { object: 'siwe_nonce', nonce: '4f1k9x2m7q0z8w3v5t6s1r2p', expires_at: 1744027500 } },
});

const siweMessage = `localhost:3000 wants you to sign in with your Ethereum account:
0x70997970C51812dc3A010C7d01b50e0d17dc79C8

URI: http://localhost:3000
Version: 1
Chain ID: 84532
Nonce: 4f1k9x2m7q0z8w3v5t6s1r2p
Issued At: 2025-04-07T12:00:00.000Z`;

export const verifySiwe = operation({
  id: 'verifySiwe',
  plane,
  method: 'POST',
  path: '/auth/siwe/verify',
  tag,
  summary: 'Opens a session for the address that signed an EIP-4361 message',
  description:
    'An address that nobody has gets an account. With an access token the address is linked to that account instead. Contract wallets sign by ERC-1271, undeployed ones by ERC-6492, on the chain that the message names.',
  auth: ['user', 'none'],
  body: strictObject({
    message: Type.String({ minLength: 1, maxLength: 4096, description: 'The message, as it was signed' }),
    signature: Type.String({ pattern: '^0x([0-9a-fA-F]{2}){1,4096}$', description: 'Its signature' }),
  }),
  success: { status: 200, description: 'The session', schema: ref(SessionTokens) },
  errors: ['invalid_credentials', 'invalid_network', 'conflict'],
  examples: { body: { message: siweMessage, signature: `0x${'1b'.repeat(65)}` }, response: tokensExample },
});

export const Passkey = model(
  'Passkey',
  strictObject({
    object: Type.Literal('passkey'),
    id: Id('psk'),
    name: Type.String({ description: 'Name that the person gave it' }),
    created: UnixTime(),
    last_used_at: Nullable(UnixTime()),
  }),
);

const passkeyExample = {
  object: 'passkey',
  id: 'psk_7q0z8w3v5t6s1r2p4f1k9x2m',
  name: 'My laptop',
  created: 1744027200,
  last_used_at: null,
};
const intents = ['register', 'login'] as const;
const Json = (description: string) => Type.Record(Type.String(), Type.Unknown(), { description });

export const getPasskeyChallenge = operation({
  id: 'getPasskeyChallenge',
  plane,
  method: 'GET',
  path: '/auth/passkey/challenge',
  tag,
  summary: 'Gives the options for the browser to make a passkey or to sign in with one (WebAuthn)',
  auth: ['user', 'none'],
  query: Type.Object({ intent: Words(intents, '`register` needs an access token') }),
  success: {
    status: 200,
    description: 'Options that are answered once, within five minutes',
    schema: strictObject({
      object: Type.Literal('passkey_challenge'),
      intent: Words(intents, 'As asked'),
      options: Json('PublicKeyCredentialCreationOptionsJSON or PublicKeyCredentialRequestOptionsJSON'),
    }),
  },
  errors: [],
  examples: {
    query: { intent: 'login' },
    response: {
      object: 'passkey_challenge',
      intent: 'login',
      options: { rpId: 'localhost', challenge: 'bZ1m…', timeout: 60000, userVerification: 'required' },
    },
  },
});

export const verifyPasskey = operation({
  id: 'verifyPasskey',
  plane,
  method: 'POST',
  path: '/auth/passkey/verify',
  tag,
  summary: "Takes the browser's answer: registers the passkey, or opens a session",
  auth: ['user', 'none'],
  audited: true,
  body: strictObject({
    intent: Words(intents, '`register` needs an access token'),
    response: Json('RegistrationResponseJSON or AuthenticationResponseJSON, as the browser gives it'),
    name: Type.Optional(
      Type.String({ minLength: 1, maxLength: 64, pattern: '\\S', description: 'Name of a new passkey' }),
    ),
  }),
  success: {
    status: 200,
    description: 'The session, or the new passkey',
    schema: Type.Union([ref(SessionTokens), ref(Passkey)]),
  },
  errors: ['invalid_credentials', 'conflict'],
  examples: {
    body: { intent: 'login', response: { id: 'x', rawId: 'x', type: 'public-key', response: {} } },
    response: tokensExample,
  },
});

export const listPasskeys = operation({
  id: 'listPasskeys',
  plane,
  method: 'GET',
  path: '/auth/passkeys',
  tag,
  summary: 'Lists the passkeys of the account',
  auth: 'user',
  success: { status: 200, description: 'All of them, oldest first', schema: list(ref(Passkey)) },
  errors: [],
  examples: { response: { object: 'list', data: [passkeyExample], has_more: false, total: 1 } },
});

export const deletePasskey = operation({
  id: 'deletePasskey',
  plane,
  method: 'DELETE',
  path: '/auth/passkeys/:id',
  tag,
  summary: 'Removes a passkey; it opens no session any more',
  auth: 'user',
  audited: true,
  params: idParams('passkey'),
  success: {
    status: 200,
    description: 'Removed',
    schema: strictObject({ object: Type.Literal('passkey'), id: Id('psk'), deleted: Type.Literal(true) }),
  },
  errors: ['passkey_not_found'],
  examples: {
    params: { id: passkeyExample.id },
    response: { object: 'passkey', id: passkeyExample.id, deleted: true },
  },
});

export const forgotPassword = operation({
  id: 'forgotPassword',
  plane,
  method: 'POST',
  path: '/auth/password/forgot',
  tag,
  summary: 'Mails a token that lets a new password be set',
  description: 'The answer is the same whether the address has an account or not.',
  auth: 'none',
  body: strictObject({
    email: Type.String({ format: 'email', maxLength: 254, description: 'Address of the account' }),
  }),
  success: {
    status: 202,
    description: 'If there is such an account, its letter is on the way',
    schema: strictObject({ object: Type.Literal('password_reset'), status: Type.Literal('accepted') }),
  },
  errors: [],
  examples: {
    body: { email: 'dev@example.com' },
    response: { object: 'password_reset', status: 'accepted' },
  },
});

export const resetPassword = operation({
  id: 'resetPassword',
  plane,
  method: 'POST',
  path: '/auth/password/reset',
  tag,
  summary: 'Sets a new password with a mailed token; ends all sessions of the account and lifts a lock',
  auth: 'none',
  audited: true,
  body: strictObject({
    token: Type.String({
      minLength: 1,
      maxLength: 256,
      description: 'From the letter; works once, for an hour',
    }),
    password: Type.String({ minLength: 1, maxLength: 1024, description: 'At least 10 characters' }),
  }),
  success: { status: 200, description: 'The account', schema: ref(PlatformUser) },
  errors: [],
  examples: { body: { token: 'Zm9v…', password: 'a new secure password' }, response: userExample },
});

export const operations = [
  getSiweNonce,
  verifySiwe,
  getPasskeyChallenge,
  verifyPasskey,
  listPasskeys,
  deletePasskey,
  forgotPassword,
  resetPassword,
] as const;
