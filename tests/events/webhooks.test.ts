import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { failingMs, maxTries, pauseAfter } from '#src/services/webhooks/schedule.ts';
import { freshDatabase, kinds, until } from '#tests/journal/kit.ts';
import { owner, receiver, type Received, webhooksOn } from './kit.ts';

const hour = 3_600_000;

/** True when both headers are signatures of the body with the secret. */
function isSignedWith(secret: string, { headers, body }: Received): boolean {
  try {
    new Webhook(secret).verify(body, headers as Record<string, string>);
  } catch {
    return false;
  }
  const [time, ...signatures] = String(headers['x-chronos-signature']).split(',');
  const text = `${time!.slice(2)}.${body}`;
  return signatures.includes(`v1=${createHmac('sha256', secret).update(text).digest('hex')}`);
}

describe.each(kinds)('webhooks on %s', (kind) => {
  async function setUp(options: Parameters<typeof webhooksOn>[1] = {}) {
    const { database, store } = await freshDatabase(kind);
    return { database, store, ...webhooksOn(store, options) };
  }

  test('an event goes to each endpoint that wants it, once, signed as Standard Webhooks and as ours', async () => {
    const { endpoint, happen, deliver, webhooks, database } = await setUp();
    const [all, some, other] = [await receiver(), await receiver(201), await receiver()];
    const { secret, endpoint: first } = await endpoint(all.url);
    await endpoint(some.url, ['transaction.*', 'token.deployed']);
    await endpoint(other.url, ['payment.settled']);
    const [a, b, c] = await happen('transaction.confirmed', 'token.deployed', 'token.transferred');
    expect(await deliver()).toBe(5);
    expect(await deliver()).toBe(0);
    expect(all.ids().toSorted()).toEqual([a!.id, b!.id, c!.id].toSorted());
    expect(some.ids().toSorted()).toEqual([a!.id, b!.id].toSorted());
    expect(other.ids()).toEqual([]);
    const got = all.received.find(({ headers }) => headers['webhook-id'] === a!.id)!;
    expect(isSignedWith(secret, got)).toBe(true);
    expect(isSignedWith(secret, { ...got, body: got.body.replace('confirmed', 'failed') })).toBe(false);
    expect(JSON.parse(got.body)).toEqual({
      object: 'event',
      id: a!.id,
      type: 'transaction.confirmed',
      data: { n: 0, text: 'ünïcode' },
      created: expect.any(Number) as number,
    });
    const { items, total } = await webhooks.listDeliveries(owner, first.id, { limit: 2 });
    expect([items.length, total]).toEqual([2, 3]);
    expect(items[0]).toMatchObject({ status: 'succeeded', attempts: 1, nextAttemptAt: null });
    const { rows } = await database.executeSql('select secret from webhook_endpoints');
    expect(JSON.stringify(rows)).not.toContain(secret.slice(6));
  });

  test('what is not 2xx is tried again with growing pauses for three days, with the same id and body', async () => {
    const { endpoint, happen, deliver, advance, webhooks } = await setUp();
    const { url, received, ids, answer } = await receiver(500);
    const { endpoint: made } = await endpoint(url);
    const [event] = await happen('a.done');
    await deliver();
    expect(await deliver()).toBe(0);
    for (let hours = 0; hours < 24; hours += 1) {
      advance(hour);
      await deliver();
    }
    // A receiver that was down for a day gets it in the end.
    const before = received.length;
    expect(before).toBeGreaterThan(5);
    answer(204);
    advance(24 * hour);
    await deliver();
    expect(new Set(ids())).toEqual(new Set([event!.id]));
    expect(new Set(received.map(({ body }) => body)).size).toBe(1);
    const [delivery] = (await webhooks.listDeliveries(owner, made.id, { limit: 5 })).items;
    const { attempts } = await webhooks.getDelivery(owner, delivery!.id);
    expect(attempts.map(({ number }) => number)).toEqual(Array.from({ length: before + 1 }, (_, n) => n + 1));
    expect(attempts[0]).toMatchObject({ status: 500, error: null, excerpt: 'answered 500' });
    expect(attempts.at(-1)).toMatchObject({ status: 204 });
    expect(delivery).toMatchObject({ status: 'succeeded' });
    expect(await webhooks.get(owner, made.id)).toMatchObject({ failingSince: null, disabledReason: null });
  });

  test('an endpoint that has only failed for days is disabled, its queue given up, others told', async () => {
    const { endpoint, happen, deliver, advance, webhooks } = await setUp();
    const bad = await receiver({ status: 307, headers: { location: 'http://127.0.0.1:1/' } });
    const good = await receiver();
    const { endpoint: made } = await endpoint(bad.url);
    await endpoint(good.url, ['webhook_endpoint.disabled']);
    await happen('a.done');
    for (let hours = 0; hours <= 120 && !(await webhooks.get(owner, made.id)).disabledReason; hours += 1) {
      await deliver();
      advance(hour);
    }
    await deliver();
    expect(await webhooks.get(owner, made.id)).toMatchObject({ disabledReason: 'failing' });
    expect(bad.received.length).toBeLessThanOrEqual(maxTries);
    const { items } = await webhooks.listDeliveries(owner, made.id, { limit: 5 });
    expect(items.map(({ status }) => status)).toEqual(['failed']);
    const told = good.received.map(({ body }) => JSON.parse(body) as object);
    expect(told).toMatchObject([
      { type: 'webhook_endpoint.disabled', data: { id: made.id, url: bad.url, disabled_reason: 'failing' } },
    ]);
    const seen = bad.received.length;
    await happen('b.done');
    await deliver();
    expect(bad.received.length).toBe(seen);
    // Enabled again, it gets what comes from then on, and by a replay what it missed.
    bad.answer(200);
    await webhooks.update(owner, made.id, { enabled: true });
    await happen('c.done');
    await deliver();
    expect(bad.received.length).toBe(seen + 1);
  });

  test('410 disables at once', async () => {
    const { endpoint, happen, deliver, webhooks, store } = await setUp();
    const { url, received } = await receiver(410);
    const { endpoint: made } = await endpoint(url, ['a.*']);
    await happen('a.done', 'a.failed');
    await deliver();
    expect(await webhooks.get(owner, made.id)).toMatchObject({ disabledReason: 'gone' });
    expect(received.length).toBeLessThanOrEqual(2);
    const { items } = await webhooks.listDeliveries(owner, made.id, { limit: 5 });
    expect(items.map(({ status }) => status)).toEqual(['failed', 'failed']);
    const events = await store.events.list(owner, { limit: 5, types: ['webhook_endpoint.disabled'] });
    expect(events).toHaveLength(1);
    await expect(webhooks.test(owner, made.id)).rejects.toMatchObject({ kind: 'conflict' });
    await expect(webhooks.redeliver(owner, items[0]!.id)).rejects.toMatchObject({
      kind: 'conflict',
    });
  });

  test('a receiver that hangs costs one time-out and holds nobody else up', async () => {
    const { endpoint, happen, deliver, webhooks } = await setUp({
      timeoutMs: 1_500,
      slots: 6,
      perEndpoint: 2,
    });
    const [hanging, quick] = [await receiver('hang'), await receiver()];
    const { endpoint: made } = await endpoint(hanging.url);
    await endpoint(quick.url);
    await happen(...Array.from({ length: 6 }, (_, n) => `a.done${n}`));
    let quickDone = 0;
    const delivering = deliver();
    await until(() => quick.received.length === 6);
    quickDone = hanging.received.length;
    expect(quickDone).toBeLessThanOrEqual(4);
    await delivering;
    const { items } = await webhooks.listDeliveries(owner, made.id, { limit: 1 });
    const { attempts } = await webhooks.getDelivery(owner, items[0]!.id);
    expect(attempts).toMatchObject([{ status: null, error: 'timeout', excerpt: null }]);
  });

  test('two replicas that look at once make each attempt once', async () => {
    const { endpoint, happen, replica, publisher } = await setUp();
    const { url, ids } = await receiver();
    await endpoint(url);
    const made = await happen(...Array.from({ length: 30 }, () => 'a.done'));
    await publisher.flush();
    const replicas = [replica(), replica(), replica()];
    await Promise.all(replicas.map((one) => one.flush()));
    expect(ids().toSorted()).toEqual(made.map(({ id }) => id).toSorted());
  });

  test('a replica that dies in an attempt is replaced when its claim ends, with the same id', async () => {
    const { endpoint, happen, replica, publisher, webhooks } = await setUp();
    const { url, ids } = await receiver();
    const { endpoint: made } = await endpoint(url);
    const [event] = await happen('a.done');
    await publisher.flush();
    const { promise: called, resolve: sayCalled } = Promise.withResolvers<void>();
    const { promise: answered, resolve: answer } = Promise.withResolvers<{
      status: 500;
      excerpt: '';
      latencyMs: 1;
    }>();
    const post = () => {
      sayCalled();
      return answered;
    };
    const dead = replica({ leaseMs: 5_000, egress: { post } });
    const dying = dead.flush();
    await called;
    const other = replica();
    expect(await other.flush()).toBe(0);
    other.start();
    await until(
      async () =>
        (await webhooks.listDeliveries(owner, made.id, { limit: 1, status: 'succeeded' })).total > 0,
    );
    expect(ids()).toEqual([event!.id]);
    // What it says when it comes back changes nothing.
    answer({ status: 500, excerpt: '', latencyMs: 1 });
    await dying;
    const [delivery] = (await webhooks.listDeliveries(owner, made.id, { limit: 1 })).items;
    expect(delivery).toMatchObject({ status: 'succeeded', attempts: 1 });
    expect(await webhooks.get(owner, made.id)).toMatchObject({ failingSince: null });
  });

  test('a wake-up that is lost is made good by looking again', async () => {
    const { endpoint, happen, replica, publisher } = await setUp();
    const { url, ids } = await receiver();
    await endpoint(url);
    replica().start();
    const [event] = await happen('a.done');
    await publisher.flush();
    await until(() => ids().length === 1);
    expect(ids()).toEqual([event!.id]);
  });

  test('stopping in an attempt gives it back: the receiver is not blamed', async () => {
    const { endpoint, happen, replica, publisher, webhooks } = await setUp({ timeoutMs: 60_000 });
    const { url, received, answer, ids } = await receiver('hang');
    const { endpoint: made } = await endpoint(url);
    const [event] = await happen('a.done');
    await publisher.flush();
    const first = replica();
    first.start();
    await until(() => received.length === 1);
    await first.stop();
    const [delivery] = (await webhooks.listDeliveries(owner, made.id, { limit: 1 })).items;
    expect(delivery).toMatchObject({ status: 'pending', attempts: 0 });
    answer(200);
    expect(await replica().flush()).toBe(1);
    expect(ids()).toEqual([event!.id, event!.id]);
  });

  test('after a rotation both secrets sign until the grace ends', async () => {
    const { endpoint, happen, deliver, webhooks, advance } = await setUp();
    const { url, received } = await receiver();
    const { endpoint: made, secret: old } = await endpoint(url);
    const { secret } = await webhooks.rotateSecret(owner, made.id, 3600);
    expect(secret).not.toBe(old);
    await happen('a.done');
    await deliver();
    expect([isSignedWith(secret, received[0]!), isSignedWith(old, received[0]!)]).toEqual([true, true]);
    expect(String(received[0]!.headers['webhook-signature']).split(' ')).toHaveLength(2);
    advance(3600 * 1000);
    await happen('b.done');
    await deliver();
    // `standardwebhooks` wants timestamps of now.
    expect(String(received[1]!.headers['webhook-signature']).split(' ')).toHaveLength(1);
    const { secret: last } = await webhooks.rotateSecret(owner, made.id, 0);
    await happen('c.done');
    await deliver();
    const [time, ...signatures] = String(received[2]!.headers['x-chronos-signature']).split(',');
    const text = `${time!.slice(2)}.${received[2]!.body}`;
    expect(signatures).toEqual([`v1=${createHmac('sha256', last).update(text).digest('hex')}`]);
  });

  test('a second rotation within the grace leaves the first secret its own end', async () => {
    const { endpoint, happen, deliver, webhooks, advance } = await setUp();
    const { url, received } = await receiver();
    const { endpoint: made, secret: first } = await endpoint(url);
    const { secret: second } = await webhooks.rotateSecret(owner, made.id, 3600);
    const { secret: third } = await webhooks.rotateSecret(owner, made.id, 7200);
    const signers = async (type: string) => {
      await happen(type);
      await deliver();
      const { headers, body } = received.at(-1)!;
      const [time, ...signatures] = String(headers['x-chronos-signature']).split(',');
      const by = (secret: string) =>
        `v1=${createHmac('sha256', secret)
          .update(`${time!.slice(2)}.${body}`)
          .digest('hex')}`;
      return [first, second, third].map((secret) => signatures.includes(by(secret)));
    };
    expect(await signers('a.done')).toEqual([true, true, true]);
    advance(3600 * 1000);
    expect(await signers('b.done')).toEqual([false, true, true]);
    advance(3600 * 1000);
    expect(await signers('c.done')).toEqual([false, false, true]);
    await webhooks.rotateSecret(owner, made.id, 3600);
    await webhooks.rotateSecret(owner, made.id, 0);
    expect(await signers('d.done')).toEqual([false, false, false]);
  });

  test('a test goes to its endpoint alone, whatever that wants', async () => {
    const { endpoint, deliver, webhooks } = await setUp();
    const [one, other] = [await receiver(), await receiver()];
    const { endpoint: made } = await endpoint(one.url, ['payment.settled']);
    await endpoint(other.url);
    const delivery = await webhooks.test(owner, made.id);
    await deliver();
    expect(one.ids()).toEqual([delivery.eventId]);
    expect(other.ids()).toEqual([]);
  });

  test('sends again what is asked for: one delivery, or all of a time', async () => {
    const { endpoint, happen, deliver, webhooks, clock, advance } = await setUp();
    const { url, ids } = await receiver();
    const early = await happen('a.done');
    advance(1000);
    const { endpoint: made } = await endpoint(url, ['a.*']);
    const from = clock.now();
    const [a, b] = await happen('a.done', 'a.failed', 'b.done');
    advance(1000);
    const to = clock.now();
    const [late] = await happen('a.done');
    await deliver();
    const { items } = await webhooks.listDeliveries(owner, made.id, { limit: 9, types: ['a.failed'] });
    const again = await webhooks.redeliver(owner, items[0]!.id);
    expect(again).toMatchObject({ id: items[0]!.id, eventId: b!.id, status: 'pending', attempts: 1 });
    await deliver();
    expect(ids().slice(-1)).toEqual([b!.id]);
    const seen = ids().length;
    expect(await webhooks.replay(owner, made.id, { from, to })).toBe(2);
    await deliver();
    expect(ids().slice(seen).toSorted()).toEqual([a!.id, b!.id].toSorted());
    expect(ids()).toContain(late!.id);
    // What happened before there was the endpoint can be had, too.
    expect(await webhooks.replay(owner, made.id, { from: new Date(0), to: from })).toBe(1);
    await deliver();
    expect(ids().at(-1)).toBe(early[0]!.id);
    await expect(webhooks.replay(owner, made.id, { from: to, to: from })).rejects.toMatchObject({
      kind: 'validation',
    });
  });

  test('owners see and reach their own endpoints only, and get their own events only', async () => {
    const { endpoint, happen, deliver, webhooks, store, clock } = await setUp();
    const [mine, theirs] = [await receiver(), await receiver()];
    const { endpoint: made } = await endpoint(mine.url);
    const stranger = 'tenant:ten_b:test';
    await webhooks.create(stranger, { url: theirs.url, types: ['*'], description: null });
    await happen('a.done');
    await deliver();
    expect([mine.received.length, theirs.received.length]).toEqual([1, 0]);
    const [delivery] = (await webhooks.listDeliveries(owner, made.id, { limit: 1 })).items;
    const notFound = { kind: 'not_found' };
    await expect(webhooks.get(stranger, made.id)).rejects.toMatchObject(notFound);
    await expect(webhooks.update(stranger, made.id, { enabled: false })).rejects.toMatchObject(notFound);
    await expect(webhooks.rotateSecret(stranger, made.id, 0)).rejects.toMatchObject(notFound);
    await expect(webhooks.test(stranger, made.id)).rejects.toMatchObject(notFound);
    await expect(webhooks.listDeliveries(stranger, made.id, { limit: 1 })).rejects.toMatchObject(notFound);
    await expect(webhooks.getDelivery(stranger, delivery!.id)).rejects.toMatchObject(notFound);
    await expect(webhooks.redeliver(stranger, delivery!.id)).rejects.toMatchObject(notFound);
    const range = { from: new Date(0), to: clock.now() };
    await expect(webhooks.replay(stranger, made.id, range)).rejects.toMatchObject(notFound);
    await expect(webhooks.delete(stranger, made.id)).rejects.toMatchObject(notFound);
    await webhooks.delete(owner, made.id);
    await expect(webhooks.get(owner, made.id)).rejects.toMatchObject(notFound);
    expect((await webhooks.list(stranger, { limit: 5 })).total).toBe(1);
    expect(await store.webhookDeliveries.listAttempts(delivery!.id)).toEqual([]);
  });

  test('a URL that leads inside is refused, when it is made and when it is changed', async () => {
    const { endpoint, webhooks } = await setUp();
    const refusal = { kind: 'validation', facts: { field: 'url' } };
    await expect(endpoint('http://10.0.0.1/')).rejects.toMatchObject(refusal);
    const { endpoint: made } = await endpoint('http://127.0.0.1:9/');
    const change = { url: 'https://169.254.169.254/latest' };
    await expect(webhooks.update(owner, made.id, change)).rejects.toMatchObject(refusal);
  });

  test('disabling gives up what is queued', async () => {
    const { endpoint, happen, deliver, webhooks, advance } = await setUp();
    const { url, received } = await receiver(500);
    const { endpoint: made } = await endpoint(url);
    await happen('a.done');
    await deliver();
    await webhooks.update(owner, made.id, { enabled: false, description: 'off' });
    advance(hour);
    await deliver();
    expect(received).toHaveLength(1);
    const { items } = await webhooks.listDeliveries(owner, made.id, { limit: 5, status: 'failed' });
    expect(items).toHaveLength(1);
    expect(await webhooks.get(owner, made.id)).toMatchObject({
      disabledReason: 'requested',
      description: 'off',
    });
  });
});

test('the schedule grows, ends, jitters, and lets a receiver ask for a longer pause', () => {
  const shortest = Array.from({ length: maxTries }, (_, n) => pauseAfter(n + 1, 0));
  expect(shortest.at(-1)).toBeNull();
  const pauses = shortest.slice(0, -1).map(Number);
  expect(pauses).toEqual(pauses.toSorted((a, b) => a - b));
  // However the pauses fall, none is given up before its endpoint is disabled.
  expect(pauses.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThanOrEqual(failingMs);
  expect([pauseAfter(1, 0), pauseAfter(1, 0.999_999)]).toEqual([5_000, 6_000]);
  expect(pauseAfter(1, 0, 60)).toBe(60_000);
  expect(pauseAfter(1, 0, 1e9)).toBe(hour);
});
