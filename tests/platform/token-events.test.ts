import { createWalletClient, http, type Hex, parseEther, zeroAddress } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listEvents } from '#schemas/platform/events.ts';
import { createWebhookEndpoint } from '#schemas/platform/webhooks.ts';
import { cloneERC20Abi } from '#src/chain/contracts/generated/clone-erc20.ts';
import { createLocalnetClient } from '#src/localnet/client.ts';
import { fundNative } from '#src/localnet/faucet.ts';
import { until } from '#tests/facilitator/kit.ts';
import { receiver } from '#tests/events/kit.ts';
import { bootApp, type TestApp } from '#tests/kit/app.ts';
import { call } from '#tests/kit/call.ts';
import { type Headers, mint, newIssuer, newToken } from './token-kit.ts';

let test: TestApp;
beforeAll(async () => {
  test = await bootApp({ env: { WEBHOOKS_ALLOW_LOOPBACK: '1' } });
});
afterAll(() => test.close());

/** A key with native coin, as somebody outside has one. */
async function outsider() {
  const account = privateKeyToAccount(generatePrivateKey());
  await fundNative(test.localnet, account.address, parseEther('1'));
  const { chain } = createLocalnetClient(test.localnet.rpcUrl);
  return createWalletClient({ account, chain, transport: http(test.localnet.rpcUrl) });
}

const told = async (headers: Headers, type: string) =>
  (await call(test.app, listEvents, { headers, query: { type, limit: 100 } })).body.data.map(
    ({ data }) => data,
  );

describe('events of a token', () => {
  it('tell of its deployment, of what the API does by its transactions, and of what others do on the chain, once', async () => {
    const { headers } = await newIssuer(test);
    const { url, received } = await receiver();
    await call(test.app, createWebhookEndpoint, { headers, body: { url, events: ['token.*'] } });
    const token = await newToken(test, headers, { standard: 'ERC20', features: { mintable: true } });
    expect(await told(headers, 'token.deployed')).toMatchObject([
      { object: 'token', id: token.id, address: token.address, status: 'deployed' },
    ]);
    const holder = await outsider();
    const { address } = holder.account;
    const minted = await mint(test, headers, token, { to: address, amount: '100' });
    const to: Hex = '0x90F79bf6EB2c4f870365E785982E1f101E93b906';
    const hash = await holder.writeContract({
      address: token.address as Hex,
      abi: cloneERC20Abi,
      functionName: 'transfer',
      args: [to, 40n],
    });
    const receipt = await createLocalnetClient(test.localnet.rpcUrl).waitForTransactionReceipt({ hash });
    await until(async () => (await told(headers, 'token.transferred')).length > 0);
    expect(await told(headers, 'token.transferred')).toEqual([
      {
        object: 'token_transfer',
        token_id: token.id,
        network: 'base-sepolia',
        contract_address: token.address,
        from: address,
        to,
        amount: '40',
        item_id: null,
        tx_hash: hash,
        block_number: Number(receipt.blockNumber),
        block_hash: receipt.blockHash,
        log_index: expect.any(Number) as number,
      },
    ]);
    await until(async () => received.some(({ body }) => body.includes(hash)));
    // The mint is told of by its own transaction, in which the indexer saw it, too.
    const confirmations = await told(headers, 'transaction.confirmed');
    expect(confirmations.map((data) => (data as { id: string }).id)).toContain(minted.id);
    const { rows } = await test.database.database.executeSql(
      `select own, "from", amount::text as amount from token_transfers where token_id = '${token.id}' order by block_number`,
    );
    expect(rows).toEqual([
      { own: true, from: zeroAddress, amount: '100' },
      { own: false, from: address, amount: '40' },
    ]);
    expect(received.filter(({ body }) => body.includes('token.transferred'))).toHaveLength(1);
  });
});
