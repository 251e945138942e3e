import { erc20Abi, recoverTypedDataAddress } from 'viem';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { externalSignMint } from '#schemas/adapter/external.ts';
import { executeMint, getMintStatus, signMint } from '#schemas/adapter/mint.ts';
import { createLocalnetClient, type LocalnetClient } from '#src/localnet/client.ts';
import { bootApp, type TestApp } from '#tests/kit/app.ts';
import { attempt, call } from '#tests/kit/call.ts';
import {
  bearer,
  type Client,
  final,
  newClient,
  newReceipt,
  newUser,
  outcome,
  tokenOf,
  walletOf,
} from './kit.ts';
import { redeemDirectly } from './redeem.ts';

let world: TestApp;
let client: Client;
let user: string;
let wallet: `0x${string}`;
let chain: LocalnetClient;
const origin = 'https://shop.example.com';
let offset = 0;
const clock = { now: () => new Date(Date.now() + offset) };

beforeAll(async () => {
  world = await bootApp({ compose: { clock } });
  client = await newClient(world, { allowedOrigins: [origin] });
  chain = createLocalnetClient(world.localnet.rpcUrl);
  user = newUser();
  wallet = await walletOf(world, client, user);
});

afterAll(() => world.close());

const sign = async (body: { receiptId: string; amount: string; recipient?: string }, as = user) =>
  (await call(world.app, signMint, { headers: client.as(as), body })).body.voucher;
const execute = (body: object, headers = client.as(user)) =>
  attempt(world.app, executeMint, { headers, body });
const status = async (receiptId: string, as = user) =>
  (await call(world.app, getMintStatus, { headers: client.as(as), params: { receiptId } })).body.mint;
const idOf = ({ body }: Awaited<ReturnType<typeof execute>>) => (body['transaction'] as { id: string }).id;
const errorOf = ({ status: code, body }: Awaited<ReturnType<typeof execute>>) => [
  code,
  (body['error'] as { code: string }).code,
];
const held = (holder: `0x${string}`) =>
  chain.readContract({
    abi: erc20Abi,
    address: world.localnet.addresses.token,
    functionName: 'balanceOf',
    args: [holder],
  });

describe('signing', () => {
  test('a voucher is standard typed data, signed by the told signer, for the wallet of the user', async () => {
    const receiptId = newReceipt();
    const voucher = await sign({ receiptId, amount: '7' });
    const { message } = voucher.typedData;
    expect(message).toMatchObject({ recipient: wallet, amount: '7', token: world.localnet.addresses.token });
    expect(Number(message.deadline) * 1000).toBe(new Date(voucher.deadline).getTime());
    const signed = { ...voucher.typedData, signature: voucher.signature } as never;
    expect(await recoverTypedDataAddress(signed)).toBe(voucher.signer);
    expect(await status(receiptId)).toMatchObject({ status: 'signed', txHash: null, amount: '7' });
    expect(await status(newReceipt())).toMatchObject({ status: 'none', amount: null });
    expect(await status(receiptId, newUser())).toMatchObject({ status: 'none' });
  });

  test('signing again renews the deadline; another amount, recipient or user is refused', async () => {
    const receiptId = newReceipt();
    const first = await sign({ receiptId, amount: '7' });
    offset = 120_000;
    const second = await sign({ receiptId, amount: '7' });
    offset = 0;
    expect(second.typedData.message.receipt).toBe(first.typedData.message.receipt);
    expect(new Date(second.deadline).getTime()).toBeGreaterThan(new Date(first.deadline).getTime());
    const other = (body: object, as = user) =>
      outcome(world.app, signMint, { headers: client.as(as), body: { receiptId, amount: '7', ...body } });
    const conflict = [409, 'IDEMPOTENCY_CONFLICT'];
    expect(await other({ amount: '8' })).toEqual(conflict);
    expect(await other({ recipient: world.localnet.addresses.usdc })).toEqual(conflict);
    expect(await other({ recipient: wallet }, newUser())).toEqual(conflict);
  });
});

describe('executing', () => {
  test('an unknown receipt, and one of another user or client, is not found', async () => {
    const receiptId = newReceipt();
    const none = [404, 'RECEIPT_NOT_FOUND'];
    expect(errorOf(await execute({ receiptId }))).toEqual(none);
    await sign({ receiptId, amount: '1' });
    expect(errorOf(await execute({ receiptId }, client.as(newUser())))).toEqual(none);
    expect(errorOf(await execute({ receiptId }, (await newClient(world)).as(user)))).toEqual(none);
  });

  test('repeated fields must be what was signed; a tampered voucher is refused', async () => {
    const receiptId = newReceipt();
    const { signature, token } = await sign({ receiptId, amount: '1' });
    const refused = [400, 'VALIDATION_ERROR'];
    expect(errorOf(await execute({ receiptId, amount: '2' }))).toEqual(refused);
    expect(errorOf(await execute({ receiptId, recipient: token }))).toEqual(refused);
    expect(errorOf(await execute({ receiptId, token: wallet }))).toEqual(refused);
    const tampered = `${signature.slice(0, -4)}${signature.slice(-4) === '0000' ? '1111' : '0000'}`;
    expect(errorOf(await execute({ receiptId, signature: tampered }))).toEqual(refused);
    const fields = {
      amount: '1',
      recipient: wallet.toLowerCase(),
      token,
      signature: signature.toUpperCase().replace('X', 'x'),
    };
    const done = await execute({ receiptId, ...fields });
    expect(done.status).toBe(202);
    expect(await final(world, client, user, idOf(done))).toMatchObject({ status: 'confirmed' });
  });

  test('one receipt mints once, however many ask at the same time', async () => {
    const receiptId = newReceipt();
    const before = await held(wallet);
    await sign({ receiptId, amount: '5' });
    const answers = await Promise.all(Array.from({ length: 20 }, () => execute({ receiptId })));
    const winners = answers.filter((answer) => answer.status === 202);
    expect(winners).toHaveLength(1);
    const id = idOf(winners[0]!);
    for (const loser of answers.filter((answer) => answer.status !== 202)) {
      expect(errorOf(loser)).toEqual([409, 'RECEIPT_ALREADY_MINTED']);
      expect(loser.body).toMatchObject({ error: { details: { transactionId: id } } });
    }
    const { txHash } = await final(world, client, user, id);
    const late = await execute({ receiptId });
    expect(late.body).toMatchObject({
      error: { code: 'RECEIPT_ALREADY_MINTED', details: { transactionId: id, status: 'confirmed', txHash } },
    });
    expect(await status(receiptId)).toMatchObject({ status: 'minted', txHash, transactionId: id });
    expect(await held(wallet)).toBe(before + 5n);
    const again = { headers: client.as(user), body: { receiptId, amount: '5' } };
    expect(await outcome(world.app, signMint, again)).toEqual([409, 'RECEIPT_ALREADY_MINTED']);
  });

  test('with an idempotency key every repetition gets the first answer, another body a conflict', async () => {
    const [receiptId, other] = [newReceipt(), newReceipt()];
    await sign({ receiptId, amount: '5' });
    await sign({ receiptId: other, amount: '5' });
    const headers = client.as(user, { 'x-idempotency-key': newReceipt() });
    const answers = await Promise.all(Array.from({ length: 10 }, () => execute({ receiptId }, headers)));
    expect(new Set(answers.map(idOf)).size).toBe(1);
    const replays = answers.filter((answer) => answer.headers['idempotent-replayed'] === 'true');
    expect(replays).toHaveLength(9);
    expect(errorOf(await execute({ receiptId: other }, headers))).toEqual([409, 'IDEMPOTENCY_CONFLICT']);
    await final(world, client, user, idOf(answers[0]!));
    expect((await execute({ receiptId }, headers)).body).toMatchObject({
      transaction: { status: 'confirmed' },
    });
  });

  test('a voucher that somebody redeemed past the API mints no second time', async () => {
    const receiptId = newReceipt();
    const before = await held(wallet);
    const voucher = await sign({ receiptId, amount: '9' });
    const txHash = await redeemDirectly(world.localnet, voucher);
    const used = { error: { code: 'RECEIPT_ALREADY_MINTED', details: { txHash } } };
    const again = { headers: client.as(user), body: { receiptId, amount: '9' } };
    const page = { headers: client.as(user, { origin }), body: { receiptId } };
    expect(await execute({ receiptId })).toMatchObject({ status: 409, body: used });
    expect(await attempt(world.app, signMint, again)).toMatchObject({ status: 409, body: used });
    expect(await attempt(world.app, externalSignMint, page)).toMatchObject({ status: 409, body: used });
    expect(await status(receiptId)).toMatchObject({ status: 'minted', txHash, transactionId: null });
    expect(await held(wallet)).toBe(before + 9n);
  });

  test('after a mint through the API the contract itself refuses the voucher', async () => {
    const receiptId = newReceipt();
    const voucher = await sign({ receiptId, amount: '9' });
    await final(world, client, user, idOf(await execute({ receiptId })));
    await expect(redeemDirectly(world.localnet, voucher)).rejects.toThrow('VoucherUsed');
  });

  test('an expired voucher is refused and can be signed again', async () => {
    const receiptId = newReceipt();
    await sign({ receiptId, amount: '1' });
    offset = 3_700_000;
    const later = await tokenOf(world.app, client.clientId, client.clientSecret);
    const refused = await execute({ receiptId }, { ...bearer(later), 'x-user-id': user });
    offset = 0;
    expect(errorOf(refused)).toEqual([400, 'VALIDATION_ERROR']);
    await sign({ receiptId, amount: '1' });
    const done = await execute({ receiptId });
    expect(await final(world, client, user, idOf(done))).toMatchObject({ status: 'confirmed' });
  });
});
