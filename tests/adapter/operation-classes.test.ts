import { encodeErrorResult, parseAbi, toFunctionSelector } from 'viem';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { transferTokens } from '#schemas/adapter/wallet.ts';
import { setUsdc } from '#src/localnet/faucet.ts';
import { bootApp, type TestApp } from '#tests/kit/app.ts';
import { call } from '#tests/kit/call.ts';
import { rpcProxy, type RpcProxy } from '#tests/kit/rpc-proxy.ts';
import { networkWith } from './gate.ts';
import { type Client, final, mintTo, newClient, newUser, walletOf } from './kit.ts';

let bundler: RpcProxy;
let world: TestApp;
let client: Client;
let user: string;

beforeAll(async () => {
  const localnet = inject('localnet');
  bundler = await rpcProxy(localnet.bundlerUrl);
  world = await bootApp({
    // What may pass later is given up soon.
    env: { OPERATION_PATIENCE_MS: '400' },
    compose: { networks: networkWith(localnet, { bundlerUrl: bundler.url }) },
  });
  client = await newClient(world);
  user = newUser();
  await setUsdc(localnet, await walletOf(world, client, user), 1_000n);
  await mintTo(world, client, user, 1n);
});

afterEach(() => {
  bundler.rule = () => 'pass';
});

afterAll(async () => {
  await world.close();
  await bundler.close();
});

const said = (reason: string) => `UserOperation reverted during simulation with reason: ${reason}`;
const secret = `0x${'5ec7e7'.repeat(22)}`;

/** What becomes of a transfer whose bundler answers so. */
async function transferred(code: number, message: string, data?: unknown) {
  bundler.rule = ({ method }) =>
    method === 'eth_estimateUserOperationGas'
      ? { error: { code, message, ...(data === undefined ? {} : { data }) } }
      : 'pass';
  const body = { toUserId: newUser(), token: world.localnet.addresses.usdc, amount: '1' };
  const sent = await call(world.app, transferTokens, { headers: client.as(user), body });
  return final(world, client, user, sent.body.transaction.id);
}

describe('what a bundler refuses ends as a failed transaction with the class of the refusal', () => {
  test.each([
    [-32500, said('AA10 sender already constructed'), 'ACCOUNT_ALREADY_DEPLOYED'],
    [-32500, said('AA13 initCode failed or OOG'), 'DEPLOY_FAILED'],
    [-32500, said('AA14 initCode must return sender'), 'DEPLOY_FAILED'],
    [-32500, said('AA20 account not deployed'), 'ACCOUNT_NOT_DEPLOYED'],
    [-32500, said("AA21 didn't pay prefund"), 'PREFUND_TOO_LOW'],
    [-32500, said('AA23 reverted'), 'ACCOUNT_REVERTED'],
    [-32500, said('AA24 signature error'), 'INVALID_SIGNATURE'],
    [-32500, said('AA25 invalid account nonce'), 'NONCE_CONFLICT'],
    [-32500, said('AA26 over verificationGasLimit'), 'ACCOUNT_REVERTED'],
    [-32508, said('AA31 paymaster deposit too low'), 'PAYMASTER_DEPOSIT_TOO_LOW'],
    [-32503, said('AA32 paymaster expired or not due'), 'EXPIRED'],
    [-32503, 'User operation expires too soon', 'EXPIRED'],
    [-32501, said('AA33 reverted'), 'PAYMASTER_REJECTED'],
    [-32501, said('AA34 signature error'), 'PAYMASTER_REJECTED'],
    [-32500, said('AA50 postOp reverted'), 'PAYMASTER_POSTOP_REVERTED'],
    [-32001, 'request denied', 'PAYMASTER_REJECTED'],
    [-32000, 'replacement transaction underpriced', 'REPLACEMENT_UNDERPRICED'],
    [-32602, 'maxFeePerGas must be at least 7', 'UNDERPRICED'],
    [-32602, 'nonsense', 'BUNDLER_REJECTED'],
  ])('%i %s → %s', async (code, message, reason) => {
    const done = await transferred(code, `${message} ${secret}`);
    expect(done).toMatchObject({
      status: 'failed',
      userOpHash: null,
      txHash: null,
      blockNumber: null,
      gasUsed: null,
      error: { code: 'USER_OPERATION_FAILED', reason, message: expect.any(String) },
    });
    // Calldata, signatures and the endpoint stay inside.
    expect(JSON.stringify(done)).not.toMatch(/5ec7e7|127\.0\.0\.1/);
  });

  test('an execution that reverts: custom errors of our contracts by name, a require by its words', async () => {
    const reverted = (data: string) => transferred(-32521, 'UserOperation reverted during execution', data);
    const abi = parseAbi(['error VoucherUsed(bytes32 receipt)', 'error Error(string)']);
    const receipt = `0x${'ab'.repeat(32)}` as const;
    const ended = (revertReason: string) => ({
      status: 'failed',
      error: { code: 'USER_OPERATION_FAILED', reason: 'EXECUTION_REVERTED', revertReason },
    });
    expect(
      await reverted(encodeErrorResult({ abi, errorName: 'VoucherUsed', args: [receipt] })),
    ).toMatchObject(ended(`VoucherUsed(${receipt})`));
    expect(await reverted(encodeErrorResult({ abi, errorName: 'Error', args: ['no'] }))).toMatchObject(
      ended('no'),
    );
    const unknown = toFunctionSelector('function nobodyKnows()');
    expect(await reverted(unknown)).toMatchObject(ended(`unknown error ${unknown}`));
  });

  test('a later transfer of the same user goes through as if nothing had been', async () => {
    await transferred(-32500, said('AA23 reverted'));
    bundler.rule = () => 'pass';
    const body = { toUserId: newUser(), token: world.localnet.addresses.usdc, amount: '1' };
    const sent = await call(world.app, transferTokens, { headers: client.as(user), body });
    expect(await final(world, client, user, sent.body.transaction.id)).toMatchObject({ status: 'confirmed' });
  });
});
