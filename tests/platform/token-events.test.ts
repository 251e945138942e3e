import {
  createWalletClient,
  http,
  type Hex,
  keccak256,
  parseEther,
  toHex,
  zeroAddress,
  zeroHash,
} from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listEvents } from '#schemas/platform/events.ts';
import * as roles from '#schemas/platform/roles.ts';
import { mintToken } from '#schemas/platform/token-moves.ts';
import { transferTokenOwnership } from '#schemas/platform/token-settings.ts';
import { getToken } from '#schemas/platform/tokens.ts';
import { createWebhookEndpoint } from '#schemas/platform/webhooks.ts';
import { cloneERC20Abi } from '#src/chain/contracts/generated/clone-erc20.ts';
import { createLocalnetClient } from '#src/localnet/client.ts';
import { fundNative } from '#src/localnet/faucet.ts';
import { newAddress, until } from '#tests/facilitator/kit.ts';
import { receiver } from '#tests/events/kit.ts';
import { bootApp, type TestApp } from '#tests/kit/app.ts';
import { attempt, call } from '#tests/kit/call.ts';
import { errorOf } from './kit.ts';
import { done } from './token-cases.ts';
import { type Headers, mint, newIssuer, newRequestKey, newToken } from './token-kit.ts';

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

describe('roles and owners that others change on the chain', () => {
  const minter = keccak256(toHex('MINTER_ROLE'));
  async function setUp() {
    const { headers } = await newIssuer(test);
    const token = await newToken(test, headers, { features: { mintable: true } });
    const admin = await outsider();
    const params = { id: token.id };
    const onChain = (functionName: string, ...args: unknown[]) =>
      admin.writeContract({ address: token.address as Hex, abi: cloneERC20Abi, functionName, args } as never);
    const holders = async () => {
      const { body } = await call(test.app, roles.listTokenRoles, { headers, params });
      return Object.fromEntries(body.data.map((one) => [one.role, one.holders]));
    };
    return { headers, token, params, address: admin.account.address, onChain, holders };
  }

  it('are listed, checked and told of once', async () => {
    const { headers, token, params, address, onChain, holders } = await setUp();
    const account = newAddress();
    const admin = { role: 'DEFAULT_ADMIN_ROLE', account: address };
    await done(test, headers, roles.grantTokenRole, token, admin);
    const hash = await onChain('grantRole', minter, account);
    const taken = await onChain('revokeRole', minter, token.treasury);
    await until(async () => (await told(headers, 'token.role_revoked')).length > 0);
    expect(await holders()).toEqual({
      DEFAULT_ADMIN_ROLE: [token.treasury, address],
      MINTER_ROLE: [account],
      PAUSER_ROLE: [],
    });
    const query = { role: 'MINTER_ROLE', account } as const;
    const asked = await call(test.app, roles.checkTokenRole, { headers, params, query });
    expect(asked.body.has_role).toBe(true);
    // The grants of the deployment and of the API are told of by their transactions.
    expect(await told(headers, 'token.role_granted')).toMatchObject([
      {
        object: 'token_control',
        token_id: token.id,
        role: 'MINTER_ROLE',
        account,
        by: address,
        tx_hash: hash,
      },
    ]);
    expect(await told(headers, 'token.role_revoked')).toMatchObject([
      { role: 'MINTER_ROLE', account: token.treasury, by: address, tx_hash: taken },
    ]);
    const body = { to: account, amount: '1', idempotency_key: newRequestKey() };
    const mints = await attempt(test.app, mintToken, { headers, params, body });
    expect(errorOf(mints)).toMatchObject({ status: 502, code: 'blockchain_error' });
    expect(errorOf(mints)['message']).toContain('AccessControlUnauthorizedAccount');
  });

  it('count when the last admin is kept', async () => {
    const { headers, token, params, address, onChain } = await setUp();
    const own = { role: 'DEFAULT_ADMIN_ROLE', account: token.treasury };
    const revoke = () =>
      attempt(test.app, roles.revokeTokenRole, {
        headers,
        params,
        body: { ...own, idempotency_key: newRequestKey() },
      });
    await done(test, headers, roles.grantTokenRole, token, { ...own, account: address });
    await onChain('renounceRole', zeroHash, address);
    await until(async () => (await told(headers, 'token.role_revoked')).length > 0);
    expect(errorOf(await revoke())).toMatchObject({ status: 409, code: 'last_admin' });
    await done(test, headers, roles.grantTokenRole, token, { ...own, account: address });
    const refused = await revoke();
    expect(refused.status).toBe(201);
  });

  it('go with a token that is handed on outside', async () => {
    const { headers, token, params, address, onChain, holders } = await setUp();
    const heir = newAddress();
    await done(test, headers, transferTokenOwnership, token, { new_owner: address });
    const hash = await onChain('transferOwnership', heir);
    await until(async () => (await told(headers, 'token.ownership_transferred')).length > 0);
    expect(await told(headers, 'token.ownership_transferred')).toMatchObject([
      { change: 'ownership_transferred', role: null, account: heir, by: address, tx_hash: hash },
    ]);
    expect((await call(test.app, getToken, { headers, params })).body.on_chain?.owner).toBe(heir);
    expect(await holders()).toEqual({
      DEFAULT_ADMIN_ROLE: [heir],
      MINTER_ROLE: [heir],
      PAUSER_ROLE: [],
    });
  });
});
