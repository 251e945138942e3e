import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootApp, type TestApp } from '#tests/kit/app.ts';
import { chromiumPath } from '#tests/kit/chromium.ts';
import { as, newTenant, type Tenant } from '#tests/platform/kit.ts';

const library = readFileSync('node_modules/@simplewebauthn/browser/dist/bundle/index.umd.min.js', 'utf8');

/** The library as the page has it. */
type Library = {
  startRegistration(input: { optionsJSON: unknown }): Promise<object>;
  startAuthentication(input: { optionsJSON: unknown }): Promise<object>;
};

/** A dashboard: its page, and a backend that passes `/auth` on. */
function dashboard(api: () => string): Server {
  const pass = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { authorization, 'content-type': type } = request.headers;
    const answer = await fetch(api() + request.url!, {
      method: request.method!,
      headers: { ...(authorization ? { authorization } : {}), ...(type ? { 'content-type': type } : {}) },
      ...(chunks.length > 0 ? { body: Buffer.concat(chunks) } : {}),
    });
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
  };
  return createServer((request, response) => {
    if (request.url!.startsWith('/auth/')) void pass(request, response);
    else response.setHeader('content-type', 'text/html').end(`<!doctype html><script>${library}</script>`);
  });
}

describe.skipIf(!chromiumPath)('passkeys in a browser', () => {
  let world: TestApp;
  let api: string;
  let server: Server;
  let browser: Browser;
  let page: Page;
  let tenant: Tenant;

  beforeAll(async () => {
    server = dashboard(() => api);
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    // Browsers take localhost for a secure context, and an address for no relying party.
    const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
    world = await bootApp({ env: { DASHBOARD_ORIGINS: origin } });
    api = await world.app.listen({ host: '127.0.0.1', port: 0 });
    tenant = await newTenant(world.app);
    browser = await chromium.launch({
      executablePath: chromiumPath!,
      args: ['--no-sandbox', '--disable-gpu'],
    });
    page = await browser.newPage();
    await page.goto(origin);
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('WebAuthn.enable');
    await devtools.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
  });

  afterAll(async () => {
    await browser?.close();
    server?.close();
    await world?.close();
  });

  /** What the page does when somebody presses its button. */
  const press = (intent: 'register' | 'login', headers: Record<string, string> = {}) =>
    page.evaluate(
      async ({ intent: wanted, headers: sent }) => {
        const { SimpleWebAuthnBrowser: passkeys } = globalThis as unknown as {
          SimpleWebAuthnBrowser: Library;
        };
        const asked = await fetch(`/auth/passkey/challenge?intent=${wanted}`, { headers: sent });
        const { options: optionsJSON } = (await asked.json()) as { options: unknown };
        const start = wanted === 'register' ? passkeys.startRegistration : passkeys.startAuthentication;
        const answer = await fetch('/auth/passkey/verify', {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...sent },
          body: JSON.stringify({ intent: wanted, response: await start({ optionsJSON }) }),
        });
        return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
      },
      { intent, headers },
    );

  it('are registered and then sign in without a name or a password', async () => {
    const made = await press('register', tenant.user);
    expect(made).toMatchObject({ status: 200, body: { object: 'passkey' } });
    const session = await press('login');
    expect(session).toMatchObject({ status: 200, body: { object: 'session', user: { id: tenant.userId } } });
    const me = await fetch(`${api}/auth/me`, { headers: as(String(session.body['access_token'])) });
    expect(((await me.json()) as { email: string }).email).toBe(tenant.email);
    expect((await press('login')).status).toBe(200);
  });

  it('are not made twice by one authenticator', async () => {
    await expect(press('register', tenant.user)).rejects.toThrow(/previously registered/);
  });
});
