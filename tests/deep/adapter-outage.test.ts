import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { networkWith } from '#tests/adapter/gate.ts';
import { newClient, newUser, walletOf } from '#tests/adapter/kit.ts';
import { expectOnceEach, type Place, prepareWrites, requestsOf, send } from '#tests/adapter/once.ts';
import { ownChain, type OwnChain } from '#tests/adapter/own-chain.ts';
import { defaultTiming } from '#src/services/journal/ports.ts';
import type { TestApp } from '#tests/kit/app.ts';
import { tcpGate, type TcpGate } from '#tests/kit/tcp-gate.ts';

const minuteMs = 60_000;

let own: OwnChain;
let rpc: TcpGate;
let world: TestApp;
let place: Place;

beforeAll(async () => {
  own = await ownChain();
  const node = new URL(own.localnet.rpcUrl);
  rpc = await tcpGate({ host: node.hostname, port: Number(node.port) });
  // Times as in production: a minute is a minute.
  world = await own.boot({
    compose: {
      networks: networkWith(own.localnet, { rpcUrls: [`http://${rpc.host}`], bundlerUrl: own.bundler.url }),
      timing: defaultTiming,
    },
  });
  const base = await world.app.listen({ host: '127.0.0.1', port: 0 });
  place = { base, adminKey: world.secrets.ADMIN_MASTER_KEY, localnet: own.localnet };
});

afterAll(async () => {
  await world.close();
  await rpc.close();
  await own.stop();
});

/** The bundler's process; its supervisor starts another one when it ends. */
const bundlerPid = () => {
  const file = readFileSync(join(own.dataDir, 'localnet/localnet.pid'), 'utf8');
  return (JSON.parse(file) as { bundler: { pid: number } }).bundler.pid;
};

test('the RPC gone for a minute in the middle of writes, the bundler killed meanwhile: once each', async () => {
  const writes = await prepareWrites(place, 3);
  const bystander = await newClient(world);
  const user = newUser();
  await walletOf(world, bystander, user);
  let cutAt: number | undefined;
  let killed: number | undefined;
  own.bundler.rule = ({ method }) => {
    if (method !== 'eth_sendUserOperation' || cutAt !== undefined) return 'pass';
    rpc.shut();
    cutAt = performance.now();
    killed = bundlerPid();
    process.kill(killed, 'SIGKILL');
    return 'drop';
  };
  const answers = await Promise.all(requestsOf(writes, own.localnet).map((r) => r.send(place.base)));
  for (const { status } of answers) expect([202, 503]).toContain(status);
  const accepted = answers.flatMap(({ body }, i) => {
    const { id } = (body['transaction'] ?? {}) as { id?: string };
    return id ? [{ id, user: requestsOf(writes, own.localnet)[i]!.user }] : [];
  });
  expect(accepted.length).toBeGreaterThan(0);
  await expect.poll(() => cutAt, { timeout: 20_000 }).toBeDefined();

  const told = new Map<string, number>();
  const slow: string[] = [];
  /** Asks, and notes what was answered and whether that took long. */
  const ask = async (method: 'GET' | 'POST', path: string, token: string, as: string, body?: object) => {
    const startedAt = performance.now();
    const answer = await send(
      place.base,
      method,
      path,
      { authorization: `Bearer ${token}`, 'x-user-id': as },
      body,
    );
    const ms = performance.now() - startedAt;
    if (ms > 5_000) slow.push(`${path} took ${Math.round(ms)} ms`);
    const { code } = (answer.body['error'] ?? {}) as { code?: string };
    const { status } = (answer.body['transaction'] ?? {}) as { status?: string };
    const line = `${method} ${path.replace(/tx_\w+/, ':id')} ${answer.status} ${code ?? status ?? 'ok'}`;
    told.set(line, (told.get(line) ?? 0) + 1);
  };
  const transfer = { toUserId: newUser(), token: own.localnet.addresses.usdc, amount: '1' };
  const round = async () => {
    const { accessToken } = bystander;
    await Promise.all([
      ask('GET', '/api/v1/wallet', accessToken, user),
      ask('GET', '/api/v1/wallet/balance', accessToken, user),
      ask('GET', '/api/v1/wallet/transactions', accessToken, user),
      ask('POST', '/api/v1/wallet/transfer', accessToken, user, transfer),
      ...accepted.map((one) => ask('GET', `/api/v1/transactions/${one.id}`, writes.token, one.user)),
    ]);
    return performance.now() - cutAt!;
  };
  await expect.poll(round, { timeout: 2 * minuteMs, interval: 2_000 }).toBeGreaterThan(minuteMs);
  expect(slow).toEqual([]);
  const lines = new Set(told.keys());
  for (const one of ['pending', 'submitted']) lines.delete(`GET /api/v1/transactions/:id 200 ${one}`);
  expect(lines).toEqual(
    new Set([
      'GET /api/v1/wallet 503 CHAIN_UNAVAILABLE',
      'GET /api/v1/wallet/balance 503 CHAIN_UNAVAILABLE',
      'GET /api/v1/wallet/transactions 200 ok',
      'POST /api/v1/wallet/transfer 503 CHAIN_UNAVAILABLE',
    ]),
  );
  expect(rpc.refused).toBeGreaterThan(20);
  expect(bundlerPid()).not.toBe(killed);
  rpc.open();
  await expectOnceEach(place, writes);
  const late = await send(place.base, 'GET', '/api/v1/wallet/transactions', bystander.as(user));
  expect(late.body['transactions']).toEqual([]);
});
