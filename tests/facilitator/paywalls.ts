import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { HTTPFacilitatorClient } from '@x402/core/server';
import { ExactEvmScheme } from '@x402/evm/exact/server';
import { paymentMiddleware, x402ResourceServer } from '@x402/express';
import express from 'express';
import type { Hex } from 'viem';
import { onTestFinished } from 'vitest';

export type PaywallOptions = {
  /** Base URL of the facilitator, `…/api/v1`. */
  facilitator: string;
  headers: Record<string, string>;
  payTo: Hex;
  asset: Hex;
  price: bigint;
  /** EIP-712 domain of the asset; USDC's when absent. */
  domain?: { name: string; version: string };
};

const usdcDomain = { name: 'USDC', version: '2' };

/** Listens on a free port until the test ends; answers its URL. */
export async function listening(listener: RequestListener): Promise<string> {
  const server: Server = createServer(listener);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The official middleware of version 2 in front of /report. */
export function officialPaywall({
  facilitator,
  headers,
  payTo,
  asset,
  price,
  domain = usdcDomain,
}: PaywallOptions): Promise<string> {
  const client = new HTTPFacilitatorClient({
    url: facilitator,
    createAuthHeaders: async () => ({ verify: headers, settle: headers, supported: headers }),
  });
  const server = new x402ResourceServer(client).register('eip155:84532', new ExactEvmScheme());
  const terms = { asset, amount: price.toString(), extra: domain };
  const accepts = { scheme: 'exact', network: 'eip155:84532' as const, payTo, price: terms };
  const app = express();
  app.use(paymentMiddleware({ 'GET /report': { accepts, description: 'A report' } }, server));
  app.get('/report', (_request, response) => void response.json({ report: 'paid' }));
  return listening(app);
}

type Answer = { isValid?: boolean; invalidReason?: string; success?: boolean; errorReason?: string };

/** A resource server of version 1, by its specification: 402 with `accepts`, X-PAYMENT, verify, settle. */
export function paywallV1({
  facilitator,
  headers,
  payTo,
  asset,
  price,
  domain = usdcDomain,
}: PaywallOptions): Promise<string> {
  const ask = async (path: string, body: unknown): Promise<Answer> => {
    const response = await fetch(facilitator + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    return (await response.json()) as Answer;
  };
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const requirements = {
      scheme: 'exact',
      network: 'base-sepolia',
      maxAmountRequired: price.toString(),
      resource: `http://${request.headers.host}${request.url}`,
      description: 'A report',
      mimeType: 'application/json',
      payTo,
      maxTimeoutSeconds: 60,
      asset,
      extra: domain,
    };
    const answer = (status: number, body: unknown, more: Record<string, string> = {}) =>
      void response
        .writeHead(status, { 'content-type': 'application/json', ...more })
        .end(JSON.stringify(body));
    const refuse = (error: string | undefined) =>
      answer(402, { x402Version: 1, error, accepts: [requirements] });
    const header = request.headers['x-payment'];
    if (typeof header !== 'string') return refuse('X-PAYMENT header is required');
    const paymentPayload: unknown = JSON.parse(Buffer.from(header, 'base64').toString('utf8'));
    const body = { x402Version: 1, paymentPayload, paymentRequirements: requirements };
    const verified = await ask('/verify', body);
    if (!verified.isValid) return refuse(verified.invalidReason);
    const settled = await ask('/settle', body);
    if (!settled.success) return refuse(settled.errorReason);
    const receipt = Buffer.from(JSON.stringify(settled)).toString('base64');
    return answer(200, { report: 'paid' }, { 'x-payment-response': receipt });
  };
  return listening((request, response) => void serve(request, response));
}
