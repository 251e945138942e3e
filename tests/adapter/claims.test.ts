import { parseAbi, parseEventLogs } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { executeClaim, getClaim } from '#schemas/adapter/claims.ts';
import { updateClient } from '#schemas/adapter/clients.ts';
import { listWalletTransactions } from '#schemas/adapter/wallet.ts';
import { tokenLockAbi } from '#src/chain/contracts/generated/token-lock.ts';
import { createLocalnetClient, type LocalnetClient } from '#src/localnet/client.ts';
import { appOfTest, bootApp, type TestApp } from '#tests/kit/app.ts';
import { call } from '#tests/kit/call.ts';
import { claimant, idOf, newClaim, paid, refusal, usdcOf, no } from './claims-kit.ts';
import { admin, newClient, newReceipt, newUser, outcome, walletOf } from './kit.ts';

let world: TestApp;
let chain: LocalnetClient;

beforeAll(async () => {
  world = await bootApp();
  chain = createLocalnetClient(world.localnet.rpcUrl);
});

afterAll(() => world.close());

const used = (details?: object) => no(409, 'CLAIM_ALREADY_EXECUTED', details);

describe('a payout', () => {
  test('goes from the treasury to the wallet of the user, which is made on the way, and tells of itself', async () => {
    const { client, user, treasury, execute, end, get } = await claimant(world, 100n);
    const claimId = newClaim();
    const accepted = await execute({ claimId, amount: '40' });
    const wallet = await walletOf(world, client, user);
    expect([accepted.status, accepted.body]).toMatchObject([
      202,
      {
        transaction: {
          type: 'claim',
          status: 'pending',
          claimId,
          from: treasury,
          to: wallet,
          amount: '40',
          token: world.localnet.addresses.usdc,
        },
      },
    ]);
    const done = await end(idOf(accepted));
    expect(done).toMatchObject({ type: 'claim', status: 'confirmed', sponsored: true, claimId });
    expect([await usdcOf(world, treasury), await usdcOf(world, wallet)]).toEqual([60n, 40n]);
    expect(await get(claimId)).toMatchObject({ status: 'paid', txHash: done.txHash, transactionId: done.id });
    const given = { headers: client.as(user), query: { type: 'claim' as const } };
    const { transactions } = (await call(world.app, listWalletTransactions, given)).body;
    expect(transactions).toEqual([done]);
  });

  test('goes to an address, or to another user by either name', async () => {
    const mine = await claimant(world, 100n);
    const other = newUser();
    const wallet = await walletOf(world, mine.client, other);
    const address = await walletOf(world, mine.client, newUser());
    await paid(mine, { amount: '3', userId: other });
    await paid(mine, { amount: '4', toUserId: other });
    await paid(mine, { amount: '5', recipient: address.toLowerCase() });
    expect([await usdcOf(world, wallet), await usdcOf(world, address)]).toEqual([7n, 5n]);
  });

  test('leaves no allowance and is logged by the contract under an id of client and claim', async () => {
    const mine = await claimant(world, 10n);
    const { txHash, to } = await paid(mine, { amount: '6' });
    const { usdc, tokenLock } = world.localnet.addresses;
    const allowance = await chain.readContract({
      abi: parseAbi(['function allowance(address owner, address spender) view returns (uint256)']),
      address: usdc,
      functionName: 'allowance',
      args: [mine.treasury, tokenLock],
    });
    expect(allowance).toBe(0n);
    const { logs } = await chain.getTransactionReceipt({ hash: txHash as `0x${string}` });
    const log = parseEventLogs({ abi: tokenLockAbi, logs, eventName: 'Paid' }).find(
      ({ args }) => args.payer === mine.treasury,
    );
    expect(log?.args).toMatchObject({ payer: mine.treasury, beneficiary: to, token: usdc, amount: 6n });
    const isUsed = { abi: tokenLockAbi, address: tokenLock, functionName: 'isUsed' } as const;
    expect(await chain.readContract({ ...isUsed, args: [log!.args.id] })).toBe(true);
  });

  test('of several clients may have one claim id; each pays from its own treasury', async () => {
    const [one, two] = [await claimant(world, 10n), await claimant(world, 10n)];
    const claimId = newClaim();
    await Promise.all([paid(one, { claimId, amount: '1' }), paid(two, { claimId, amount: '2' })]);
    expect([await usdcOf(world, one.treasury), await usdcOf(world, two.treasury)]).toEqual([9n, 8n]);
  });
});

describe('once', () => {
  test('50 at the same time on two replicas: one payout, the others are told which', async () => {
    const replica = await appOfTest({ replicaOf: world });
    const { execute, end, treasury } = await claimant(world, 100n);
    const claimId = newClaim();
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        execute({ claimId, amount: '2' }, { on: i % 2 ? replica : world }),
      ),
    );
    const [winner, ...more] = answers.filter(({ status }) => status === 202);
    expect(more).toEqual([]);
    const id = idOf(winner!);
    for (const answer of answers.filter(({ status }) => status !== 202)) {
      expect(refusal(answer)).toMatchObject(used({ transactionId: id }));
    }
    const { txHash } = await end(id);
    const late = refusal(await execute({ claimId, amount: '2' }));
    expect(late).toEqual(used({ transactionId: id, status: 'confirmed', txHash }));
    expect(await usdcOf(world, treasury)).toBe(98n);
  });

  test('with an idempotency key every repetition gets the first answer, another body a conflict', async () => {
    const { execute, end, treasury } = await claimant(world, 100n);
    const key = { 'x-idempotency-key': newReceipt() };
    const claimId = newClaim();
    const answers = await Promise.all(Array.from({ length: 10 }, () => execute({ claimId }, key)));
    expect(new Set(answers.map(idOf)).size).toBe(1);
    await end(idOf(answers[0]!));
    const late = await execute({ claimId }, key);
    expect([late.status, late.headers['idempotent-replayed']]).toEqual([202, 'true']);
    expect(late.body).toMatchObject({ transaction: { id: idOf(answers[0]!), status: 'confirmed' } });
    expect(refusal(await execute({ claimId, amount: '2' }, key))).toMatchObject(
      no(409, 'IDEMPOTENCY_CONFLICT'),
    );
    expect(refusal(await execute({ claimId }))).toMatchObject(used());
    expect(await usdcOf(world, treasury)).toBe(99n);
  });

  test('many claims of a client share operations, each is paid', async () => {
    const mine = await claimant(world, 100n);
    const answers = await Promise.all(Array.from({ length: 12 }, () => mine.execute({ amount: '3' })));
    const ends = await Promise.all(answers.map((answer) => mine.end(idOf(answer))));
    expect(ends.map(({ status }) => status)).toEqual(Array.from({ length: 12 }, () => 'confirmed'));
    expect(new Set(ends.map(({ userOpHash }) => userOpHash)).size).toBeLessThan(6);
    expect(await usdcOf(world, mine.treasury)).toBe(64n);
  });
});

describe('refused before it is written down', () => {
  test('an empty treasury, and one that has too little', async () => {
    const { execute, treasury } = await claimant(world, 0n);
    const token = world.localnet.addresses.usdc;
    const facts = { token, treasury, balance: '0', required: '1' };
    expect(refusal(await execute())).toEqual(no(422, 'INSUFFICIENT_BALANCE', facts));
    const poor = await claimant(world, 5n);
    const claimId = newClaim();
    expect(refusal(await poor.execute({ claimId, amount: '6' }))).toMatchObject(
      no(422, 'INSUFFICIENT_BALANCE'),
    );
    // It did not use the claim up.
    await paid(poor, { claimId, amount: '5' });
  });

  test('what the operator does not sponsor', async () => {
    const { client, execute } = await claimant(world, 5n);
    const { usdc, tokenLock } = world.localnet.addresses;
    const sponsored = (allow: { contract: string; methods?: string[] }[]) =>
      call(world.app, updateClient, {
        headers: admin(world),
        params: { clientId: client.clientId },
        body: { sponsorship: { allow } },
      });
    await sponsored([{ contract: usdc }]);
    expect(refusal(await execute())).toMatchObject(
      no(403, 'SPONSORSHIP_DENIED', { rule: 'allow', contract: tokenLock }),
    );
    await sponsored([{ contract: usdc, methods: ['approve(address,uint256)'] }, { contract: tokenLock }]);
    expect((await execute()).status).toBe(202);
  });

  test('a token that refuses the receiver, with its reason; the claim stays free', async () => {
    const mine = await claimant(world, 5n);
    const recipient = await walletOf(world, mine.client, newUser());
    const issuer = privateKeyToAccount(world.localnet.keys.usdcMinter);
    const list = async (functionName: 'blacklist' | 'unBlacklist') => {
      const abi = parseAbi(['function blacklist(address account)', 'function unBlacklist(address account)']);
      const address = world.localnet.addresses.usdc;
      const hash = await chain.writeContract({
        account: issuer,
        abi,
        address,
        functionName,
        args: [recipient],
      });
      await chain.waitForTransactionReceipt({ hash });
    };
    const claimId = newClaim();
    await list('blacklist');
    const refused = refusal(await mine.execute({ claimId, recipient }));
    await list('unBlacklist');
    expect(refused).toEqual(
      no(500, 'USER_OPERATION_FAILED', { revertReason: 'Blacklistable: account is blacklisted' }),
    );
    await paid(mine, { claimId, recipient });
  });

  test('receivers that would lose the tokens, two receivers, what is no token', async () => {
    const { execute, treasury } = await claimant(world, 5n);
    const { usdc, tokenLock } = world.localnet.addresses;
    const wrong = (field: string) => no(400, 'VALIDATION_ERROR', { field });
    for (const recipient of [`0x${'0'.repeat(40)}`, usdc.toLowerCase(), tokenLock, treasury]) {
      expect(refusal(await execute({ recipient }))).toMatchObject(wrong('recipient'));
    }
    expect(refusal(await execute({ recipient: usdc, userId: 'u' }))).toMatchObject(wrong('recipient'));
    expect(refusal(await execute({ toUserId: 'u', userId: 'u' }))).toMatchObject(wrong('recipient'));
    expect(refusal(await execute({ token: treasury }))).toMatchObject(wrong('token'));
    expect(refusal(await execute({ network: 'atlantis' }))).toMatchObject(wrong('network'));
  });

  test('payouts that only together are too much: those that fit go through, the rest fails and says why', async () => {
    const mine = await claimant(world, 10n);
    const ids = [newClaim(), newClaim(), newClaim()];
    const answers = await Promise.all(ids.map((claimId) => mine.execute({ claimId, amount: '4' })));
    const ends = await Promise.all(answers.map((answer) => mine.end(idOf(answer))));
    const failed = ends.filter(({ status }) => status === 'failed');
    expect(failed).toMatchObject([
      {
        error: {
          code: 'USER_OPERATION_FAILED',
          reason: 'EXECUTION_REVERTED',
          revertReason: 'ERC20: transfer amount exceeds balance',
        },
      },
    ]);
    expect(await usdcOf(world, mine.treasury)).toBe(2n);
    // The claim that was not paid is free again.
    const { claimId, id } = failed[0]!;
    expect(await mine.get(claimId!)).toMatchObject({ status: 'failed', transactionId: id });
    const second = await paid(mine, { claimId: claimId!, amount: '2' });
    expect(second.id).not.toBe(id);
    expect(await mine.get(claimId!)).toMatchObject({ status: 'paid', transactionId: second.id, amount: '2' });
  });
});

test("claims are the user's own and need the scope", async () => {
  const mine = await claimant(world, 5n);
  const claimId = newClaim();
  await mine.execute({ claimId });
  const none = [404, 'CLAIM_NOT_FOUND'];
  const get = (headers: Record<string, string>) =>
    outcome(world.app, getClaim, { headers, params: { claimId } });
  expect(await get(mine.client.as(newUser()))).toEqual(none);
  expect(await get((await newClient(world)).as(mine.user))).toEqual(none);
  const narrow = await newClient(world, { scopes: ['wallet', 'mint', 'transfer'] });
  const body = { claimId, token: world.localnet.addresses.usdc, amount: '1' };
  const scopeless = await outcome(world.app, executeClaim, { headers: narrow.as(mine.user), body });
  expect(scopeless).toEqual([403, 'INSUFFICIENT_SCOPE']);
});
