import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { bootApp, type TestApp } from '#tests/kit/app.ts';
import { scrape } from '#tests/kit/metrics.ts';
import { rpcProxy, type RpcProxy } from '#tests/kit/rpc-proxy.ts';
import { type Merchant, newMerchant, newPayer, paymentBody, settle, verify } from './kit.ts';

let proxy: RpcProxy;
let test: TestApp;
let merchant: Merchant;
beforeAll(async () => {
  proxy = await rpcProxy(inject('localnet').rpcUrl);
  test = await bootApp({ env: { BASE_SEPOLIA_RPC_URL: proxy.url } });
  merchant = await newMerchant(test.app);
});
afterAll(async () => {
  await test.close();
  await proxy.close();
});

const network = 'network="base-sepolia"';
const outcome = (of: string, word: string) => `chronos_payments_total{call="${of}",outcome="${word}"}`;
const pay = async (more: object = {}) => {
  const payer = await newPayer(test.localnet);
  return paymentBody({ localnet: test.localnet, payer, payTo: merchant.payTo, ...more });
};

describe('metrics of payments', () => {
  it('count what verify and settle say, and batches', async () => {
    const body = await pay();
    await verify(test.app, merchant, body);
    await settle(test.app, merchant, body);
    await settle(test.app, merchant, body);
    await verify(test.app, merchant, await pay({ payTo: test.localnet.addresses.usdc, value: 1n }));
    const seen = await scrape(test);
    expect(seen.get(outcome('verify', 'valid'))).toBe(1);
    expect(seen.get(outcome('settle', 'success'))).toBe(1);
    expect(seen.get(outcome('settle', 'duplicate_settlement'))).toBe(1);
    const mismatch = 'invalid_exact_evm_payload_authorization_value_mismatch';
    expect(seen.get(outcome('verify', mismatch))).toBe(1);
    expect(seen.get(`chronos_settlement_batch_payments_count{${network}}`)).toBe(1);
    expect(seen.get(`chronos_settlement_batch_payments_sum{${network}}`)).toBe(1);
  });

  it('tell of signers: balance, queue, gaps', async () => {
    const seen = await scrape(test);
    expect(seen.get(`chronos_settlement_queue{${network}}`)).toBe(0);
    expect(seen.get(`chronos_settlement_oldest_seconds{${network}}`)).toBe(0);
    const balances = [...seen].filter(([name]) => name.startsWith('chronos_signer_balance_wei'));
    expect(balances).toHaveLength(test.signers.length);
    for (const [, wei] of balances) expect(wei).toBeGreaterThan(99e18);
    const gaps = [...seen].filter(([name]) => name.startsWith('chronos_signer_nonce_gap'));
    expect(gaps.map(([, gap]) => gap)).toEqual(test.signers.map(() => 0));
  });
});

describe('metrics of nodes', () => {
  const host = () => new URL(proxy.url).host;
  const requests = (seen: Map<string, number>, word: string) =>
    seen.get(`chronos_rpc_duration_seconds_count{endpoint="${host()}",outcome="${word}"}`) ?? 0;

  it('time requests and count their calls, by the host alone', async () => {
    const before = await scrape(test);
    await verify(test.app, merchant, await pay());
    const seen = await scrape(test);
    expect(requests(seen, 'ok')).toBeGreaterThan(requests(before, 'ok'));
    expect(seen.get(`chronos_rpc_calls_total{endpoint="${host()}"}`)).toBeGreaterThanOrEqual(
      requests(seen, 'ok'),
    );
    expect([...seen.keys()].join(' ')).not.toContain('http');
  });

  it('tell an endpoint that fails, and still everything else', async () => {
    const [one, two] = [await pay(), await pay()];
    proxy.rule = () => 'drop';
    await verify(test.app, merchant, one);
    proxy.rule = () => 'error';
    await verify(test.app, merchant, two);
    const seen = await scrape(test);
    proxy.rule = () => 'pass';
    expect(requests(seen, 'no_connection')).toBeGreaterThan(0);
    expect(seen.get(`chronos_rpc_errors_total{endpoint="${host()}"}`)).toBeGreaterThan(0);
    expect(seen.get('chronos_build_info{version="1.0.0"}')).toBe(1);
    expect(seen.get(outcome('verify', 'verification_unavailable'))).toBe(2);
  });
});

it('the dashboard asks for metrics that are there', async () => {
  const dashboard = JSON.parse(readFileSync('src/observability/grafana-dashboard.json', 'utf8')) as {
    panels: { title: string; targets: { expr: string }[] }[];
  };
  const queries = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
  expect(queries.length).toBeGreaterThan(12);
  const asked = queries.flatMap((expr) => expr.match(/\b(chronos|process|nodejs)_[a-z0-9_]+/g) ?? []);
  const missing = async () => {
    const there = new Set([...(await scrape(test)).keys()].map((name) => name.replace(/\{.*/, '')));
    return asked.filter((name) => !there.has(name));
  };
  // What signers hold is remembered for a second, also that nobody could tell.
  await expect.poll(missing, { timeout: 5_000 }).toEqual([]);
});
