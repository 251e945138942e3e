import { sql } from 'drizzle-orm';
import { createWalletClient, http } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { externalSignMint } from '#schemas/adapter/external.ts';
import { executeMint, getMintStatus, signMint } from '#schemas/adapter/mint.ts';
import { mintVouchersAbi } from '#src/chain/contracts/generated/mint-vouchers.ts';
import { createLocalnetClient } from '#src/localnet/client.ts';
import { bootApp, type TestApp } from '#tests/kit/app.ts';
import { call } from '#tests/kit/call.ts';
import { type Gate, gateTo, networkWith } from './gate.ts';
import { type Client, newClient, newReceipt, newUser, outcome, walletOf } from './kit.ts';

let world: TestApp;
let client: Client;
let rpc: Gate;
let user: string;
const origin = 'https://shop.example.com';

// A replica that only takes requests: what it accepts stays pending until the test decides its fate.
beforeAll(async () => {
  const localnet = inject('localnet');
  rpc = await gateTo(localnet.rpcUrl);
  const networks = networkWith(localnet, { rpcUrls: [rpc.url] });
  world = await bootApp({ env: { ROLE: 'api' }, compose: { networks } });
  client = await newClient(world, { allowedOrigins: [origin] });
  user = newUser();
  await walletOf(world, client, user);
});

afterAll(async () => {
  await world.close();
  await rpc.close();
});

const sign = (receiptId: string) => ({ headers: client.as(user), body: { receiptId, amount: '3' } });
const execute = (receiptId: string) => ({ headers: client.as(user), body: { receiptId } });

async function failedMint(receiptId: string): Promise<string> {
  await call(world.app, signMint, sign(receiptId));
  const { id } = (await call(world.app, executeMint, execute(receiptId))).body.transaction;
  const error = JSON.stringify({ code: 'USER_OPERATION_FAILED', message: 'test', reason: 'EXPIRED' });
  await world.database.database.db.execute(
    sql`update transactions set status = 'failed', error = ${error}::jsonb where id = ${id}`,
  );
  return id;
}

test('a failed mint frees its receipt once the chain has said that nothing was minted', async () => {
  const receiptId = newReceipt();
  const first = await failedMint(receiptId);
  const given = { headers: client.as(user), params: { receiptId } };
  const { mint } = (await call(world.app, getMintStatus, given)).body;
  expect(mint).toMatchObject({ status: 'failed', transactionId: first });

  rpc.shut();
  const away = [503, 'CHAIN_UNAVAILABLE'];
  expect(await outcome(world.app, signMint, sign(receiptId))).toEqual(away);
  expect(await outcome(world.app, executeMint, execute(receiptId))).toEqual(away);
  const page = { headers: client.as(user, { origin }), body: { receiptId } };
  expect(await outcome(world.app, externalSignMint, page)).toEqual(away);
  rpc.open();
  await call(world.app, externalSignMint, page);
  await call(world.app, signMint, sign(receiptId));
  const second = (await call(world.app, executeMint, execute(receiptId))).body.transaction;
  expect(second.id).not.toBe(first);
  expect(await outcome(world.app, executeMint, execute(receiptId))).toEqual([409, 'RECEIPT_ALREADY_MINTED']);
});

test('a failed mint whose voucher was redeemed all the same stays used', async () => {
  const receiptId = newReceipt();
  await call(world.app, signMint, sign(receiptId));
  const { voucher } = (await call(world.app, signMint, sign(receiptId))).body;
  await failedMint(receiptId);
  const { message, domain } = voucher.typedData;
  const chain = createLocalnetClient(world.localnet.rpcUrl);
  const hash = await createWalletClient({
    account: privateKeyToAccount(world.localnet.keys.deployer),
    chain: chain.chain,
    transport: http(world.localnet.rpcUrl),
  }).writeContract({
    abi: mintVouchersAbi,
    address: domain.verifyingContract as `0x${string}`,
    functionName: 'redeem',
    args: [
      { ...message, amount: BigInt(message.amount), deadline: BigInt(message.deadline) } as never,
      voucher.signature as `0x${string}`,
    ],
  });
  await chain.waitForTransactionReceipt({ hash });
  const used = [409, 'RECEIPT_ALREADY_MINTED'];
  expect(await outcome(world.app, executeMint, execute(receiptId))).toEqual(used);
  expect(await outcome(world.app, signMint, sign(receiptId))).toEqual(used);
});
