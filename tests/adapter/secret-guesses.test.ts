import { randomBytes } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { issueToken } from '#schemas/adapter/auth.ts';
import { cleanUpExpired } from '#src/jobs/handlers/clean-up-expired.ts';
import { createStore } from '#src/db/store.ts';
import { rows } from '#src/db/statement.ts';
import { bootApp, type TestApp } from '#tests/kit/app.ts';
import { type Client, newClient } from './kit.ts';

let world: TestApp;
let replica: TestApp;
let offset = 0;
const clock = { now: () => new Date(Date.now() + offset) };

beforeAll(async () => {
  world = await bootApp({ compose: { clock } });
  replica = await bootApp({ replicaOf: world, compose: { clock } });
});

afterAll(async () => {
  await replica.close();
  await world.close();
});

type Body = { error?: { code: string; details?: { resetAt?: string } } };

async function take(app: TestApp, client: Pick<Client, 'clientId' | 'clientSecret'>, from: string) {
  const { clientId, clientSecret } = client;
  const answer = await app.app.inject({
    method: 'POST',
    url: issueToken.path,
    remoteAddress: from,
    payload: { clientId, clientSecret },
  });
  const { error } = answer.json<Body>();
  return { status: answer.statusCode, code: error?.code, details: error?.details, headers: answer.headers };
}

const wrong = (client: Pick<Client, 'clientId'>) => ({
  clientId: client.clientId,
  clientSecret: `sk_live_c${randomBytes(24).toString('hex')}`,
});
const some = (n: number) => Array.from({ length: n }, (_, i) => i);
const statuses = async (answers: ReturnType<typeof take>[]) =>
  (await Promise.all(answers)).map(({ status }) => status);

describe('wrong secrets', () => {
  test('from one address for one client are slowed on every replica, and the end is told', async () => {
    const client = await newClient(world);
    for (const i of some(10))
      expect((await take(i % 2 ? world : replica, wrong(client), '198.51.100.1')).status).toBe(401);
    for (const app of [world, replica]) {
      const slowed = await take(app, wrong(client), '198.51.100.1');
      expect(slowed).toMatchObject({ status: 429, code: 'RATE_LIMIT_EXCEEDED' });
      expect(Number(slowed.headers['retry-after'])).toBeGreaterThan(200);
      const until = new Date(slowed.details!.resetAt!).getTime() - clock.now().getTime();
      expect(until).toBeGreaterThan(200_000);
      // Who hammers learns nothing more, not even by the right secret.
      expect((await take(app, client, '198.51.100.1')).status).toBe(429);
    }
    offset += 5 * 60_000;
    expect((await take(replica, client, '198.51.100.1')).status).toBe(200);
  });

  test('from one network for many clients are slowed, an IPv6 /64 counts as one', async () => {
    const client = await newClient(world);
    for (const i of some(50)) {
      const guess = { clientId: `client_${i}`, clientSecret: 'sk_live_xxxxxxxxxx' };
      expect((await take(world, guess, `2001:db8:7::${(i + 1).toString(16)}`)).status).toBe(401);
    }
    expect((await take(replica, client, '2001:db8:7::ffff')).status).toBe(429);
    expect((await take(replica, client, '2001:db8:7:1::1')).status).toBe(200);
  });

  test('from everywhere for one client leave each address fewer tries, and none of the rest suffers', async () => {
    const client = await newClient(world);
    const strangers = some(12).map((i) => `203.0.113.${i + 1}`);
    for (const from of strangers)
      await Promise.all(some(9).map((i) => take(i % 2 ? world : replica, wrong(client), from)));
    const next = '203.0.113.200';
    for (const status of [401, 401, 401, 429])
      expect((await take(world, wrong(client), next)).status).toBe(status);
    // Other clients keep the usual number.
    const other = await newClient(world);
    for (const _ of some(4)) expect((await take(world, wrong(other), next)).status).toBe(401);
  });
});

describe('a right secret', () => {
  test('gets in from an address that does not hammer, whatever strangers do to the client', async () => {
    const client = await newClient(world);
    const storm = some(20).map((i) => `198.18.0.${i + 1}`);
    for (const from of storm) {
      await Promise.all(some(15).map((i) => take(i % 2 ? world : replica, wrong(client), from)));
      for (const app of [world, replica]) expect((await take(app, client, '192.0.2.10')).status).toBe(200);
    }
    // A deployment that starts fifty workers at once behind one address.
    const fleet = some(50).map((i) => take(i % 2 ? world : replica, client, '192.0.2.11'));
    expect(new Set(await statuses(fleet))).toEqual(new Set([200]));
    // Its own slip, a few times, does not keep it out either.
    for (const _ of some(2)) await take(world, wrong(client), '192.0.2.10');
    expect((await take(replica, client, '192.0.2.10')).status).toBe(200);
  });

  test('many at once from one address never count against it', async () => {
    const client = await newClient(world);
    for (const _ of some(2))
      expect(new Set(await statuses(some(40).map(() => take(world, client, '192.0.2.77'))))).toEqual(
        new Set([200]),
      );
  });
});

test('what is counted is forgotten once its window is over', async () => {
  const store = createStore(world.database.database.db);
  const count = async () =>
    (
      await rows<{ n: number }>(world.database.database.db, sql`select count(*)::int n from log_in_attempts`)
    )[0]!.n;
  await take(world, wrong({ clientId: 'client_x' }), '198.51.100.99');
  expect(await count()).toBeGreaterThan(0);
  const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const { logInAttempts, refreshSessions, revokedTokens } = store;
  const late = { now: () => new Date(clock.now().getTime() + 5 * 60_000) };
  await cleanUpExpired({ logInAttempts, refreshSessions, revokedTokens }, late, quiet).run({});
  expect(await count()).toBe(0);
});
