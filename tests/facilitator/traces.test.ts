import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { settlePayment, verifyPayment } from '#schemas/facilitator/payments.ts';
import { bootApp, type TestApp } from '#tests/kit/app.ts';
import { call } from '#tests/kit/call.ts';
import { newMerchant, newPayer, paymentBody } from './kit.ts';

type Attribute = { key: string; value: { stringValue?: string; intValue?: number | string } };
type Span = {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: Attribute[];
  status: { code?: number };
};
type Export = {
  resourceSpans: { resource: { attributes: Attribute[] }; scopeSpans: { spans: Span[] }[] }[];
};

/** A collector that takes OTLP/HTTP as JSON and refuses everything else. */
async function collector() {
  const exports: Export[] = [];
  const faults: string[] = [];
  const take = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method, url, headers } = request;
    if (method !== 'POST' || url !== '/v1/traces' || headers['content-type'] !== 'application/json') {
      faults.push(`${method} ${url} ${headers['content-type']}`);
      response.writeHead(400).end();
      return;
    }
    exports.push(JSON.parse(Buffer.concat(chunks).toString()) as Export);
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  };
  const server = createServer((request, response) => void take(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { exports, faults, url, close: () => void server.close() };
}

const valueOf = ({ attributes }: { attributes: Attribute[] }, key: string) => {
  const { stringValue, intValue } = attributes.find((one) => one.key === key)?.value ?? {};
  return stringValue ?? (intValue === undefined ? undefined : Number(intValue));
};
const traceId = 'ab'.repeat(16);
const caller = 'cd'.repeat(8);

describe('traces', () => {
  let collected: Awaited<ReturnType<typeof collector>>;
  let world: TestApp;
  let spans: Span[];
  beforeAll(async () => {
    collected = await collector();
    world = await bootApp({
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: collected.url, OTEL_SERVICE_NAME: 'shop-payments' },
    });
    const merchant = await newMerchant(world.app);
    const payer = await newPayer(world.localnet);
    const body = await paymentBody({ localnet: world.localnet, payer, payTo: merchant.payTo });
    const headers = { ...merchant.headers, traceparent: `00-${traceId}-${caller}-01` };
    await call(world.app, verifyPayment, { headers, body: body as never });
    const settled = await call(world.app, settlePayment, { headers: merchant.headers, body: body as never });
    expect(settled.body.success).toBe(true);
    // Ending sends what is left.
    await world.close();
    const resources = collected.exports.flatMap(({ resourceSpans }) => resourceSpans);
    expect(resources.map(({ resource }) => valueOf(resource, 'service.name'))).toContain('shop-payments');
    spans = resources.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans));
  });
  afterAll(() => collected.close());

  it('are sent as OTLP, each span once, with an end', () => {
    expect(collected.faults).toEqual([]);
    expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(spans.length);
    for (const { startTimeUnixNano: start, endTimeUnixNano: end } of spans) {
      expect(BigInt(end)).toBeGreaterThanOrEqual(BigInt(start));
    }
  });

  it('have a request by its operation below the span of its caller, and its RPC below it', () => {
    const request = spans.find(({ name }) => name === 'verifyPayment')!;
    expect([request.traceId, request.parentSpanId]).toEqual([traceId, caller]);
    expect(valueOf(request, 'http.response.status_code')).toBe(200);
    expect(valueOf(request, 'http.route')).toBe(verifyPayment.path);
    const asked = spans.filter(({ name, parentSpanId }) => name === 'rpc' && parentSpanId === request.spanId);
    expect(asked.length).toBeGreaterThan(0);
    expect(valueOf(asked[0]!, 'server.address')).toBe(new URL(world.localnet.rpcUrl).host);
  });

  it('have the steps of the journal: signed, sent, checked', () => {
    const names = new Set(spans.map(({ name }) => name));
    for (const step of ['signers sign', 'signers send', 'signers check']) expect(names).toContain(step);
    const sent = spans.find(({ name }) => name === 'signers send')!;
    expect(valueOf(sent, 'lane')).toBe('signers:base-sepolia');
    expect(valueOf(sent, 'hash')).toMatch(/^0x[0-9a-f]{64}$/);
  });

  it('tell nothing that is secret', () => {
    const all = JSON.stringify(collected.exports);
    for (const secret of Object.values(world.secrets)) expect(all).not.toContain(secret);
    expect(all).not.toMatch(/"0x[0-9a-f]{130}"/);
  });
});
