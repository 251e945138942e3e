import { createWalletClient, http, parseEther, toHex } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { createSiweMessage } from 'viem/siwe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { logIn } from '#schemas/facilitator/accounts.ts';
import { getMe, updateMe } from '#schemas/platform/accounts.ts';
import { getSiweNonce, verifySiwe } from '#schemas/platform/sign-in.ts';
import type { Hex } from '#src/core/hex.ts';
import { createLocalnetClient } from '#src/localnet/client.ts';
import { fundNative } from '#src/localnet/faucet.ts';
import { bootApp, type TestApp } from '#tests/kit/app.ts';
import { attempt, call } from '#tests/kit/call.ts';
import { as, errorOf, newTenant, type Tenant } from './kit.ts';

let world: TestApp;
let offset = 0;
beforeAll(async () => {
  world = await bootApp({
    env: { DASHBOARD_ORIGINS: 'https://dashboard.example.com:8443' },
    compose: { clock: { now: () => new Date(Date.now() + offset) } },
  });
});
afterAll(() => world.close());

type Fields = Partial<Parameters<typeof createSiweMessage>[0]>;
const nonce = async () => (await call(world.app, getSiweNonce, {})).body.nonce;

async function messageOf(address: Hex, fields: Fields = {}): Promise<string> {
  return createSiweMessage({
    address,
    domain: 'dashboard.example.com:8443',
    uri: 'https://dashboard.example.com:8443/login',
    version: '1',
    chainId: world.localnet.chainId,
    nonce: fields.nonce ?? (await nonce()),
    ...fields,
  });
}

const verify = (message: string, signature: Hex, tenant?: Tenant) =>
  attempt(world.app, verifySiwe, { body: { message, signature }, headers: tenant?.user ?? {} });

async function signedIn(account = privateKeyToAccount(generatePrivateKey()), fields: Fields = {}) {
  const message = await messageOf(account.address, fields);
  return verify(message, await account.signMessage({ message }));
}

const userOf = ({ body }: Awaited<ReturnType<typeof attempt>>) => body['user'] as Record<string, unknown>;
const refused = { status: 401, code: 'invalid_credentials' };

describe('signing in with a wallet', () => {
  test('makes an account the first time and finds it again', async () => {
    const account = privateKeyToAccount(generatePrivateKey());
    const first = await signedIn(account);
    expect(first.status).toBe(200);
    expect(userOf(first)).toMatchObject({
      object: 'user',
      email: null,
      tenant_id: expect.stringMatching(/^ten_/),
    });
    const me = await call(world.app, getMe, { headers: as(String(first.body['access_token'])) });
    expect(me.body.id).toBe(userOf(first)['id']);
    expect(userOf(await signedIn(account))['id']).toBe(userOf(first)['id']);
  });

  test('makes an account that has no password to change', async () => {
    const { body } = await signedIn();
    const answer = await attempt(world.app, updateMe, {
      headers: as(String(body['access_token'])),
      body: { password: 'some long new words', current_password: 'words that never were' },
    });
    expect(errorOf(answer)).toMatchObject({ status: 400, code: 'validation_error', param: 'password' });
  });

  test('when calls race, makes one account', async () => {
    const account = privateKeyToAccount(generatePrivateKey());
    const answers = await Promise.all(Array.from({ length: 6 }, () => signedIn(account)));
    expect(new Set(answers.map((answer) => userOf(answer)['id'])).size).toBe(1);
  });

  test('links the address to the account of a session, for nobody else', async () => {
    const account = privateKeyToAccount(generatePrivateKey());
    const [tenant, other] = [await newTenant(world.app), await newTenant(world.app)];
    const link = async (to: Tenant) => {
      const message = await messageOf(account.address);
      return verify(message, await account.signMessage({ message }), to);
    };
    expect(userOf(await link(tenant))['id']).toBe(tenant.userId);
    expect((await link(tenant)).status).toBe(200);
    expect(userOf(await signedIn(account))['id']).toBe(tenant.userId);
    expect(errorOf(await link(other))).toMatchObject({ status: 409, code: 'conflict' });
  });

  test('takes the signature of a contract wallet by ERC-1271', async () => {
    const { localnet } = world;
    const owner = privateKeyToAccount(generatePrivateKey());
    const wallet = await contractWallet(owner.address);
    const message = await messageOf(wallet, { chainId: localnet.chainId });
    const answer = await verify(message, await owner.signMessage({ message }));
    expect(answer.status).toBe(200);
    const stranger = privateKeyToAccount(generatePrivateKey());
    const forged = await messageOf(wallet);
    expect(errorOf(await verify(forged, await stranger.signMessage({ message: forged })))).toMatchObject(
      refused,
    );
  });
});

describe('is refused', () => {
  test('a signature of somebody else', async () => {
    const message = await messageOf(privateKeyToAccount(generatePrivateKey()).address);
    const signature = await privateKeyToAccount(generatePrivateKey()).signMessage({ message });
    expect(errorOf(await verify(message, signature))).toMatchObject(refused);
  });

  test('a message that was used before, also by calls that race', async () => {
    const account = privateKeyToAccount(generatePrivateKey());
    const message = await messageOf(account.address);
    const signature = await account.signMessage({ message });
    const answers = await Promise.all(Array.from({ length: 5 }, () => verify(message, signature)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(errorOf(await verify(message, signature))).toMatchObject(refused);
  });

  test.each<[string, Fields]>([
    ['for another domain', { domain: 'evil.example.com' }],
    ['that has expired', { expirationTime: new Date(Date.now() - 1_000) }],
    ['of the future', { notBefore: new Date(Date.now() + 60_000) }],
    ['with a nonce of its own', { nonce: 'a1b2c3d4e5f6g7h8' }],
  ])('a message %s', async (_, fields) => {
    expect(errorOf(await signedIn(undefined, fields))).toMatchObject(refused);
  });

  test('a nonce that is too old', async () => {
    const old = await nonce();
    offset = 5 * 60_000;
    expect(errorOf(await signedIn(undefined, { nonce: old }))).toMatchObject(refused);
    offset = 0;
  });

  test('what is no such message, by name', async () => {
    const answer = await verify('let me in', `0x${'00'.repeat(65)}`);
    expect(errorOf(answer)).toMatchObject({ status: 400, code: 'validation_error', param: 'message' });
  });

  test('a contract wallet on a chain that is not served', async () => {
    const account = privateKeyToAccount(generatePrivateKey());
    const message = await messageOf(account.address, { chainId: 424_242 });
    const answer = await verify(message, toHex(1, { size: 65 }));
    expect(errorOf(answer)).toMatchObject({ status: 400, code: 'invalid_network' });
  });
});

test('its session does not open the facilitator, which knows no password for it', async () => {
  const answer = await attempt(world.app, logIn, { body: { email: 'null', password: 'StrongPassword123!' } });
  expect(answer.status).toBeGreaterThanOrEqual(400);
});

/** A wallet whose `isValidSignature` (ERC-1271) takes what its owner signed. */
async function contractWallet(owner: Hex): Promise<Hex> {
  const { localnet } = world;
  const chain = createLocalnetClient(localnet.rpcUrl);
  const account = privateKeyToAccount(generatePrivateKey());
  await fundNative(localnet, account.address, parseEther('1'));
  const sender = createWalletClient({ account, chain: chain.chain, transport: http(localnet.rpcUrl) });
  const hash = await sender.deployContract({ abi: [], bytecode: walletCode(owner) });
  return (await chain.waitForTransactionReceipt({ hash })).contractAddress!;
}

/** `ecrecover(hash, v, r, s) == owner ? 0x1626ba7e : 0` on the calldata of `isValidSignature(bytes32,bytes)`, with its constructor. */
function walletCode(owner: Hex): Hex {
  const load = '6004355f5260a43560f81c602052606435604052608435606052';
  const recover = '60205f60805f60015afa50';
  const answer = `5f5173${owner.slice(2)}14631626ba7e0260e01b5f5260205ff3`;
  const runtime = load + recover + answer;
  return `0x60${(runtime.length / 2).toString(16)}8060095f395ff3${runtime}`;
}
