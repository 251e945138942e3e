import { createRequire } from 'node:module';
import { inspect } from 'node:util';
import {
  hashMessage,
  type LocalAccount,
  parseTransaction,
  recoverAddress,
  recoverMessageAddress,
  recoverTransactionAddress,
  recoverTypedDataAddress,
} from 'viem';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { accountName, createCdpKeys } from '#src/chain/keys/cdp.ts';
import { createKeys } from '#src/chain/keys/keyring.ts';
import { AppError } from '#src/core/errors.ts';
import type { KeyProvider } from '#src/core/ports/keys.ts';
import {
  type CdpDouble,
  type Fault,
  newApiKey,
  newWalletSecret,
  startCdpDouble,
} from '#tests/kit/cdp-double.ts';

let double: CdpDouble;
let keys: KeyProvider<LocalAccount>;

beforeEach(async () => {
  double = await startCdpDouble();
  keys = createCdpKeys(double.access);
});

afterEach(() => double.stop());

const typedData = {
  domain: { name: 'Test', version: '1', chainId: 84532, verifyingContract: `0x${'2'.repeat(40)}` as const },
  types: {
    Order: [
      { name: 'id', type: 'uint256' },
      { name: 'parts', type: 'Part[]' },
    ],
    Part: [{ name: 'data', type: 'bytes' }],
  },
  primaryType: 'Order' as const,
  message: { id: 2n ** 200n, parts: [{ data: '0x1234' as const }, { data: '0x' as const }] },
};

const faultOf = (work: Promise<unknown>): Promise<AppError> =>
  work.then(
    () => Promise.reject(new Error('it went well')),
    (error: unknown) => (error instanceof AppError ? error : Promise.reject(error as Error)),
  );

/** Every word of an error, its causes and hidden properties. */
const allOf = (error: unknown): string => inspect(error, { depth: 20, showHidden: true });

test('one account a wallet and version, however many ask at once', async () => {
  const made = await Promise.all(Array.from({ length: 20 }, () => keys.create('wal_1', 1)));
  expect(new Set(made.map((key) => JSON.stringify(key))).size).toBe(1);
  expect([...double.accounts.keys()]).toEqual([made[0]!.sealed['name']]);
  expect(made[0]!.sealed['name']).toMatch(/^[A-Za-z0-9][A-Za-z0-9-]{0,34}[A-Za-z0-9]$/);
  const posts = double.seen.filter((one) => one.method === 'POST');
  expect(posts.length).toBeGreaterThan(1);
  expect(new Set(posts.map((one) => one.headers['x-idempotency-key'])).size).toBe(1);
  const other = await keys.create('wal_1', 2);
  expect(other.owner).not.toBe(made[0]!.owner);
  expect(new Set([1, 9, 10, 12_345].map((version) => accountName('wal_1', version).length))).toEqual(
    new Set([36]),
  );
});

test('an account whose making was not heard of is found again, not made twice', async () => {
  let lost = 0;
  double.fault = ({ method, path }) => {
    if (method !== 'POST' || path !== '/platform/v2/evm/accounts' || lost > 0) return undefined;
    lost += 1;
    return 'cut';
  };
  const key = await keys.create('wal_1', 1);
  expect(double.seen.map((one) => one.method)).toEqual(['GET', 'POST', 'GET']);
  expect([...double.accounts.values()].map((one) => one.address)).toEqual([key.owner]);
});

test.each(['ed25519', 'es256'] as const)(
  'every kind of signature is the owner’s (%s API key)',
  async (kind) => {
    await double.stop();
    double = await startCdpDouble(kind);
    keys = createCdpKeys(double.access);
    const key = await keys.create('wal_1', 1);
    const signer = await keys.open('wal_1', key);
    expect(signer.address).toBe(key.owner);
    const hash = hashMessage('hash');
    const message = { raw: '0x00ff' } as const;
    const transaction = {
      type: 'eip1559',
      chainId: 84532,
      to: key.owner,
      value: 1n,
      maxFeePerGas: 1n,
    } as const;
    const signed = await signer.signTransaction(transaction);
    expect(parseTransaction(signed)).toMatchObject({ chainId: 84532, value: 1n });
    const by = await Promise.all([
      recoverAddress({ hash, signature: await signer.sign!({ hash }) }),
      recoverMessageAddress({ message: 'hello', signature: await signer.signMessage({ message: 'hello' }) }),
      recoverMessageAddress({ message, signature: await signer.signMessage({ message }) }),
      recoverTypedDataAddress({ ...typedData, signature: await signer.signTypedData(typedData) }),
      recoverTransactionAddress({ serializedTransaction: signed as never }),
    ]);
    expect(new Set(by)).toEqual(new Set([key.owner]));
  },
);

test('a wallet is opened with one question, a failed one is asked again', async () => {
  const key = await keys.create('wal_1', 1);
  double.seen = [];
  double.fault = () => ({ status: 500, body: '' });
  await expect(keys.open('wal_1', key)).rejects.toThrow();
  double.fault = undefined;
  await Promise.all([keys.open('wal_1', key), keys.open('wal_1', key)]);
  await keys.open('wal_1', key);
  expect(double.seen.map((one) => one.method)).toEqual(['GET', 'GET']);
});

test('a key opens for its own wallet and version only, and is never re-wrapped', async () => {
  const key = await keys.create('wal_1', 1);
  await expect(keys.open('wal_2', key)).rejects.toThrow('not the key of this wallet');
  await expect(keys.open('wal_1', { ...key, version: 2 })).rejects.toThrow('not the key of this wallet');
  await expect(keys.open('wal_1', { ...key, backend: 'local' })).rejects.toThrow('given to the cdp one');
  expect(await keys.rewrap('wal_1', key)).toBeNull();
});

const answered = (status: number, errorType: string, headers: Record<string, string> = {}): Fault => ({
  status,
  body: { errorType, errorMessage: `it is ${errorType}`, correlationId: 'abc-1' },
  headers,
});

test.each<[name: string, fault: Fault, kind: string, told: string]>([
  ['too many requests', answered(429, 'rate_limit_exceeded', { 'retry-after': '60' }), 'unavailable', '429'],
  ['a fault of theirs', answered(500, 'internal_server_error'), 'unavailable', 'internal_server_error'],
  ['a gateway without JSON', { status: 502, body: '<html>bad gateway</html>' }, 'unavailable', '502'],
  ['maintenance', { status: 503, body: '' }, 'unavailable', '503'],
  ['an answer that never comes', 'hang', 'unavailable', 'no answer within'],
  ['an answer cut in the middle', 'cut', 'unavailable', 'CDP, '],
  ['a closed connection', 'reset', 'unavailable', 'CDP, '],
  ['half of the JSON', { status: 200, body: '{"signature":"0x12' }, 'unavailable', 'signature'],
  ['an empty answer', { status: 200, body: '' }, 'unavailable', 'signature'],
  [
    'somebody else’s signature',
    { status: 200, body: { signature: `0x${'12'.repeat(64)}1b` } },
    'unavailable',
    'not the owner',
  ],
  [
    'a redirect',
    { status: 307, body: '', headers: { location: 'http://127.0.0.1:1/' } },
    'unavailable',
    '307',
  ],
  ['a refused policy', answered(403, 'policy_violation'), 'internal', 'policy_violation'],
  ['an account that is gone', answered(404, 'not_found'), 'internal', 'not_found'],
  ['a refused body', answered(400, 'invalid_request'), 'internal', 'invalid_request'],
])('signing meets %s', async (_name, fault, kind, told) => {
  const key = await keys.create('wal_1', 1);
  const signer = await keys.open('wal_1', key);
  double.fault = () => fault;
  const error = await faultOf(signer.signTypedData(typedData));
  expect(error.kind).toBe(kind);
  expect(String(error.facts.cause)).toContain(told);
  expect(error.facts.retryAfter === undefined).toBe(kind === 'internal');
  double.fault = undefined;
  expect(await signer.signTypedData(typedData)).toMatch(/^0x/);
});

test.each<[string, Fault]>([
  ['half of the JSON', { status: 200, body: '{"address":"0x12' }],
  ['an address that is none', { status: 200, body: { address: '0x12', name: 'c-1' } }],
  ['an answer that never comes', 'hang'],
])('making and opening a wallet meets %s', async (_name, fault) => {
  const key = await keys.create('wal_1', 1);
  double.fault = () => fault;
  expect((await faultOf(keys.open('wal_1', key))).kind).toBe('unavailable');
  expect((await faultOf(keys.create('wal_2', 1))).kind).toBe('unavailable');
});

test('another account than was asked for signs nothing', async () => {
  const key = await keys.create('wal_1', 1);
  const other = await keys.create('wal_2', 1);
  double.fault = () => ({ status: 200, body: { address: other.owner, name: 'c-1' } });
  const error = await faultOf(keys.open('wal_1', key));
  expect(String(error.facts.cause)).toContain('another account');
});

test('nobody listens', async () => {
  const unreachable = createCdpKeys({ ...double.access, basePath: 'http://127.0.0.1:1/platform' });
  const error = await faultOf(unreachable.create('wal_1', 1));
  expect(error).toMatchObject({ kind: 'unavailable', facts: { retryAfter: 5 } });
});

test('a wrong API key or wallet secret is told by its variable, and no secret or token shows', async () => {
  const wrongKey = { ...double.access, apiKeySecret: newApiKey('ed25519').secret };
  const wrongWallet = { ...double.access, walletSecret: newWalletSecret().secret };
  const secrets = [wrongKey, wrongWallet].flatMap((one) => [one.apiKeySecret, one.walletSecret]);

  const refused = await faultOf(createCdpKeys(wrongKey).create('wal_1', 1));
  expect(refused.kind).toBe('internal');
  expect(String(refused.facts.cause)).toContain('CDP_API_KEY_ID or CDP_API_KEY_SECRET is refused');
  const unsigned = await faultOf(createCdpKeys(wrongWallet).create('wal_1', 1));
  expect(unsigned.kind).toBe('internal');
  expect(String(unsigned.facts.cause)).toContain('CDP_WALLET_SECRET is refused');

  // A service that repeats what it was sent.
  double.fault = ({ headers }) => ({
    status: 400,
    body: { errorType: 'invalid_request', errorMessage: `${JSON.stringify(headers)} ${secrets.join(' ')}` },
  });
  const echoed = await faultOf(createCdpKeys(double.access).create('wal_1', 1));
  for (const error of [refused, unsigned, echoed]) {
    const text = allOf(error);
    expect(text).not.toMatch(/eyJ/);
    for (const secret of secrets) expect(text).not.toContain(secret);
  }
});

test('malformed credentials are refused at once, by name and never by value', () => {
  const { access } = double;
  const bad = { ...access, apiKeySecret: 'c2VjcmV0LXZhbHVl' };
  expect(() => createCdpKeys(bad)).toThrow(
    /^CDP_API_KEY_SECRET must be 64 bytes in base64 or the PEM of a P-256 key$/,
  );
  expect(() => createCdpKeys({ ...access, walletSecret: 'c2VjcmV0LXZhbHVl' })).toThrow(
    /^CDP_WALLET_SECRET must be/,
  );
  expect(() => createCdpKeys({ ...access, apiKeyId: '' })).toThrow('CDP_API_KEY_ID is empty');
  const pem = newApiKey('es256').secret;
  expect(() => createCdpKeys({ ...access, apiKeySecret: pem.replaceAll('\n', '\\n') })).not.toThrow();
});

test('the SDK does all this without its Solana packages', () => {
  const here = createRequire(import.meta.url);
  const sdk = createRequire(here.resolve('@coinbase/cdp-sdk'));
  for (const [name, used] of Object.entries({
    '@solana/kit': 'createSolanaRpc',
    '@solana-program/system': 'getTransferSolInstruction',
    '@solana-program/token': 'fetchMint',
  }))
    expect(sdk(name)).not.toHaveProperty(used);
});

test('nothing is reported to anybody else', async () => {
  const fetched = vi.spyOn(globalThis, 'fetch');
  const key = await keys.create('wal_1', 1);
  await (await keys.open('wal_1', key)).signMessage({ message: 'hello' });
  double.fault = () => ({ status: 418, body: 'odd' });
  await faultOf(keys.create('wal_2', 1));
  expect(process.env['DISABLE_CDP_ERROR_REPORTING']).toBe('true');
  expect(process.env['DISABLE_CDP_USAGE_TRACKING']).toBe('true');
  expect(fetched).not.toHaveBeenCalled();
  fetched.mockRestore();
});

test('both backends stay readable, whichever makes new keys; one that is gone is named with its remedy', async () => {
  const encryptionKeys = `k1:${Buffer.alloc(32, 7).toString('base64')}`;
  const cdp = double.access;
  const before = createKeys({ provider: 'local', encryptionKeys, cdp });
  const after = createKeys({ provider: 'cdp', encryptionKeys, cdp });
  const [old, young] = [await before.create('wal_1', 1), await after.create('wal_2', 1)];
  expect([old.backend, young.backend]).toEqual(['local', 'cdp']);
  for (const ring of [before, after]) {
    expect((await ring.open('wal_1', old)).address).toBe(old.owner);
    expect((await ring.open('wal_2', young)).address).toBe(young.owner);
  }
  await expect(createKeys({ provider: 'local', encryptionKeys }).open('wal_2', young)).rejects.toThrow(
    'key backend cdp is not configured: set CDP_API_KEY_ID, CDP_API_KEY_SECRET and CDP_WALLET_SECRET',
  );
  await expect(createKeys({ provider: 'cdp', cdp }).open('wal_1', old)).rejects.toThrow(
    'key backend local is not configured: set KEY_ENCRYPTION_KEYS',
  );
  expect(() => createKeys({ provider: 'cdp', encryptionKeys })).toThrow('cdp is not configured');
});
