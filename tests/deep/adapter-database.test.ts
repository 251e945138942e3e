import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { issueToken } from '#schemas/adapter/auth.ts';
import { expectOnceEach, type Place, prepareWrites, requestsOf, type Writes } from '#tests/adapter/once.ts';
import { newClient } from '#tests/adapter/kit.ts';
import { bootApp, type TestApp } from '#tests/kit/app.ts';
import { attempt } from '#tests/kit/call.ts';
import { tcpGate, type TcpGate } from '#tests/kit/tcp-gate.ts';

/** Takes requests on a connection of its own, and runs no lanes. */
let observer: TestApp;
/** The instance whose database goes away. */
let world: TestApp;
let gate: TcpGate;
let place: Place;

beforeAll(async () => {
  observer = await bootApp({ env: { ROLE: 'api' } });
  if (!observer.database.url) throw new Error('a database that goes away needs a PostgreSQL');
  const url = new URL(observer.database.url);
  gate = await tcpGate({ host: url.hostname, port: Number(url.port || 5432) });
  url.host = gate.host;
  world = await bootApp({ replicaOf: observer, env: { DATABASE_URL: url.href } });
  const base = await world.app.listen({ host: '127.0.0.1', port: 0 });
  place = { base, adminKey: world.secrets.ADMIN_MASTER_KEY, localnet: world.localnet };
});

afterAll(async () => {
  await world.close();
  await gate.close();
  await observer.close();
});

const sendAll = (writes: Writes) =>
  Promise.all(requestsOf(writes, place.localnet).map((request) => request.send(place.base)));

test.each([
  ['as writes come in', 0],
  ['once they are written down', 1],
])('the database gone %s, and back: nothing lost, nothing twice', async (_when, accepted) => {
  const writes = await prepareWrites(place, 3);
  const { clientId, clientSecret } = await newClient(observer);
  const early = accepted ? await sendAll(writes) : [];
  expect(early.every(({ status }) => status === 202)).toBe(true);
  const sending = accepted ? [] : requestsOf(writes, place.localnet).map((r) => r.send(place.base));
  gate.shut();
  // An answer is an error that says so, or a write that was committed before.
  for (const { status } of await Promise.all(sending)) expect([202, 503]).toContain(status);
  const started = performance.now();
  const away = await attempt(world.app, issueToken, { body: { clientId, clientSecret } });
  expect([away.status, away.body]).toMatchObject([503, { error: { code: 'SERVICE_UNAVAILABLE' } }]);
  expect(performance.now() - started).toBeLessThan(15_000);
  const ready = await world.app.inject('/ready');
  expect(ready.statusCode).toBe(503);
  const health = await world.app.inject('/health');
  expect(health.statusCode).toBe(200);
  // Long enough for lanes, sweep and queue to have met it, more than once.
  await expect.poll(() => gate.refused, { timeout: 60_000 }).toBeGreaterThan(20);
  gate.open();
  await expectOnceEach(place, writes);
  await expect.poll(async () => (await world.app.inject('/ready')).statusCode, { timeout: 30_000 }).toBe(200);
});

test.each(Array.from({ length: 10 }, (_, i) => [i % 2 ? ('end' as const) : ('reset' as const), i]))(
  'cut again and again by %s while writes go out (%i): all is answered soon, nothing lost, nothing twice',
  async (how) => {
    const writes = await prepareWrites(place, 4);
    const startedAt = performance.now();
    const sending = requestsOf(writes, place.localnet).map((one) => one.send(place.base).catch(() => null));
    for (let i = 0; i < 6; i += 1) {
      gate.shut(how);
      gate.open();
      await Promise.race([...sending, world.app.inject('/ready')]);
    }
    await Promise.all(sending);
    await expectOnceEach(place, writes);
    // No connection is left behind that answers late or never, no pause grows.
    expect(performance.now() - startedAt).toBeLessThan(12_000);
  },
  40_000,
);

test('an instance ends while its database is away, and another does what it had taken', async () => {
  const url = new URL(observer.database.url!);
  const own = await tcpGate({ host: url.hostname, port: Number(url.port || 5432) });
  onTestFinished(() => own.close());
  url.host = own.host;
  const leaving = await bootApp({ replicaOf: observer, env: { DATABASE_URL: url.href } });
  const writes = await prepareWrites(place, 3);
  const base = await leaving.app.listen({ host: '127.0.0.1', port: 0 });
  const taken = await Promise.all(requestsOf(writes, place.localnet).map((request) => request.send(base)));
  expect(taken.every(({ status }) => status === 202)).toBe(true);
  own.shut();
  await expect.poll(() => own.refused, { timeout: 60_000 }).toBeGreaterThan(5);
  const startedAt = performance.now();
  await leaving.close();
  // The process gives itself 20 s to end.
  expect(performance.now() - startedAt).toBeLessThan(15_000);
  await expectOnceEach(place, writes);
});
