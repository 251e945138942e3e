import { createWalletClient, http, parseAbi } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { releaseClaim } from '#schemas/adapter/claims.ts';
import { updateClient } from '#schemas/adapter/clients.ts';
import { listWalletTransactions } from '#schemas/adapter/wallet.ts';
import { tokenLockAbi } from '#src/chain/contracts/generated/token-lock.ts';
import { createLocalnetClient, type LocalnetClient } from '#src/localnet/client.ts';
import { appOfTest, bootApp, type TestApp } from '#tests/kit/app.ts';
import { call } from '#tests/kit/call.ts';
import { rpcProxy, type RpcProxy } from '#tests/kit/rpc-proxy.ts';
import {
  type Address,
  claimant,
  type Claimant,
  idOf,
  newClaim,
  no,
  paid,
  refusal,
  usdcOf,
} from './claims-kit.ts';
import { networkWith } from './gate.ts';
import { admin, newReceipt, newUser, outcome, walletOf } from './kit.ts';

let rpc: RpcProxy;
let paymaster: RpcProxy;
let world: TestApp;
let chain: LocalnetClient;
let mine: Claimant;

beforeAll(async () => {
  const localnet = inject('localnet');
  [rpc, paymaster] = await Promise.all([rpcProxy(localnet.rpcUrl), rpcProxy(localnet.paymasterUrl)]);
  const networks = networkWith(localnet, { rpcUrls: [rpc.url], paymasterUrl: paymaster.url });
  world = await bootApp({ compose: { networks } });
  chain = createLocalnetClient(world.localnet.rpcUrl);
  mine = await claimant(world, 1_000n);
});

afterAll(async () => {
  await world.close();
  await Promise.all([rpc.close(), paymaster.close()]);
});

/** Lets the chain's clock pass the moment. */
async function due(releaseAt: string | null): Promise<void> {
  const now = async () => {
    await chain.mine({ blocks: 1 });
    return Number((await chain.getBlock()).timestamp);
  };
  await expect.poll(now, { timeout: 15_000 }).toBeGreaterThanOrEqual(new Date(releaseAt!).getTime() / 1000);
}

/** A locked payout of 5 that is due. */
async function dueClaim(who = mine, recipient?: Address) {
  const to = recipient ? { recipient } : {};
  const done = await paid(who, { amount: '5', lockSeconds: 1, ...to });
  const claim = await who.get(done.claimId);
  await due(claim.releaseAt);
  return { ...claim, to: done.to as Address };
}

describe('a locked payout', () => {
  test('leaves the treasury at once, is held by the contract, and released only after its time', async () => {
    const who = await claimant(world, 10n);
    const wallet = await walletOf(world, who.client, who.user);
    const { tokenLock } = world.localnet.addresses;
    const asked = Date.now();
    const { claimId, txHash } = await paid(who, { amount: '5', lockSeconds: 3 });
    const claim = await who.get(claimId);
    expect(claim).toMatchObject({ status: 'locked', releaseTransactionId: null });
    expect(Math.abs(new Date(claim.releaseAt!).getTime() - asked - 3_000)).toBeLessThan(10_000);
    expect([await usdcOf(world, who.treasury), await usdcOf(world, wallet)]).toEqual([5n, 0n]);
    const locked = { verified: true, status: 'locked', txHash };
    expect(await who.verify({ claimId })).toMatchObject({
      ...locked,
      payouts: [{ claimId, status: 'locked', to: wallet, releaseAt: claim.releaseAt }],
    });

    await due(claim.releaseAt);
    const done = await who.end(idOf(await who.release(claimId)));
    expect(done).toMatchObject({
      type: 'claim_release',
      status: 'confirmed',
      from: tokenLock,
      to: wallet,
      amount: '5',
      claimId,
    });
    expect(await usdcOf(world, wallet)).toBe(5n);
    expect(await who.get(claimId)).toMatchObject({ status: 'released', releaseTransactionId: done.id });
    expect(await who.verify({ txHash })).toMatchObject({ ...locked, status: 'released' });
    const given = { headers: who.client.as(who.user), query: { type: 'claim_release' as const } };
    const { transactions } = (await call(world.app, listWalletTransactions, given)).body;
    expect(transactions).toEqual([done]);
  });

  test('is not released before its time, however often it is asked for', async () => {
    const { claimId } = await paid(mine, { amount: '5', lockSeconds: 3_600 });
    const { releaseAt } = await mine.get(claimId);
    const answers = await Promise.all(Array.from({ length: 5 }, () => mine.release(claimId)));
    for (const answer of answers) expect(refusal(answer)).toEqual(no(422, 'CLAIM_LOCKED', { releaseAt }));
    expect(await mine.get(claimId)).toMatchObject({ status: 'locked', releaseTransactionId: null });
  });

  test('uses its claim for payments, too', async () => {
    const { claimId, id } = await paid(mine, { amount: '5', lockSeconds: 3_600 });
    const again = await mine.execute({ claimId });
    expect(refusal(again)).toMatchObject(no(409, 'CLAIM_ALREADY_EXECUTED', { transactionId: id }));
  });

  test('for no time, or for longer than ten years, is refused', async () => {
    for (const lockSeconds of [0, -1, 1.5, 315_360_001]) {
      expect(refusal(await mine.execute({ lockSeconds }))).toMatchObject(
        no(400, 'VALIDATION_ERROR', { field: 'lockSeconds' }),
      );
    }
  });
});

describe('a release', () => {
  test('of what is not locked, and of what nobody knows, is refused', async () => {
    const { claimId } = await paid(mine);
    expect(refusal(await mine.release(claimId))).toEqual(
      no(409, 'CLAIM_NOT_LOCKED', { status: 'confirmed', locked: false }),
    );
    expect(refusal(await mine.release(newClaim()))).toEqual(no(404, 'CLAIM_NOT_FOUND'));
    const given = { headers: mine.client.as(newUser()), params: { claimId } };
    expect(await outcome(world.app, releaseClaim, given)).toEqual([404, 'CLAIM_NOT_FOUND']);
  });

  test('happens once: 20 at the same time on two replicas, the others are told which', async () => {
    const replica = await appOfTest({ replicaOf: world });
    const { claimId, to } = await dueClaim();
    const before = await usdcOf(world, to);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => mine.release(claimId, { on: i % 2 ? replica : world })),
    );
    const [winner, ...more] = answers.filter(({ status }) => status === 202);
    expect(more).toEqual([]);
    const transactionId = idOf(winner!);
    for (const answer of answers.filter(({ status }) => status !== 202)) {
      expect(refusal(answer)).toMatchObject(no(409, 'CLAIM_ALREADY_RELEASED', { transactionId }));
    }
    const { txHash } = await mine.end(transactionId);
    expect(refusal(await mine.release(claimId))).toEqual(
      no(409, 'CLAIM_ALREADY_RELEASED', { transactionId, status: 'confirmed', txHash }),
    );
    expect(await usdcOf(world, to)).toBe(before + 5n);
  });

  test('with an idempotency key is answered alike ever after; another claim under it is a conflict', async () => {
    const [one, two] = [await dueClaim(), await dueClaim()];
    const key = { 'x-idempotency-key': newReceipt() };
    const answers = await Promise.all(Array.from({ length: 5 }, () => mine.release(one.claimId, key)));
    expect(new Set(answers.map(idOf)).size).toBe(1);
    await mine.end(idOf(answers[0]!));
    const late = await mine.release(one.claimId, key);
    expect([late.status, late.headers['idempotent-replayed'], idOf(late)]).toEqual([
      202,
      'true',
      idOf(answers[0]!),
    ]);
    expect(refusal(await mine.release(two.claimId, key))).toMatchObject(no(409, 'IDEMPOTENCY_CONFLICT'));
  });

  test('that anybody else was faster with is told, and verify knows it', async () => {
    const { claimId, to } = await dueClaim();
    const before = await usdcOf(world, to);
    const { tokenLock } = world.localnet.addresses;
    const { logs } = await chain.getTransactionReceipt({ hash: (await mine.get(claimId)).txHash as Address });
    const id = logs.find(({ address }) => address.toLowerCase() === tokenLock.toLowerCase())!.topics[1]!;
    const stranger = createWalletClient({
      account: privateKeyToAccount(world.localnet.keys.deployer),
      chain: chain.chain,
      transport: http(world.localnet.rpcUrl),
    });
    const release = { abi: tokenLockAbi, address: tokenLock, functionName: 'release', args: [id] } as const;
    await chain.waitForTransactionReceipt({ hash: await stranger.writeContract(release) });
    expect(await usdcOf(world, to)).toBe(before + 5n);
    expect(refusal(await mine.release(claimId))).toEqual(no(409, 'CLAIM_ALREADY_RELEASED'));
    expect(await mine.verify({ claimId })).toMatchObject({ verified: true, status: 'released' });
  });

  test('that failed may be tried again', async () => {
    const { claimId, to } = await dueClaim();
    const before = await usdcOf(world, to);
    paymaster.rule = () => ({ error: { code: -32001, message: 'denied' } });
    const failed = await mine.end(idOf(await mine.release(claimId)));
    paymaster.rule = () => 'pass';
    expect(failed).toMatchObject({ status: 'failed', error: { reason: 'PAYMASTER_REJECTED' } });
    expect(await mine.get(claimId)).toMatchObject({ status: 'locked', releaseTransactionId: failed.id });
    const done = await mine.end(idOf(await mine.release(claimId)));
    expect(done).toMatchObject({ status: 'confirmed' });
    expect(await usdcOf(world, to)).toBe(before + 5n);
    expect(await mine.get(claimId)).toMatchObject({ status: 'released', releaseTransactionId: done.id });
  });

  test('that the token refuses, or the operator does not sponsor, or without a chain: refused with the reason', async () => {
    const recipient = await walletOf(world, mine.client, newUser());
    const { claimId } = await dueClaim(mine, recipient);
    const { usdc } = world.localnet.addresses;
    const list = async (functionName: 'blacklist' | 'unBlacklist') => {
      const hash = await chain.writeContract({
        account: privateKeyToAccount(world.localnet.keys.usdcMinter),
        abi: parseAbi(['function blacklist(address account)', 'function unBlacklist(address account)']),
        address: usdc,
        functionName,
        args: [recipient],
      });
      await chain.waitForTransactionReceipt({ hash });
    };
    const sponsored = (sponsorship: { allow: { contract: string }[] } | null) =>
      call(world.app, updateClient, {
        headers: admin(world),
        params: { clientId: mine.client.clientId },
        body: { sponsorship },
      });
    await list('blacklist');
    const refused = refusal(await mine.release(claimId));
    await list('unBlacklist');
    expect(refused).toEqual(
      no(500, 'USER_OPERATION_FAILED', { revertReason: 'Blacklistable: account is blacklisted' }),
    );
    await sponsored({ allow: [{ contract: usdc }] });
    const denied = refusal(await mine.release(claimId));
    await sponsored(null);
    expect(denied).toMatchObject(no(403, 'SPONSORSHIP_DENIED', { rule: 'allow' }));
    rpc.rule = () => 'drop';
    const away = refusal(await mine.release(claimId));
    rpc.rule = () => 'pass';
    expect(away).toMatchObject(no(503, 'CHAIN_UNAVAILABLE'));
    const done = await mine.end(idOf(await mine.release(claimId)));
    expect(done).toMatchObject({ status: 'confirmed', to: recipient });
  });
});
