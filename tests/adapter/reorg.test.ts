import { erc20Abi, type Hex, parseAbi } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { getClient } from '#schemas/adapter/clients.ts';
import { executeMint, getMintStatus, signMint } from '#schemas/adapter/mint.ts';
import { getTransaction } from '#schemas/adapter/transactions.ts';
import { transferTokens } from '#schemas/adapter/wallet.ts';
import { mintVouchersAbi } from '#src/chain/contracts/generated/mint-vouchers.ts';
import type { TestApp } from '#tests/kit/app.ts';
import { call } from '#tests/kit/call.ts';
import { claimant, idOf, newClaim, usdcOf } from './claims-kit.ts';
import { admin, type Client, final, mintTo, newClient, newReceipt, newUser, walletOf } from './kit.ts';
import { ownChain, type OwnChain } from './own-chain.ts';

let own: OwnChain;
let world: TestApp;
let client: Client;
const user = newUser();

beforeAll(async () => {
  own = await ownChain();
  world = await own.boot({ compose: { timing: { resendMs: 300, pollMs: 100, settledPollMs: 200 } } });
  client = await newClient(world);
  await mintTo(world, client, user, 1n);
});

afterAll(async () => {
  await world.close();
  await own.stop();
});

const sponsored = async () => {
  const given = { headers: admin(world), params: { clientId: client.clientId } };
  return (await call(world.app, getClient, given)).body.client.sponsorship;
};

test('a confirmed mint whose block is gone is submitted again, told so, and ends as one mint', async () => {
  const before = BigInt((await sponsored()).spentToday);
  const receiptId = newReceipt();
  const headers = client.as(user);
  const { voucher } = (await call(world.app, signMint, { headers, body: { receiptId, amount: '9' } })).body;
  const { id } = (await call(world.app, executeMint, { headers, body: { receiptId } })).body.transaction;
  const first = await final(world, client, user, id);
  expect(first).toMatchObject({ status: 'confirmed' });

  own.bundler.rule = ({ method }) => (method === 'eth_sendUserOperation' ? 'drop' : 'pass');
  const depth = Number(await own.chain.getBlockNumber()) - first.blockNumber! + 1;
  await own.ask('anvil_reorg', depth, []);

  const read = async () =>
    (await call(world.app, getTransaction, { headers, params: { id } })).body.transaction;
  await expect.poll(async () => (await read()).status, { timeout: 20_000 }).toBe('submitted');
  expect(await read()).toMatchObject({ txHash: null, blockNumber: null, gasUsed: null, sponsorCost: null });
  const { mint } = (await call(world.app, getMintStatus, { headers, params: { receiptId } })).body;
  expect(mint).toMatchObject({ status: 'submitted', txHash: null });
  expect(await sponsored()).toMatchObject({ spentToday: `${before}`, reservedToday: first.sponsorCost });

  own.bundler.rule = () => 'pass';
  const again = await final(world, client, user, id);
  expect(again).toMatchObject({ status: 'confirmed', userOpHash: first.userOpHash });
  expect(again.blockNumber).toBeGreaterThan(0);
  const spent = (before + BigInt(again.sponsorCost!)).toString();
  expect(await sponsored()).toMatchObject({ spentToday: spent, reservedToday: '0' });
  const logs = await own.chain.getContractEvents({
    abi: mintVouchersAbi,
    address: voucher.typedData.domain.verifyingContract as `0x${string}`,
    eventName: 'VoucherRedeemed',
    args: { receipt: voucher.typedData.message.receipt as `0x${string}` },
    fromBlock: 0n,
  });
  expect(logs).toHaveLength(1);
});

test('a payout whose block is gone is not verified any more, and is paid once in the end', async () => {
  const { treasury, execute, end, get, verify } = await claimant(world, 10n, client);
  const claimId = newClaim();
  const first = await end(idOf(await execute({ claimId, amount: '4' })));
  expect(await verify({ claimId })).toMatchObject({ verified: true, txHash: first.txHash });

  own.bundler.rule = ({ method }) => (method === 'eth_sendUserOperation' ? 'drop' : 'pass');
  const depth = Number(await own.chain.getBlockNumber()) - first.blockNumber! + 1;
  await own.ask('anvil_reorg', depth, []);
  // The chain is asked, so this is so before the journal has noticed anything.
  const gone = { verified: false, reason: 'transaction_not_found', confirmations: 0, payouts: [] };
  expect(await verify({ txHash: first.txHash! })).toMatchObject({ ...gone, status: null });
  await expect.poll(async () => (await get(claimId)).status, { timeout: 20_000 }).toBe('submitted');
  expect(await verify({ claimId })).toMatchObject({ ...gone, reason: 'not_in_a_block', status: 'submitted' });
  expect(await usdcOf(world, treasury)).toBe(10n);
  expect(await execute({ claimId, amount: '4' })).toMatchObject({
    status: 409,
    body: { error: { code: 'CLAIM_ALREADY_EXECUTED' } },
  });

  own.bundler.rule = () => 'pass';
  const again = await end(first.id);
  expect(again).toMatchObject({ status: 'confirmed', userOpHash: first.userOpHash });
  expect(await verify({ claimId })).toMatchObject({ verified: true, status: 'paid', txHash: again.txHash });
  expect(await usdcOf(world, treasury)).toBe(6n);
});

/** Circle's token refuses accounts that its issuer has listed. */
async function listed(functionName: 'blacklist' | 'unBlacklist', account: Hex): Promise<void> {
  const hash = await own.chain.writeContract({
    account: privateKeyToAccount(own.localnet.keys.usdcMinter),
    abi: parseAbi(['function blacklist(address account)', 'function unBlacklist(address account)']),
    address: own.localnet.addresses.usdc,
    functionName,
    args: [account],
  });
  await own.chain.waitForTransactionReceipt({ hash });
}

/** A bundler that bundles what it is sent at once, whatever becomes of it. */
function bundleAtOnce(before: () => Promise<void> = async () => {}): void {
  own.bundler.rule = async ({ method, params }) => {
    if (method !== 'eth_sendUserOperation') return 'pass';
    await before();
    // One whose nonce is not due yet is sent again later.
    await own.bundle(params[0] as Record<string, Hex>).catch(() => undefined);
    return { result: '0x' };
  };
}

test('a payout that failed, and that a reorg lets happen after its claim was paid anew: the chain pays once', async () => {
  const { client: app, user: payee, treasury, execute, end, verify } = await claimant(world, 10n);
  const recipient = await walletOf(world, app, newUser());
  const claim = { claimId: newClaim(), amount: '4', recipient };
  bundleAtOnce(() => listed('blacklist', recipient));
  const first = await end(idOf(await execute(claim)));
  own.bundler.rule = () => 'pass';
  expect(first).toMatchObject({
    status: 'failed',
    blockNumber: expect.any(Number),
    error: { reason: 'EXECUTION_REVERTED', revertReason: 'Blacklistable: account is blacklisted' },
  });
  await listed('unBlacklist', recipient);
  const second = await end(idOf(await execute(claim)));
  expect(second).toMatchObject({ status: 'confirmed' });

  own.bundler.rule = ({ method }) => (method === 'eth_sendUserOperation' ? 'drop' : 'pass');
  const depth = Number(await own.chain.getBlockNumber()) - first.blockNumber! + 1;
  await own.ask('anvil_reorg', depth, []);
  const statuses = () =>
    Promise.all(
      [first, second].map(async ({ id }) => {
        const given = { headers: app.as(payee), params: { id } };
        return (await call(world.app, getTransaction, given)).body.transaction.status;
      }),
    );
  await expect.poll(statuses, { timeout: 20_000 }).toEqual(['submitted', 'submitted']);
  await listed('unBlacklist', recipient);
  bundleAtOnce();
  const ends = await Promise.all([first, second].map(({ id }) => end(id)));
  own.bundler.rule = () => 'pass';
  expect(ends).toMatchObject([
    { status: 'confirmed' },
    { status: 'failed', error: { revertReason: expect.stringMatching(/^LockExists\(0x/) } },
  ]);
  expect([await usdcOf(world, treasury), await usdcOf(world, recipient)]).toEqual([6n, 4n]);
  expect(await execute(claim)).toMatchObject({
    status: 409,
    body: { error: { code: 'CLAIM_ALREADY_EXECUTED' } },
  });
  const paid = { verified: true, status: 'paid', payouts: [{ claimId: claim.claimId }] };
  expect(await verify({ txHash: ends[0]!.txHash! })).toMatchObject(paid);
  expect(await verify({ claimId: claim.claimId })).toMatchObject({
    verified: false,
    reason: 'paid_by_another_transaction',
    status: 'failed',
  });
});

// The last one: the bundler does not follow a chain that became shorter.
test('a transfer that a reorg brings back into an earlier block than it was signed at happens once', async () => {
  const { token } = own.localnet.addresses;
  const [wallet, receiver] = [await walletOf(world, client, user), newUser()];
  await mintTo(world, client, user, 5n);
  await own.ask('anvil_mine', '0x14');
  const headers = client.as(user);
  const requests: Record<string, Hex>[] = [];
  own.bundler.rule = ({ method, params }) => {
    if (method === 'eth_sendUserOperation') requests.push(params[0] as Record<string, Hex>);
    return 'pass';
  };
  const body = { toUserId: receiver, token, amount: '2' };
  const { id } = (await call(world.app, transferTokens, { headers, body })).body.transaction;
  const first = await final(world, client, user, id);
  expect(first).toMatchObject({ status: 'confirmed' });

  own.bundler.rule = ({ method }) => (method === 'eth_sendUserOperation' ? 'drop' : 'pass');
  await own.ask('anvil_rollback', 15);
  await own.bundle(requests[0]!);
  const read = async () =>
    (await call(world.app, getTransaction, { headers, params: { id } })).body.transaction;
  await expect
    .poll(async () => (await read()).status === 'confirmed' && (await read()).blockNumber, {
      timeout: 20_000,
    })
    .toBeLessThan(first.blockNumber!);
  own.bundler.rule = () => 'pass';
  // What comes after it shows that nothing else waits before it.
  const next = (await call(world.app, transferTokens, { headers, body: { ...body, amount: '1' } })).body;
  expect(await final(world, client, user, next.transaction.id)).toMatchObject({ status: 'confirmed' });
  expect(await read()).toMatchObject({ status: 'confirmed', userOpHash: first.userOpHash });
  const to = await walletOf(world, client, receiver);
  const query = {
    abi: erc20Abi,
    eventName: 'Transfer',
    address: token,
    fromBlock: 0n,
    strict: true,
  } as const;
  const moved = await own.chain.getContractEvents({ ...query, args: { from: wallet, to } });
  expect(moved.map(({ args }) => args.value)).toEqual([2n, 1n]);
});
