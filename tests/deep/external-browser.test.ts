import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { issueToken } from '#schemas/adapter/auth.ts';
import { externalSignMint } from '#schemas/adapter/external.ts';
import { signMint } from '#schemas/adapter/mint.ts';
import { createWallet } from '#schemas/adapter/wallet.ts';
import { type Client, newClient, newReceipt, newUser } from '#tests/adapter/kit.ts';
import { bootApp, type TestApp } from '#tests/kit/app.ts';
import { call } from '#tests/kit/call.ts';
import { chromiumPath } from '#tests/kit/chromium.ts';

/** A shop's page, from an origin of its own. */
async function shop(): Promise<{ origin: string; server: Server }> {
  const server = createServer((_request, response) =>
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>Shop</title>'),
  );
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

type Seen = {
  status?: number;
  body?: Record<string, unknown>;
  headers?: Record<string, string>;
  blocked?: true;
};

describe.skipIf(!chromiumPath)('the external sign-mint in a browser', () => {
  let world: TestApp;
  let base: string;
  let browser: Browser;
  let client: Client;
  let shops: Awaited<ReturnType<typeof shop>>[];

  beforeAll(async () => {
    world = await bootApp();
    base = await world.app.listen({ host: '127.0.0.1', port: 0 });
    shops = await Promise.all([shop(), shop(), shop()]);
    client = await newClient(world, { allowedOrigins: [shops[0]!.origin] });
    await newClient(world, { allowedOrigins: [shops[2]!.origin] });
    browser = await chromium.launch({
      executablePath: chromiumPath!,
      args: ['--no-sandbox', '--disable-gpu'],
    });
  });

  afterAll(async () => {
    await browser?.close();
    for (const { server } of shops) server.close();
    await world?.close();
  });

  /** What the page's own script gets of a call. */
  async function fetchFrom(origin: string, path: string, headers: Record<string, string>, body: object) {
    const page = await browser.newPage();
    await page.goto(origin);
    const request = { url: `${base}${path}`, headers, body: JSON.stringify(body) };
    const seen = await page.evaluate(async ({ url, headers: sent, body: text }): Promise<Seen> => {
      const given = { 'content-type': 'application/json', ...sent };
      try {
        const answer = await fetch(url, { method: 'POST', headers: given, body: text });
        const read = Object.fromEntries(answer.headers) as Record<string, string>;
        return { status: answer.status, headers: read, body: (await answer.json()) as never };
      } catch {
        return { blocked: true };
      }
    }, request);
    await page.close();
    return seen;
  }

  async function announced() {
    const user = newUser();
    const receiptId = newReceipt();
    const body = { receiptId, amount: '7' };
    await call(world.app, signMint, { headers: client.as(user), body });
    const { clientId, clientSecret } = client;
    const given = { body: { clientId, clientSecret, scope: 'external' } };
    const { accessToken } = (await call(world.app, issueToken, given)).body;
    return { receiptId, headers: { authorization: `Bearer ${accessToken}`, 'x-user-id': user } };
  }

  it('a page of an allowed origin gets the voucher and the headers it needs', async () => {
    const { receiptId, headers } = await announced();
    const path = externalSignMint.path;
    const seen = await fetchFrom(shops[0]!.origin, path, headers, { receiptId });
    expect(seen).toMatchObject({
      status: 200,
      body: { success: true, voucher: { receiptId, amount: '7' } },
      headers: {
        'x-request-id': expect.any(String),
        'ratelimit-remaining': expect.stringMatching(/^\d+$/),
      },
    });
    const unknown = await fetchFrom(shops[0]!.origin, path, headers, { receiptId: newReceipt() });
    expect(unknown).toMatchObject({ status: 404, body: { error: { code: 'RECEIPT_NOT_FOUND' } } });
  });

  it('a page of a foreign origin is kept out by its browser', async () => {
    const { receiptId, headers } = await announced();
    const path = externalSignMint.path;
    expect(await fetchFrom(shops[1]!.origin, path, headers, { receiptId })).toEqual({ blocked: true });
  });

  it("a page of another client's origin is told that it may not", async () => {
    const { receiptId, headers } = await announced();
    const seen = await fetchFrom(shops[2]!.origin, externalSignMint.path, headers, { receiptId });
    expect(seen).toMatchObject({ status: 403, body: { error: { code: 'ORIGIN_NOT_ALLOWED' } } });
  });

  it('no other route opens to an allowed origin', async () => {
    const seen = await fetchFrom(shops[0]!.origin, createWallet.path, client.as(newUser()), {});
    expect(seen).toEqual({ blocked: true });
  });
});
