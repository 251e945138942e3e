import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Chronos, ChronosError, createChronos } from '#src/client/index.ts';
import { newReceipt, newUser } from '#tests/adapter/kit.ts';
import { bootApp, type TestApp } from '#tests/kit/app.ts';

let world: TestApp;
let baseUrl: string;
let admin: Chronos;
let app: Chronos;

beforeAll(async () => {
  world = await bootApp();
  baseUrl = await world.app.listen({ host: '127.0.0.1', port: 0 });
  admin = createChronos({ baseUrl, adapterAdminKey: world.secrets.ADMIN_MASTER_KEY });
  const { client } = await admin.adapter.registerClient({
    body: { name: 'Client test', scopes: ['wallet', 'mint', 'transfer'], tier: 'standard' },
  });
  app = createChronos({ baseUrl, adapter: client });
});

afterAll(() => world.close());

describe('the adapter through the client', () => {
  test('mints, waits for it and lists it', async () => {
    const userId = newUser();
    const receiptId = newReceipt();
    await app.adapter.signMint({ userId, body: { receiptId, amount: '12' } });
    const { transaction } = await app.adapter.executeMint({ userId, body: { receiptId } });
    const { id } = transaction;
    const done = await app.adapter.getTransaction({ userId, params: { id }, query: { wait: 30 } });
    expect(done.transaction.status).toBe('confirmed');
    const listed = await Array.fromAsync(
      app.adapter.listWalletTransactions.all({ userId, query: { limit: 1 } }),
    );
    expect(listed.map((one) => one.id)).toEqual([id]);
  });

  test('the same idempotency key acts once', async () => {
    const userId = newUser();
    const receiptId = newReceipt();
    await app.adapter.signMint({ userId, body: { receiptId, amount: '1' } });
    const input = { userId, body: { receiptId }, idempotencyKey: randomUUID() };
    const [one, two] = [await app.adapter.executeMint(input), await app.adapter.executeMint(input)];
    expect(two.transaction.id).toBe(one.transaction.id);
  });

  test('an error has its code', async () => {
    const failed = app.adapter.executeMint({ userId: newUser(), body: { receiptId: newReceipt() } });
    await expect(failed).rejects.toMatchObject({ code: 'RECEIPT_NOT_FOUND', status: 404 });
    await expect(failed).rejects.toBeInstanceOf(ChronosError);
  });

  test('goes through all pages of a list', async () => {
    const make = (name: string) =>
      admin.adapter.registerClient({ body: { name, scopes: ['mint'], tier: 'starter' } });
    const made = await Promise.all(['a', 'b', 'c'].map(make));
    const all = await Array.fromAsync(admin.adapter.listClients.all({ query: { limit: 2 } }));
    const ids = all.map(({ clientId }) => clientId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { client } of made) expect(ids).toContain(client.clientId);
  });
});

test('the facilitator through the client: a person, a key, its settlements', async () => {
  const nobody = createChronos({ baseUrl });
  const account = { email: `user-${randomUUID()}@example.com`, password: 'StrongPassword123!' };
  await nobody.facilitator.signUp({ body: account });
  const { data } = await nobody.facilitator.logIn({ body: account });
  const person = createChronos({ baseUrl, facilitatorAccessToken: data.access_token });
  const made = await person.facilitator.createMerchantClient({ body: { title: 'shop' } });
  const { clientId, token } = made.data.client;
  const merchant = createChronos({ baseUrl, facilitator: { clientId, clientToken: token } });
  expect((await merchant.facilitator.getSupported()).kinds.length).toBeGreaterThan(0);
  expect(await Array.fromAsync(merchant.facilitator.listSettlements.all())).toEqual([]);
  expect(await Array.fromAsync(person.facilitator.listMerchantClients.all())).toHaveLength(1);
  const operator = createChronos({ baseUrl, facilitatorAdminToken: world.secrets.ADMIN_MASTER_KEY });
  expect(await operator.facilitator.getMetrics()).toContain('chronos_');
});
