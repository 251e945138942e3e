import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { executeClaim, verifyClaim } from '#schemas/adapter/claims.ts';
import { transferTokens } from '#schemas/adapter/wallet.ts';
import { createLocalnetClient } from '#src/localnet/client.ts';
import { setUsdc } from '#src/localnet/faucet.ts';
import { bootApp, type TestApp } from '#tests/kit/app.ts';
import { attempt, call } from '#tests/kit/call.ts';
import { type Claimant, claimant, idOf, newClaim, paid, no, refusal } from './claims-kit.ts';
import { type Gate, gateTo, networkWith } from './gate.ts';
import { final, mintTo, newUser, outcome, walletOf } from './kit.ts';

let rpc: Gate;
let world: TestApp;
let mine: Claimant;

beforeAll(async () => {
  const localnet = inject('localnet');
  rpc = await gateTo(localnet.rpcUrl);
  world = await bootApp({ compose: { networks: networkWith(localnet, { rpcUrls: [rpc.url] }) } });
  mine = await claimant(world, 1_000n);
});

afterAll(async () => {
  await world.close();
  await rpc.close();
});

/** Not verified, and why. */
const doubt = (reason: string, more: object = {}) => ({
  success: true,
  verified: false,
  reason,
  payouts: [],
  ...more,
});

describe('a payout that happened', () => {
  test('is verified by its claim, its transaction, or both', async () => {
    const { claimId, txHash, blockNumber, to } = await paid(mine, { amount: '7' });
    const payout = {
      claimId,
      status: 'paid',
      token: world.localnet.addresses.usdc,
      from: mine.treasury,
      to,
      amount: '7',
      releaseAt: null,
    };
    const proof = {
      success: true,
      verified: true,
      reason: null,
      status: 'paid',
      network: 'base-sepolia',
      txHash,
      blockNumber,
      confirmations: expect.any(Number),
      payouts: [payout],
    };
    expect(await mine.verify({ claimId })).toEqual(proof);
    expect(await mine.verify({ txHash: txHash.toUpperCase().replace('X', 'x') })).toEqual(proof);
    expect(await mine.verify({ claimId, txHash, network: 'eip155:84532' })).toEqual(proof);
    const { confirmations } = await mine.verify({ claimId });
    await createLocalnetClient(world.localnet.rpcUrl).mine({ blocks: 1 });
    expect((await mine.verify({ claimId })).confirmations).toBeGreaterThan(confirmations);
  });

  test('is verified by the log, not by our row: a row that says otherwise is not believed', async () => {
    const { claimId, txHash } = await paid(mine, { amount: '7' });
    const { database } = world.database;
    await database.db.execute(`update claims set amount = 8 where claim_id = '${claimId}'`);
    const wrong = doubt('other_payout_than_claimed', { txHash, confirmations: expect.any(Number) });
    expect(await mine.verify({ claimId })).toMatchObject(wrong);
    expect(await mine.verify({ txHash })).toMatchObject(wrong);
  });

  test('with others in one transaction: all of the user are told, those of others are not', async () => {
    const neighbour = await claimant(world, 0n, mine.client);
    const answers = await Promise.all([
      mine.execute({ amount: '1' }),
      mine.execute({ amount: '2' }),
      mine.execute({ amount: '3' }),
      neighbour.execute({ amount: '4' }),
      neighbour.execute({ amount: '5' }),
    ]);
    const ends = await Promise.all(answers.map((answer, i) => (i < 3 ? mine : neighbour).end(idOf(answer))));
    for (const txHash of new Set(ends.map((end) => end.txHash!))) {
      const there = ends.filter((end) => end.txHash === txHash);
      const own = there.filter((end) => ['1', '2', '3'].includes(end.amount!));
      const { verified, payouts } = await mine.verify({ txHash });
      expect(verified).toBe(own.length > 0);
      expect(new Set(payouts.map(({ claimId }) => claimId))).toEqual(
        new Set(own.map(({ claimId }) => claimId)),
      );
    }
  });
});

describe('what is no payout of the claim', () => {
  test("another client's payout, even one of the same facts", async () => {
    const stranger = await claimant(world, 10n);
    const to = await walletOf(world, mine.client, mine.user);
    const claimId = newClaim();
    const theirs = await paid(stranger, { claimId, amount: '3', recipient: to });
    await paid(mine, { claimId, amount: '3' });
    const { txHash } = theirs;
    expect(await mine.verify({ txHash })).toMatchObject(doubt('no_payout_of_this_client', { status: null }));
    expect(await mine.verify({ claimId, txHash })).toMatchObject(
      doubt('no_payout_of_this_claim', { txHash, blockNumber: theirs.blockNumber, status: 'paid' }),
    );
    expect(await stranger.verify({ txHash })).toMatchObject({ verified: true });
  });

  test('a plain transfer to the same receiver, of this client or of nobody', async () => {
    const { claimId, to } = await paid(mine, { amount: '9' });
    const sender = newUser();
    const { client } = mine;
    await setUsdc(world.localnet, await walletOf(world, client, sender), 9n);
    const body = { token: world.localnet.addresses.usdc, to: to!, amount: '9' };
    const sent = await call(world.app, transferTokens, { headers: client.as(sender), body });
    const transfer = await final(world, client, sender, sent.body.transaction.id);
    const minted = await mintTo(world, client, sender, 9n);
    for (const { txHash, status } of [transfer, minted]) {
      expect(status).toBe('confirmed');
      expect(await mine.verify({ claimId, txHash: txHash! })).toMatchObject(doubt('no_payout_of_this_claim'));
      expect(await mine.verify({ txHash: txHash! })).toMatchObject(doubt('no_payout_of_this_client'));
    }
  });

  test('another claim of the same user', async () => {
    const one = await paid(mine);
    const two = await paid(mine);
    expect(await mine.verify({ claimId: one.claimId, txHash: two.txHash })).toMatchObject(
      doubt('no_payout_of_this_claim'),
    );
  });

  test('a transaction that no block has', async () => {
    const txHash = `0x${'ab'.repeat(32)}`;
    expect(await mine.verify({ txHash })).toEqual(
      doubt('transaction_not_found', {
        status: null,
        network: 'base-sepolia',
        txHash,
        blockNumber: null,
        confirmations: 0,
      }),
    );
  });

  test('a claim that nobody knows, or of another user; a question without any', async () => {
    const { claimId } = await paid(mine);
    const { client } = mine;
    const ask = (body: object, user = mine.user) =>
      attempt(world.app, verifyClaim, { headers: client.as(user), body });
    expect(refusal(await ask({ claimId: newClaim() }))).toMatchObject(no(404, 'CLAIM_NOT_FOUND'));
    expect(refusal(await ask({ claimId }, newUser()))).toMatchObject(no(404, 'CLAIM_NOT_FOUND'));
    expect(refusal(await ask({}))).toMatchObject(no(400, 'VALIDATION_ERROR', { field: 'claimId' }));
    expect(refusal(await ask({ txHash: '0x12' }))).toMatchObject(
      no(400, 'VALIDATION_ERROR', { field: 'txHash' }),
    );
    const away = await ask({ claimId, network: 'atlantis' });
    expect(refusal(away)).toMatchObject(no(400, 'VALIDATION_ERROR', { field: 'network' }));
  });
});

test('without a chain nothing is paid and nothing verified', async () => {
  const { claimId } = await paid(mine);
  const fresh = newClaim();
  const away = [503, 'CHAIN_UNAVAILABLE'];
  rpc.shut();
  const headers = mine.client.as(mine.user);
  const body = { claimId: fresh, token: world.localnet.addresses.usdc, amount: '1' };
  const refused = await outcome(world.app, executeClaim, { headers, body });
  const unseen = await outcome(world.app, verifyClaim, { headers, body: { claimId } });
  rpc.open();
  expect([refused, unseen]).toEqual([away, away]);
  await paid(mine, { claimId: fresh });
});
