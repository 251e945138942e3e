import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Hex } from 'viem';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { getWallet } from '#schemas/adapter/wallet.ts';
import type { TestApp } from '#tests/kit/app.ts';
import { call } from '#tests/kit/call.ts';
import { newClient, newUser, outcome, walletOf } from './kit.ts';
import { endOf, expectOnceEach, type Place, prepareWrites, requestsOf, send, type Writes } from './once.ts';
import { ownChain, type OwnChain } from './own-chain.ts';

let own: OwnChain;
let world: TestApp;
let place: Place;

beforeAll(async () => {
  own = await ownChain();
  world = await own.boot();
  const base = await world.app.listen({ host: '127.0.0.1', port: 0 });
  place = { base, adminKey: world.secrets.ADMIN_MASTER_KEY, localnet: own.localnet };
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

const sendAll = (writes: Writes) =>
  Promise.all(requestsOf(writes, own.localnet).map((request) => request.send(place.base)));

/** The bundler's process; its supervisor starts another one when it ends. */
const bundlerPid = () => {
  const file = readFileSync(join(own.dataDir, 'localnet/localnet.pid'), 'utf8');
  return (JSON.parse(file) as { bundler: { pid: number } }).bundler.pid;
};
const forward = async (method: string, params: unknown[]) => {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(own.localnet.bundlerUrl, { method: 'POST', headers, body });
  return (await answer.json()) as { result: string };
};

test('the bundler killed as it is handed operations, and as it has taken them: once each', async () => {
  const before = await prepareWrites(place, 3);
  const killed: number[] = [];
  const kill = () => {
    const pid = bundlerPid();
    if (!killed.includes(pid)) process.kill(pid, 'SIGKILL');
    killed.push(pid);
  };
  own.bundler.rule = ({ method }) => {
    if (method !== 'eth_sendUserOperation' || killed.length > 0) return 'pass';
    kill();
    return 'drop';
  };
  await sendAll(before);
  await expectOnceEach(place, before);
  expect(killed).toHaveLength(1);

  const after = await prepareWrites(place, 3);
  own.bundler.rule = async ({ method, params }) => {
    if (method !== 'eth_sendUserOperation' || killed.length > 1) return 'pass';
    const { result } = await forward(method, params);
    kill();
    return { result };
  };
  await sendAll(after);
  await expectOnceEach(place, after);
  expect(new Set(killed).size).toBe(2);
}, 120_000);

test('a bundler that forgets what it has taken is handed the very same bytes again: once each', async () => {
  const writes = await prepareWrites(place, 2);
  const sent = new Map<string, Set<string>>();
  let forgotten = 0;
  own.bundler.rule = ({ method, params }) => {
    if (method !== 'eth_sendUserOperation') return 'pass';
    const operation = params[0] as { sender: Hex; nonce: Hex; signature: Hex };
    const key = `${operation.sender} ${operation.nonce}`;
    const seen = sent.get(key) ?? new Set();
    sent.set(key, seen.add(JSON.stringify(operation)));
    forgotten += 1;
    return forgotten > 9 ? 'pass' : { result: `0x${'ab'.repeat(32)}` };
  };
  await sendAll(writes);
  await expectOnceEach(place, writes);
  expect(forgotten).toBeGreaterThan(9);
  expect([...sent.values()].map(({ size }) => size)).toEqual([...sent.keys()].map(() => 1));
});

test('the RPC cut in the middle of writes: reads say so, what was sent is told truly, once each', async () => {
  const writes = await prepareWrites(place, 3);
  const bystander = await newClient(world);
  const headers = bystander.as(newUser());
  await walletOf(world, bystander, headers['x-user-id']!);
  let cut = false;
  let refused = 0;
  own.rpc.rule = () => {
    if (!cut) return 'pass';
    refused += 1;
    return 'drop';
  };
  own.bundler.rule = ({ method }) => {
    cut ||= method === 'eth_sendUserOperation';
    return 'pass';
  };
  const answers = await sendAll(writes);
  await expect.poll(() => cut, { timeout: 20_000 }).toBe(true);
  expect(await outcome(world.app, getWallet, { headers })).toEqual([503, 'CHAIN_UNAVAILABLE']);
  await expect.poll(() => refused, { timeout: 20_000 }).toBeGreaterThan(20);
  for (const [i, { user }] of requestsOf(writes, own.localnet).entries()) {
    const known = answers[i]!.body['transaction'] as { id: string } | undefined;
    if (!known) continue;
    const path = `/api/v1/transactions/${known.id}`;
    const { body } = await send(place.base, 'GET', path, {
      authorization: `Bearer ${writes.token}`,
      'x-user-id': user,
    });
    expect(['pending', 'submitted']).toContain((body['transaction'] as { status: string }).status);
  }
  own.rpc.rule = () => 'pass';
  await expectOnceEach(place, writes);
  expect((await call(world.app, getWallet, { headers })).body.wallet.deployed).toBe(false);
});

test('an RPC whose answers are lost after it has done its work: once each', async () => {
  const writes = await prepareWrites(place, 2);
  let lost = 0;
  const lose = ({ method }: { method: string }) => {
    if (method === 'eth_chainId' || lost >= 12) return 'pass';
    lost += 1;
    return lost % 2 ? 'lose' : 'pass';
  };
  own.bundler.rule = lose;
  own.paymaster.rule = lose;
  await sendAll(writes);
  await expectOnceEach(place, writes);
  expect(lost).toBe(12);
});

test('a paymaster that is silent for a while delays; one that denies fails the write, and replays say so', async () => {
  const delayed = await prepareWrites(place, 2);
  let faults = 0;
  own.paymaster.rule = () => {
    faults += 1;
    return faults > 6 ? 'pass' : 'drop';
  };
  await sendAll(delayed);
  await expectOnceEach(place, delayed);

  const denied = await prepareWrites(place, 1);
  own.paymaster.rule = () => ({ error: { code: -32001, message: 'denied' } });
  const requests = requestsOf(denied, own.localnet);
  for (const [i, answer] of (await sendAll(denied)).entries()) {
    const { user } = requests[i]!;
    const end = await endOf(place.base, denied, user, (answer.body['transaction'] as { id: string }).id);
    expect(end).toMatchObject({
      status: 'failed',
      userOpHash: null,
      error: { reason: 'PAYMASTER_REJECTED' },
    });
    const replay = await requests[i]!.send(place.base);
    expect([replay.replayed, replay.body]).toEqual([true, { success: true, transaction: end }]);
  }
  // The chain never saw it: the same receipt and the same money go out once the paymaster agrees.
  own.paymaster.rule = () => 'pass';
  const [person] = denied.people;
  const again = { ...denied, people: [{ ...person!, receiptId: person!.receiptId }] };
  const fresh = requestsOf(again, own.localnet).map((request) => ({
    ...request,
    key: `again-${request.key}`,
  }));
  for (const { path, user, key, body } of fresh) {
    const headers = { authorization: `Bearer ${denied.token}`, 'x-user-id': user, 'x-idempotency-key': key };
    const { body: answer } = await send(place.base, 'POST', path, headers, body);
    const { id } = answer['transaction'] as { id: string };
    expect(await endOf(place.base, denied, user, id)).toMatchObject({ status: 'confirmed' });
  }
});
