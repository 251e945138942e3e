import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { numberToHex, type Hex } from 'viem';
import { entryPoint07Address } from 'viem/account-abstraction';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import {
  createPaymasterServer,
  handlePaymasterRpc,
  SponsorshipDeniedError,
  type PaymasterOptions,
} from '#src/chain/paymaster-server.ts';
import { someAddress, startDeployed, type OwnContracts } from './own-contracts-kit.ts';
import { operation, validate } from './paymaster-kit.ts';

let world: OwnContracts;
beforeAll(async () => {
  world = await startDeployed();
});
afterAll(() => world.chain.stop());

describe('ERC-7677 endpoint', () => {
  const hex = (op: object) =>
    Object.fromEntries(
      Object.entries(op).map(([k, v]) => [k, typeof v === 'bigint' ? numberToHex(v) : (v as Hex)]),
    );
  const rpc = async (method: string, params: unknown, over: Partial<PaymasterOptions> = {}) => {
    const options = {
      signer: world.paymasterSigner,
      paymaster: world.addresses.paymaster,
      entryPoint: entryPoint07Address,
      chainId: 84532,
      bundlerUrl: 'http://127.0.0.1:1',
      now: () => 1_999_999_700.9,
      ...over,
    };
    return JSON.parse(
      await handlePaymasterRpc(options, JSON.stringify({ jsonrpc: '2.0', id: 3, method, params })),
    ) as { id: number; result: Record<string, Hex>; error: { code: number; message: string } };
  };
  const params = (op: object, entryPoint: string = entryPoint07Address, chainId = '0x14a34') => [
    hex(op),
    entryPoint,
    chainId,
    { app: 'x' },
  ];

  test('signs for its window what the contract takes', async () => {
    const op = operation();
    const { id, result } = await rpc('pm_getPaymasterData', params(op));
    expect(id).toBe(3);
    const verdict = await validate(world, op, result['paymasterData'] ?? '0x');
    expect(verdict).toEqual({ failed: false, validUntil: 2_000_000_000, validAfter: 0 });
  });

  test('a stub needs no gas fields and is not final', async () => {
    const { sender, nonce, callData } = operation();
    const { result } = await rpc('pm_getPaymasterStubData', params({ sender, nonce, callData }));
    expect(result).toMatchObject({ paymaster: world.addresses.paymaster, isFinal: false });
    const { error } = await rpc('pm_getPaymasterData', params({ sender, nonce, callData }));
    expect(error).toEqual({ code: -32602, message: 'callGasLimit is required' });
  });

  test('a policy sees operation and context, and its refusal has a code and words of its own', async () => {
    const op = operation();
    const seen: unknown[] = [];
    const policy = (asked: object, context: unknown) => {
      seen.push(asked, context);
      throw new SponsorshipDeniedError('the budget is spent');
    };
    const { error } = await rpc('pm_getPaymasterStubData', params(op), { policy });
    expect(error).toEqual({ code: -32001, message: 'the budget is spent' });
    expect(seen).toEqual([op, { app: 'x' }]);
  });

  test('what is wrong is named; what is inside is not told', async () => {
    const op = operation();
    const code = async (asked: unknown) => (await rpc('pm_getPaymasterData', asked)).error;
    expect(await code([])).toMatchObject({ code: -32602 });
    expect(await code(params(op, someAddress()))).toMatchObject({
      message: 'this EntryPoint is not sponsored',
    });
    expect(await code(params(op, entryPoint07Address, '0x1'))).toMatchObject({ message: 'another chain' });
    expect(await code(params({ ...op, callData: 'x' }))).toMatchObject({
      message: 'callData must be hex bytes',
    });
    expect(await code(params({ ...op, maxFeePerGas: 2n ** 128n }))).toMatchObject({
      message: 'maxFeePerGas must be a hex quantity of at most 128 bits',
    });
    expect((await rpc('pm_getPaymasterEverything', [])).error).toMatchObject({ code: -32601 });

    const errors: unknown[] = [];
    const fault = {
      now: () => Promise.reject(new Error('secret')),
      onError: (error: unknown) => errors.push(error),
    };
    const { error } = await rpc('pm_getPaymasterData', params(op), fault);
    expect(error).toEqual({ code: -32603, message: 'internal error' });
    expect(errors).toEqual([new Error('secret')]);
    expect((await rpc('eth_chainId', [])).error).toEqual({
      code: -32000,
      message: 'the bundler does not answer',
    });
  });

  test('over HTTP: POST alone, JSON alone, bodies up to 1 MiB', async () => {
    const bundler = createServer((_, response) =>
      response.end('{"jsonrpc":"2.0","id":1,"result":"forwarded"}'),
    );
    bundler.listen(0, '127.0.0.1');
    await once(bundler, 'listening');
    const server = createPaymasterServer({
      signer: world.paymasterSigner,
      paymaster: world.addresses.paymaster,
      entryPoint: entryPoint07Address,
      chainId: 84532,
      bundlerUrl: `http://127.0.0.1:${(bundler.address() as AddressInfo).port}`,
      now: () => 0,
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      for (const one of [server, bundler]) one.close().closeAllConnections();
    });
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const post = (body: string) => fetch(url, { method: 'POST', body });

    expect((await fetch(url)).status).toBe(405);
    expect((await post('x'.repeat(1_048_577))).status).toBe(413);
    expect(await (await post('{')).json()).toMatchObject({ id: null, error: { code: -32700 } });
    expect(await (await post('{"id":1,"method":"eth_x"}')).json()).toMatchObject({ result: 'forwarded' });
    expect(await (await post('[]')).json()).toMatchObject({ error: { code: -32600 } });
  });
});
