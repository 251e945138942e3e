import { erc20Abi } from 'viem';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { listClientTokens, registerClientToken } from '#schemas/adapter/client-tokens.ts';
import { executeMint, getMintStatus, signMint } from '#schemas/adapter/mint.ts';
import { getBalance } from '#schemas/adapter/wallet.ts';
import { createLocalnetClient } from '#src/localnet/client.ts';
import { bootApp, type TestApp } from '#tests/kit/app.ts';
import { attempt, call } from '#tests/kit/call.ts';
import { type Gate, gateTo, networkWith } from './gate.ts';
import { admin, type Client, final, newClient, newReceipt, newUser, outcome, walletOf } from './kit.ts';
import { deployMintable, deployOwnToken, type OwnToken } from './own-token.ts';

let world: TestApp;
let rpc: Gate;
let client: Client;
let stranger: Client;
let own: OwnToken;

beforeAll(async () => {
  const localnet = inject('localnet');
  rpc = await gateTo(localnet.rpcUrl);
  world = await bootApp({ compose: { networks: networkWith(localnet, { rpcUrls: [rpc.url] }) } });
  [client, stranger] = [await newClient(world), await newClient(world)];
  own = await deployMintable(localnet);
  await register(client, own.address);
});

afterAll(async () => {
  await world.close();
  await rpc.close();
});

const given = ({ clientId }: Pick<Client, 'clientId'>) => ({ headers: admin(world), params: { clientId } });
const register = async (of: Pick<Client, 'clientId'>, token: string) =>
  (await call(world.app, registerClientToken, { ...given(of), body: { token } })).body.token;
const refusal = async (op: typeof registerClientToken | typeof signMint, request: object) => {
  const { status, body } = await attempt(world.app, op, request);
  return { status, ...(body['error'] as { code: string; message: string; details?: { field?: string } }) };
};
const sign = (of: Client, user: string, body: object) => ({
  headers: of.as(user),
  body: { receiptId: newReceipt(), amount: '500', ...body },
});

describe('registering', () => {
  test('symbol and decimals are read from the chain; the same token again is the same entry', async () => {
    const first = await register(client, own.address);
    expect(first).toMatchObject({
      token: own.address,
      network: 'base-sepolia',
      symbol: 'PTS',
      decimals: 2,
      createdAt: expect.stringMatching(/Z$/),
    });
    const twins = await Promise.all(
      Array.from({ length: 5 }, () => register(client, own.address.toLowerCase())),
    );
    expect(new Set(twins.map(({ id }) => id))).toEqual(new Set([first.id]));
  });

  test('what is no token, or does not let our vouchers mint, is refused with what is missing', async () => {
    const tried = (token: string) => refusal(registerClientToken, { ...given(client), body: { token } });
    const refused = { status: 400, code: 'VALIDATION_ERROR', details: { field: 'token' } };
    const nobody = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8';
    expect(await tried(nobody)).toMatchObject({
      ...refused,
      message: expect.stringContaining('not an ERC-20'),
    });
    const { mintVouchers, usdc } = world.localnet.addresses;
    expect(await tried(mintVouchers)).toMatchObject({
      ...refused,
      message: expect.stringContaining('not an ERC-20'),
    });
    expect(await tried(usdc)).toMatchObject({ ...refused, message: expect.stringContaining('MINTER_ROLE') });
    const token = await deployOwnToken(world.localnet);
    expect(await tried(token.address)).toMatchObject({ message: expect.stringContaining('MINTER_ROLE') });
    await token.setMinter(true);
    expect(await tried(token.address)).toMatchObject({
      ...refused,
      message: expect.stringContaining('setSigner'),
      details: { mintVouchers },
    });
    await token.setSigner(true);
    expect(await register(client, token.address)).toMatchObject({ token: token.address });
  });

  test('an unknown client, an unknown network and a lost chain are told apart', async () => {
    const body = { token: own.address };
    const nobody = given({ clientId: 'client_nobody' });
    const none = [404, 'CLIENT_NOT_FOUND'];
    expect(await outcome(world.app, registerClientToken, { ...nobody, body })).toEqual(none);
    expect(await outcome(world.app, listClientTokens, nobody)).toEqual(none);
    const network = 'atlantis';
    const elsewhere = { ...given(client), body: { ...body, network } };
    expect(await refusal(registerClientToken, elsewhere)).toMatchObject({
      status: 400,
      details: { field: 'network' },
    });
    rpc.shut();
    const away = await outcome(world.app, registerClientToken, { ...given(client), body });
    rpc.open();
    expect(away).toEqual([503, 'CHAIN_UNAVAILABLE']);
  });

  test('tokens are listed newest first, page by page, each client its own', async () => {
    const of = await newClient(world);
    const made: string[] = [];
    for (const symbol of ['ONE', 'TWO', 'THREE']) {
      const { address } = await deployMintable(world.localnet, symbol);
      made.push((await register(of, address)).id);
    }
    const list = async (query: object) =>
      (await call(world.app, listClientTokens, { ...given(of), query })).body;
    const first = await list({ limit: 2 });
    expect(first.tokens.map(({ id }) => id)).toEqual([made[2], made[1]]);
    const rest = await list({ limit: 2, cursor: first.nextCursor! });
    expect([rest.tokens.map(({ symbol }) => symbol), rest.nextCursor]).toEqual([['ONE'], null]);
    expect((await call(world.app, listClientTokens, given(stranger))).body.tokens).toEqual([]);
  });
});

describe('minting', () => {
  test("an own token is minted end to end and is among the user's balances", async () => {
    const user = newUser();
    const wallet = await walletOf(world, client, user);
    const { voucher } = (await call(world.app, signMint, sign(client, user, { token: own.address }))).body;
    expect(voucher).toMatchObject({ token: own.address, recipient: wallet });
    const body = { receiptId: voucher.receiptId };
    const made = await call(world.app, executeMint, { headers: client.as(user), body });
    const { id } = made.body.transaction;
    expect(await final(world, client, user, id)).toMatchObject({ status: 'confirmed', token: own.address });
    const args = [wallet] as const;
    const chain = createLocalnetClient(world.localnet.rpcUrl);
    const read = { abi: erc20Abi, address: own.address, functionName: 'balanceOf', args } as const;
    expect(await chain.readContract(read)).toBe(500n);
    const { balances } = (await call(world.app, getBalance, { headers: client.as(user) })).body;
    expect(balances).toContainEqual({
      token: own.address,
      symbol: 'PTS',
      decimals: 2,
      balance: '500',
      formatted: '5',
    });
    expect(balances.map(({ token }) => token)).toContain(world.localnet.addresses.token);
  });

  test("nobody signs for another client's token, nor for one that is nobody's", async () => {
    const refused = { status: 400, code: 'VALIDATION_ERROR', details: { field: 'token' } };
    const foreign = sign(stranger, newUser(), { token: own.address });
    expect(await refusal(signMint, foreign)).toMatchObject(refused);
    const { receiptId } = foreign.body;
    const params = { params: { receiptId }, headers: foreign.headers };
    expect((await call(world.app, getMintStatus, params)).body.mint.status).toBe('none');
    const unregistered = await deployMintable(world.localnet);
    expect(await refusal(signMint, sign(client, newUser(), { token: unregistered.address }))).toMatchObject(
      refused,
    );
    const { usdc, token } = world.localnet.addresses;
    expect(await refusal(signMint, sign(client, newUser(), { token: usdc }))).toMatchObject(refused);
    // The default token is everybody's, in any spelling.
    await call(world.app, signMint, sign(stranger, newUser(), { token: token.toLowerCase() }));
  });

  test('a receipt keeps the token it was signed for', async () => {
    const request = sign(client, newUser(), { token: own.address });
    await call(world.app, signMint, request);
    const { receiptId, amount } = request.body;
    const other = { headers: request.headers, body: { receiptId, amount } };
    expect(await outcome(world.app, signMint, other)).toEqual([409, 'IDEMPOTENCY_CONFLICT']);
  });

  test('a mint that the chain would revert is refused with its reason and leaves nothing behind', async () => {
    const user = newUser();
    const token = await deployMintable(world.localnet);
    await register(client, token.address);
    const request = sign(client, user, { token: token.address });
    await call(world.app, signMint, request);
    await token.setMinter(false);
    const { receiptId } = request.body;
    const headers = client.as(user, { 'x-idempotency-key': newReceipt() });
    const refused = await attempt(world.app, executeMint, { headers, body: { receiptId } });
    expect([refused.status, refused.body]).toMatchObject([
      500,
      {
        error: {
          code: 'USER_OPERATION_FAILED',
          details: { revertReason: expect.stringMatching(/^AccessControlUnauthorizedAccount\(0x/) },
        },
      },
    ]);
    const params = { receiptId };
    const state = (await call(world.app, getMintStatus, { headers: client.as(user), params })).body.mint;
    expect(state).toMatchObject({ status: 'signed', transactionId: null });
    await token.setMinter(true);
    const done = await call(world.app, executeMint, { headers, body: { receiptId } });
    expect(await final(world, client, user, done.body.transaction.id)).toMatchObject({ status: 'confirmed' });
  });
});
