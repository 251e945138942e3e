import { createWalletClient, type Hex, http, parseAbi, parseEther } from 'viem';
import { entryPoint07Address } from 'viem/account-abstraction';
import { privateKeyToAccount } from 'viem/accounts';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { executeMint, getMintStatus, signMint } from '#schemas/adapter/mint.ts';
import { getTransaction } from '#schemas/adapter/transactions.ts';
import { transferTokens } from '#schemas/adapter/wallet.ts';
import { mintVouchersAbi } from '#src/chain/contracts/generated/mint-vouchers.ts';
import { setUsdc } from '#src/localnet/faucet.ts';
import type { TestApp } from '#tests/kit/app.ts';
import { call } from '#tests/kit/call.ts';
import { type Client, final, mintTo, newClient, newReceipt, newUser, walletOf } from './kit.ts';
import { ownChain, type OwnChain } from './own-chain.ts';

let own: OwnChain;
let world: TestApp;
let client: Client;
let user: string;

beforeAll(async () => {
  own = await ownChain();
  world = await own.boot({ env: { OPERATION_PATIENCE_MS: '1500' } });
  client = await newClient(world);
  user = newUser();
  await setUsdc(own.localnet, await walletOf(world, client, user), 1_000n);
  await mintTo(world, client, user, 1n);
});

afterEach(() => {
  own.rpc.rule = () => 'pass';
  own.bundler.rule = () => 'pass';
  own.paymaster.rule = () => 'pass';
});

afterAll(async () => {
  await world.close();
  await own.stop();
});

const transfer = async (amount = '1') => {
  const body = { toUserId: newUser(), token: own.localnet.addresses.usdc, amount };
  const answer = await call(world.app, transferTokens, { headers: client.as(user), body });
  return answer.body.transaction.id;
};
const signed = async (receiptId = newReceipt()) => {
  const given = { headers: client.as(user), body: { receiptId, amount: '3' } };
  return (await call(world.app, signMint, given)).body.voucher;
};
const execute = async (receiptId: string) =>
  (await call(world.app, executeMint, { headers: client.as(user), body: { receiptId } })).body.transaction.id;
const end = (id: string) => final(world, client, user, id);
const failed = (reason: string) => ({
  status: 'failed',
  userOpHash: null,
  txHash: null,
  error: { code: 'USER_OPERATION_FAILED', reason },
});

const sender = (key: Hex) =>
  createWalletClient({
    account: privateKeyToAccount(key),
    chain: own.chain.chain,
    transport: http(own.localnet.rpcUrl),
  });

test('a paymaster that denies: the write fails with its class, nothing is signed, its words stay inside', async () => {
  const secret = 'account 42 of project x is over its limit';
  own.paymaster.rule = () => ({ error: { code: -32001, message: secret } });
  const done = await end(await transfer());
  expect(done).toMatchObject(failed('PAYMASTER_REJECTED'));
  expect(JSON.stringify(done)).not.toContain('project x');
});

test('a paymaster that denies only the final sponsorship: the same', async () => {
  own.paymaster.rule = ({ method }) =>
    method === 'pm_getPaymasterData' ? { error: { code: -32001, message: 'denied' } } : 'pass';
  expect(await end(await transfer())).toMatchObject(failed('PAYMASTER_REJECTED'));
});

const entryPointAbi = parseAbi([
  'function withdrawTo(address payable withdrawAddress, uint256 withdrawAmount)',
  'function depositTo(address account) payable',
  'function balanceOf(address account) view returns (uint256)',
]);

/** Takes the paymaster's deposit away; the answer puts it back. */
async function drainPaymaster(): Promise<() => Promise<unknown>> {
  const { paymaster } = own.localnet.addresses;
  const entryPoint = { abi: entryPointAbi, address: entryPoint07Address } as const;
  const deposit = await own.chain.readContract({
    ...entryPoint,
    functionName: 'balanceOf',
    args: [paymaster],
  });
  await own.ask('anvil_impersonateAccount', paymaster);
  await own.ask('anvil_setBalance', paymaster, '0xde0b6b3a7640000');
  const treasurer = createWalletClient({
    account: paymaster,
    chain: own.chain.chain,
    transport: http(own.localnet.rpcUrl),
  });
  const out = await treasurer.writeContract({
    ...entryPoint,
    functionName: 'withdrawTo',
    args: ['0x00000000000000000000000000000000000000fe', deposit],
  });
  await own.chain.waitForTransactionReceipt({ hash: out });
  return async () => {
    const hash = await sender(own.localnet.keys.deployer).writeContract({
      ...entryPoint,
      functionName: 'depositTo',
      args: [paymaster],
      value: parseEther('500'),
    });
    await own.chain.waitForTransactionReceipt({ hash });
  };
}

test('a paymaster out of deposit: writes wait for a while, then fail and say why; filled again, all goes on', async () => {
  const refill = await drainPaymaster();
  expect(await end(await transfer())).toMatchObject(failed('PAYMASTER_DEPOSIT_TOO_LOW'));
  const waiting = await transfer();
  await refill();
  expect(await end(waiting)).toMatchObject({ status: 'confirmed' });
});

test('a call that reverts in its block: failed with hash, block, cost and the custom error by name', async () => {
  const { receiptId, typedData, signature } = await signed();
  const { message, domain } = typedData;
  own.bundler.rule = async ({ method, params }) => {
    if (method !== 'eth_sendUserOperation') return 'pass';
    own.bundler.rule = () => 'pass';
    const redeemed = await sender(own.localnet.keys.deployer).writeContract({
      abi: mintVouchersAbi,
      address: domain.verifyingContract as Hex,
      functionName: 'redeem',
      args: [
        { ...message, amount: BigInt(message.amount), deadline: BigInt(message.deadline) } as never,
        signature as Hex,
      ],
    });
    await own.chain.waitForTransactionReceipt({ hash: redeemed });
    await own.bundle(params[0] as Record<string, Hex>);
    return { result: '0x' };
  };
  const done = await end(await execute(receiptId));
  expect(done).toMatchObject({
    status: 'failed',
    userOpHash: expect.stringMatching(/^0x/),
    txHash: expect.stringMatching(/^0x/),
    blockNumber: expect.any(Number),
    error: {
      code: 'USER_OPERATION_FAILED',
      reason: 'EXECUTION_REVERTED',
      revertReason: `VoucherUsed(${message.receipt})`,
    },
  });
  expect(BigInt(done.sponsorCost!)).toBeGreaterThan(0n);
  // The chain says that the receipt did mint, if not by this operation.
  const given = { headers: client.as(user), params: { receiptId } };
  expect((await call(world.app, getMintStatus, given)).body.mint).toMatchObject({ status: 'failed' });
});

test('what no block takes is signed anew once it has expired, then fails as a receipt time-out', async () => {
  // A bundler that takes everything and forgets it.
  own.bundler.rule = ({ method }) => (method === 'eth_sendUserOperation' ? { result: '0x' } : 'pass');
  const id = await transfer();
  const hashes = new Set<string | null>([null]);
  const look = async () => {
    const given = { headers: client.as(user), params: { id } };
    const { status, userOpHash } = (await call(world.app, getTransaction, given)).body.transaction;
    if (!hashes.has(userOpHash)) {
      hashes.add(userOpHash);
      await own.ask('evm_increaseTime', 400);
      await own.ask('evm_mine');
    }
    return status;
  };
  await expect.poll(look, { timeout: 25_000 }).toBe('failed');
  expect(hashes.size).toBe(3);
  expect(await end(id)).toMatchObject({
    error: { code: 'USER_OPERATION_FAILED', reason: 'RECEIPT_TIMEOUT' },
  });
});
