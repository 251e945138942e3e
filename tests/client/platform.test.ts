import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test, vi } from 'vitest';
import { type Chronos, ChronosError, createChronos, type Output, verifyWebhook } from '#src/client/index.ts';
import { receiver } from '#tests/events/kit.ts';
import { newAddress, until } from '#tests/facilitator/kit.ts';
import { bootApp, type TestApp } from '#tests/kit/app.ts';
import { rpcProxy, type RpcProxy } from '#tests/kit/rpc-proxy.ts';
import { tcpGate, type TcpGate } from '#tests/kit/tcp-gate.ts';

// A black box: nothing is known of the platform but its address and what the client makes of it.
vi.setConfig({ testTimeout: 90_000 });

let world: TestApp;
let rpc: RpcProxy;
let gate: TcpGate;
let baseUrl: string;
/** A person's dashboard, a server, a page. */
let person: Chronos;
let server: Chronos;
let page: Chronos;
let token: Output<'getToken'>;

const account = { email: `dev-${randomUUID()}@example.com`, password: 'secure-password' };

beforeAll(async () => {
  const localnet = inject('localnet');
  rpc = await rpcProxy(localnet.rpcUrl);
  world = await bootApp({
    localnet: { ...localnet, rpcUrl: rpc.url },
    env: { WEBHOOKS_ALLOW_LOOPBACK: '1' },
  });
  baseUrl = await world.app.listen({ host: '127.0.0.1', port: 0 });
  gate = await tcpGate({ host: '127.0.0.1', port: Number(new URL(baseUrl).port) });
  const nobody = createChronos({ baseUrl });
  await nobody.platform.registerAccount({ body: { ...account, company_name: 'Example Ltd' } });
  const session = await nobody.platform.logInAccount({ body: account });
  person = createChronos({ baseUrl, platformAccessToken: session.access_token });
  const secret = await person.platform.createApiKey({ body: { name: 'server' } });
  const publishable = await person.platform.createApiKey({ body: { name: 'page', type: 'publishable' } });
  server = createChronos({ baseUrl, platformKey: secret.key });
  page = createChronos({ baseUrl, platformKey: publishable.key });
  const body = { name: 'Example Euro', symbol: 'EEUR', standard: 'ERC20', decimals: 2 } as const;
  const made = await server.platform.deployToken({ body });
  await confirmed(made.transaction_id);
  token = await server.platform.getToken({ params: { id: made.id } });
}, 120_000);
afterAll(async () => {
  await gate?.close();
  await world?.close();
  await rpc?.close();
});

async function confirmed(id: string) {
  const done = await server.platform.retrieveTransaction({ params: { id }, query: { wait: 30 } });
  expect(done).toMatchObject({ status: 'confirmed', error: null });
  return done;
}
const mintTo = (to: string, amount: string, idempotencyKey?: string) =>
  server.platform.mintToken({
    params: { id: token.id },
    body: { to, amount },
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  });
const balanceOf = async (address: string) =>
  (await page.platform.getTokenBalance({ params: { id: token.id }, query: { account: address } })).balance;
const failureOf = (call: Promise<unknown>): Promise<ChronosError> =>
  call.then(
    () => expect.unreachable('it went through'),
    (failure: unknown) => {
      if (!(failure instanceof ChronosError)) throw failure;
      return failure;
    },
  );

describe('keys by the JWT of a session', () => {
  test('are made, listed over all pages, changed, rotated with overlap and revoked', async () => {
    const { platform } = person;
    const { id, key } = await platform.createApiKey({ body: { name: 'second', rate_limit: 50 } });
    const listed = await Array.fromAsync(platform.listApiKeys.all({ query: { limit: 1 } }));
    expect(listed.map(({ name }) => name)).toEqual(['second', 'page', 'server']);
    const params = { id };
    expect((await platform.updateApiKey({ params, body: { name: 'renamed' } })).name).toBe('renamed');
    const rotated = await platform.rotateApiKey({ params, body: { grace_period_seconds: 60 } });
    for (const half of [key, rotated.key]) {
      const { data } = await createChronos({ baseUrl, platformKey: half }).platform.listNetworks();
      expect(data.map((network) => network.id)).toEqual(['base-sepolia']);
    }
    await until(async () => {
      const { secrets } = await platform.getApiKey({ params });
      return secrets.length === 2 && secrets.every((half) => half.last_used_at !== null);
    });
    const [day] = (await platform.getApiKeyUsage({ params })).data;
    expect(day).toMatchObject({ requests: 2, success: 2 });
    await platform.revokeApiKey({ params });
    const gone = await failureOf(
      createChronos({ baseUrl, platformKey: rotated.key }).platform.listNetworks(),
    );
    expect(gone).toMatchObject({ status: 401, code: 'unauthorized' });
  });

  test('a session calls no resources, and a key manages no keys', async () => {
    const asKey = createChronos({ baseUrl, platformAccessToken: 'sk_test_none' });
    expect(await failureOf(asKey.platform.listApiKeys())).toMatchObject({
      status: 401,
      code: 'unauthorized',
    });
    await expect(person.platform.listTokens()).rejects.toThrow('PlatformKey');
    await expect(server.platform.listApiKeys()).rejects.toThrow('PlatformUser');
  });
});

describe('a token', () => {
  test('is as it was asked for, minted once for a key and told of page by page', async () => {
    expect(token).toMatchObject({ status: 'deployed', decimals: 2, on_chain: { total_supply: '0' } });
    const wallet = await server.platform.createPlatformWallet({ body: { label: 'till' } });
    const key = randomUUID();
    const [first, again] = [
      await mintTo(wallet.address, '500', key),
      await mintTo(wallet.address, '500', key),
    ];
    expect(again.id).toBe(first.id);
    await confirmed(first.id);
    await confirmed((await mintTo(wallet.address, '25')).id);
    expect(await balanceOf(wallet.address)).toBe('525');
    expect(await failureOf(mintTo(wallet.address, '501', key))).toMatchObject({
      status: 409,
      code: 'idempotency_conflict',
    });
    const query = { token_id: token.id, limit: 1 };
    const all = await Array.fromAsync(page.platform.listTransactions.all({ query }));
    expect(all.map(({ type, amount }) => [type, amount])).toEqual([
      ['mint', '25'],
      ['mint', '500'],
      ['token_deploy', null],
    ]);
  });

  test('many operations travel as one batch', async () => {
    const to = newAddress();
    const mint = { method: 'mint', token_id: token.id, params: { to, amount: '4' } } as const;
    const made = await server.platform.createBatch({ body: { operations: [mint, mint], mode: 'atomic' } });
    const [{ transaction_id: id } = { transaction_id: null }] = made.operations;
    await confirmed(id ?? '');
    const batch = await page.platform.getBatch({ params: { id: made.id } });
    expect(batch.status).toBe('confirmed');
    expect(await balanceOf(to)).toBe('8');
  });

  test('has holders, page by page', async () => {
    const to = [newAddress(), newAddress()];
    for (const one of to) await confirmed((await mintTo(one, '3')).id);
    const asked = { params: { id: token.id }, query: { limit: 1 } };
    const found = async () => {
      const all = await Array.fromAsync(page.platform.listTokenHolders.all(asked));
      return new Map(all.map(({ account: who, balance }) => [who, balance]));
    };
    await until(async () => (await found()).has(to[1]!));
    const held = await found();
    expect(to.map((who) => held.get(who))).toEqual(['3', '3']);
  });

  test('has items, whose metadata anybody reads', async () => {
    const body = { name: 'Example Art', symbol: 'EART', standard: 'ERC721' } as const;
    const art = await server.platform.deployToken({ body });
    await confirmed(art.transaction_id);
    const metadata = { name: 'First', image: 'ipfs://bafy/1.png', rare: true };
    const to = newAddress();
    for (const described of [{ metadata }, { uri: 'ipfs://bafy/2.json' }]) {
      const made = await server.platform.mintNft({ body: { token_id: art.id, to, ...described } });
      await confirmed(made.transaction_id ?? '');
    }
    const listed = () => Array.fromAsync(page.platform.listNfts.all({ query: { owner: to, limit: 1 } }));
    await until(async () => (await listed()).length === 2);
    const [second, first] = await listed();
    expect(first).toMatchObject({ item_id: '1', owner: to, status: 'minted', metadata });
    expect(second).toMatchObject({ item_id: '2', uri: 'ipfs://bafy/2.json', metadata: null });
    const id = String(first?.uri?.split('/').at(-1));
    expect(await createChronos({ baseUrl }).platform.getNftMetadata({ params: { id } })).toEqual(metadata);
    const refused = server.platform.transferNft({ params: { id: first!.id }, body: { to } });
    expect(await failureOf(refused)).toMatchObject({ status: 502, code: 'blockchain_error' });
    expect(await failureOf(page.platform.getNft({ params: { id: 'nft_none' } }))).toMatchObject({
      status: 404,
      code: 'nft_not_found',
    });
  });

  test('roles are granted, listed, checked and taken', async () => {
    const { platform } = server;
    const grant = { role: 'MINTER_ROLE', account: newAddress() } as const;
    const params = { id: token.id };
    await confirmed((await platform.grantTokenRole({ params, body: grant })).id);
    const { data } = await platform.listTokenRoles({ params });
    expect(data.find(({ role }) => role === grant.role)?.holders).toContain(grant.account);
    await confirmed((await platform.revokeTokenRole({ params, body: grant })).id);
    expect((await page.platform.checkTokenRole({ params, query: grant })).has_role).toBe(false);
    const admin = { role: 'DEFAULT_ADMIN_ROLE', account: token.treasury } as const;
    expect(await failureOf(platform.revokeTokenRole({ params, body: admin }))).toMatchObject({
      status: 409,
      code: 'last_admin',
    });
  });

  test('a publishable key estimates what it may not do', async () => {
    const params = { to: newAddress(), amount: '1' };
    const body = { method: 'mint', token_id: token.id, params } as const;
    const estimate = await page.platform.estimateGas({ body });
    expect(estimate).toMatchObject({ sponsored: true, would_revert: false });
    expect(Number(estimate.gas)).toBeGreaterThan(50_000);
    const written = page.platform.mintToken({ params: { id: token.id }, body: params });
    expect(await failureOf(written)).toMatchObject({ status: 403, code: 'secret_key_required' });
  });
});

describe('what happens', () => {
  test('is streamed without a gap over cut connections', async () => {
    const { platform } = createChronos({
      baseUrl: `http://${gate.host}`,
      platformKey: (await person.platform.createApiKey({ body: { name: 'stream' } })).key,
      wait: async () => gate.open(),
    });
    const leaving = new AbortController();
    onTestFinished(() => leaving.abort());
    const [newest] = (await page.platform.listEvents({ query: { limit: 1 } })).data;
    const stream = platform.streamEvents({ lastEventId: newest!.id, signal: leaving.signal });
    const seen: string[] = [];
    const minted = async () => (await mintTo(newAddress(), '1')).id;
    const readUntil = async (id: string) => {
      for (;;) {
        const { value } = await stream.next();
        const event = value as { id: string; type: string; data: { data: { id?: string } } };
        seen.push(event.id);
        if (event.type === 'transaction.confirmed' && event.data.data.id === id) return;
      }
    };
    await readUntil(await minted());
    gate.shut();
    const missed = await minted();
    await confirmed(missed);
    await readUntil(missed);
    expect(gate.refused).toBeGreaterThan(0);
    await readUntil(await minted());
    const listed: string[] = [];
    for await (const { id } of page.platform.listEvents.all({ query: { limit: 5 } })) {
      if (id === newest!.id) break;
      listed.unshift(id);
    }
    expect(seen).toEqual(listed);
  });

  test('is sent to webhooks, whose signature the client checks', async () => {
    const { url, received } = await receiver();
    const { platform } = server;
    const endpoint = await platform.createWebhookEndpoint({
      body: { url, events: ['transaction.confirmed'] },
    });
    const { id } = await mintTo(newAddress(), '3');
    const arrived = () => received.find(({ body }) => body.includes(id));
    await until(async () => arrived() !== undefined);
    const { headers, body } = arrived()!;
    const signed = { headers, payload: body, secret: endpoint.secret };
    const event = await verifyWebhook(signed);
    expect(event).toMatchObject({ type: 'transaction.confirmed', data: { id, amount: '3' } });
    expect(await platform.getEvent({ params: { id: event.id } })).toEqual(event);
    await expect(verifyWebhook({ ...signed, payload: body.replace('"3"', '"4"') })).rejects.toThrow();
    const deliveries = () =>
      Array.fromAsync(platform.listWebhookDeliveries.all({ params: { id: endpoint.id } }));
    // Its answer is written down after it was given.
    await until(async () =>
      (await deliveries()).some((one) => one.event_id === event.id && one.status === 'succeeded'),
    );
  });
});

describe('a server that is busy or cut off from its chain', () => {
  test('is asked again when it says so: 429', async () => {
    const { id, key } = await person.platform.createApiKey({ body: { name: 'few', rate_limit: 1 } });
    const [asked, waits]: [number[], number[]] = [[], []];
    const patient = createChronos({
      baseUrl,
      platformKey: key,
      maxWaitMs: 60_000,
      async fetch(input, init) {
        const answer = await fetch(input, init);
        if (answer.status === 429) asked.push(Number(answer.headers.get('retry-after')));
        return answer;
      },
      async wait(ms) {
        waits.push(ms);
        await person.platform.updateApiKey({ params: { id }, body: { rate_limit: 100 } });
      },
    });
    await patient.platform.listNetworks();
    expect((await patient.platform.listNetworks()).total).toBe(1);
    expect(asked).toHaveLength(1);
    expect(waits).toEqual([asked[0]! * 1_000]);
    await person.platform.updateApiKey({ params: { id }, body: { rate_limit: 1 } });
    const hasty = createChronos({ baseUrl, platformKey: key, retries: 0 });
    const refused = await failureOf(hasty.platform.listNetworks());
    expect(refused).toMatchObject({ status: 429, code: 'rate_limited' });
    expect(refused.retryAfter).toBeGreaterThan(0);
  });

  test('is asked again when it says so: 503', async () => {
    const waits: number[] = [];
    const { key } = await person.platform.createApiKey({ body: { name: 'patient' } });
    const patient = createChronos({
      baseUrl,
      platformKey: key,
      async wait(ms) {
        waits.push(ms);
        rpc.rule = () => 'pass';
      },
    });
    rpc.rule = () => 'drop';
    const body = { to: newAddress(), amount: '7' };
    const { id } = await patient.platform.mintToken({ params: { id: token.id }, body });
    expect(waits).toEqual([5_000]);
    await confirmed(id);
    expect(await balanceOf(body.to)).toBe('7');
  });
});

test('errors are typed: code, status, field, request', async () => {
  const params = { id: token.id };
  const body = { to: '0x1', amount: '1' };
  expect(await failureOf(server.platform.mintToken({ params, body }))).toMatchObject({
    name: 'ChronosError',
    status: 400,
    code: 'invalid_address',
    param: 'to',
    requestId: expect.stringMatching(/^req_/),
  });
  const much = { to: newAddress(), amount: '1000000' };
  expect(await failureOf(server.platform.transferToken({ params, body: much }))).toMatchObject({
    status: 422,
    code: 'insufficient_balance',
  });
  const wrong = { ...account, password: 'wrong-password' };
  const nobody = createChronos({ baseUrl });
  expect(await failureOf(nobody.platform.logInAccount({ body: wrong }))).toMatchObject({
    status: 401,
    code: 'invalid_credentials',
  });
});
