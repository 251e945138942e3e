import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registerClient } from '#schemas/adapter/auth.ts';
import { bootApp, type TestApp } from '#tests/kit/app.ts';
import { chromiumPath } from '#tests/kit/chromium.ts';

if (!chromiumPath) console.log('Swagger UI is not tested: no Chromium here, and none can be installed');

describe.skipIf(!chromiumPath)('Swagger UI in a browser', () => {
  let booted: TestApp;
  let base: string;
  let browser: Browser;
  let page: Page;
  /** What the page asked of other hosts, and what it complained about. */
  const outside: string[] = [];
  const complaints: string[] = [];

  beforeAll(async () => {
    booted = await bootApp();
    base = await booted.app.listen({ host: '127.0.0.1', port: 0 });
    browser = await chromium.launch({
      executablePath: chromiumPath!,
      args: ['--no-sandbox', '--disable-gpu'],
    });
    page = await browser.newPage({ viewport: { width: 1280, height: 1600 } });
    await page.route('**/*', (route) => {
      const url = route.request().url();
      if (url.startsWith(base) || url.startsWith('data:') || url.startsWith('blob:')) return route.continue();
      outside.push(url);
      return route.abort();
    });
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    await page.goto(`${base}/docs`);
  });

  afterAll(async () => {
    await browser?.close();
    await booted?.close();
  });

  it('shows every plane without the network, within its content security policy', async () => {
    const policy = (await page.request.get(`${base}/docs/static/index.html`)).headers()[
      'content-security-policy'
    ];
    expect(policy).toContain("default-src 'self'");
    await page.getByRole('heading', { name: /Chronos API/ }).waitFor();
    for (const { definition } of booted.runtime.planes) {
      await page.locator(`.opblock-tag[data-tag^="${definition.title}: "]`).first().waitFor();
    }
    expect(outside).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('authorises and executes a call', async () => {
    const scheme = page.locator('.auth-container', { hasText: 'X-Admin-Key' });
    await page.locator('.auth-wrapper > .authorize').click();
    await scheme.locator('input').fill(booted.secrets.ADMIN_MASTER_KEY);
    await scheme.getByRole('button', { name: /apply|authorize/i }).click();
    await page.locator('.close-modal, .btn-done').first().click();

    await page.locator(`.opblock-tag[data-tag="Adapter: ${registerClient.tag}"]`).click();
    const block = page.locator(`.opblock[id$="-${registerClient.id}"]`);
    await block.locator('.opblock-summary-control').click();
    await block.getByRole('button', { name: 'Try it out' }).click();
    await block.getByRole('button', { name: 'Execute' }).click();
    const answer = block.locator('.live-responses-table .response').first();
    await answer.waitFor();
    expect(await answer.locator('.response-col_status').innerText()).toContain('201');
    expect(await answer.innerText()).toContain('clientSecret');
    expect(outside).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('is refused without the credentials', async () => {
    const response = await page.request.post(`${base}${registerClient.path}`, { data: {} });
    expect(response.status()).toBe(401);
    expect(response.headers()['content-security-policy']).toContain("default-src 'none'");
  });
});
