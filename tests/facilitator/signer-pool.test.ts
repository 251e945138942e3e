import { parseEther } from 'viem';
import { generatePrivateKey, privateKeyToAddress } from 'viem/accounts';
import { expect, it, vi } from 'vitest';
import { createLocalnetClient } from '#src/localnet/client.ts';
import { fundNative } from '#src/localnet/faucet.ts';
import { appOfTest } from '#tests/kit/app.ts';
import { newMerchant, newPayer, paymentBody, settle, until } from './kit.ts';

// Balances are looked at every few seconds.
vi.setConfig({ testTimeout: 120_000 });

it('goes on without a signer that has no funds, and takes it back with funds', async () => {
  const signers = [generatePrivateKey(), generatePrivateKey()] as const;
  const test = await appOfTest({ signers, env: { BASE_SEPOLIA_SETTLE_BATCH: '1' } });
  const { localnet, app } = test;
  const client = createLocalnetClient(localnet.rpcUrl);
  const [poor, rich] = [privateKeyToAddress(signers[0]), privateKeyToAddress(signers[1])];
  await client.setBalance({ address: poor, value: 0n });
  const merchant = await newMerchant(app);
  const pay = async (count: number) => {
    const payer = await newPayer(localnet);
    const bodies = await Promise.all(
      Array.from({ length: count }, () => paymentBody({ localnet, payer, payTo: merchant.payTo })),
    );
    const answers = await Promise.all(bodies.map((body) => settle(app, merchant, body)));
    expect(answers.filter(({ body }) => body['success'] === true)).toHaveLength(count);
  };
  await pay(6);
  expect(await client.getTransactionCount({ address: poor })).toBe(0);
  expect(await client.getTransactionCount({ address: rich })).toBe(6);
  await fundNative(localnet, poor, parseEther('1'));
  await until(async () => {
    await pay(4);
    return (await client.getTransactionCount({ address: poor })) > 0;
  });
});
