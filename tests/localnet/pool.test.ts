import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createPoolKeeper } from '#src/localnet/pool.ts';
import { startChain, type TestChain } from '../chain/chain-kit.ts';

let chain: TestChain;

beforeAll(async () => {
  chain = await startChain();
});
afterAll(() => chain.stop());

async function someone() {
  const account = privateKeyToAccount(generatePrivateKey());
  const { address } = account;
  await chain.client.setBalance({ address, value: 10n ** 18n });
  const send = (nonce: number) => chain.client.sendTransaction({ account, to: address, nonce, gas: 50_000n });
  return { address, send };
}

const sentBy = ({ address }: { address: `0x${string}` }) => chain.client.getTransactionCount({ address });

it('what the node leaves waiting although its turn has come is handed in again, with all behind it', async () => {
  const keep = createPoolKeeper(chain.client);
  const sender = await someone();
  const hashes = [await sender.send(1), await sender.send(2)];
  await chain.client.setNonce({ address: sender.address, nonce: 1 });
  await chain.client.mine({ blocks: 1 });
  expect(await sentBy(sender)).toBe(1);

  await keep();
  expect(await chain.client.getTxpoolStatus()).toMatchObject({ queued: 2 });
  await keep();

  for (const hash of hashes) expect(await chain.client.waitForTransactionReceipt({ hash })).toBeTruthy();
  expect(await sentBy(sender)).toBe(3);
});

it('what waits for one that is not there stays as it is', async () => {
  const keep = createPoolKeeper(chain.client);
  const sender = await someone();
  const hash = await sender.send(1);
  await keep();
  await keep();
  expect(await chain.client.getTxpoolStatus()).toMatchObject({ queued: 1 });
  await sender.send(0);
  expect(await chain.client.waitForTransactionReceipt({ hash })).toBeTruthy();
});
