import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Address } from '#src/core/hex.ts';

export type PaywallOptions = {
  /** Facilitator base URL, `…/api/v1`. */
  facilitator: string;
  headers: Record<string, string>;
  payTo: Address;
  asset: Address;
  /** Atomic units. */
  price: string;
};

type Verified = { isValid: boolean; invalidReason?: string };
type Settled = { success: boolean; errorReason?: string };

/** A resource server of x402 version 1 (specs/x402-specification-v1.md): 402 with `accepts`, X-PAYMENT, verify, settle. */
export function paywallV1({ facilitator, headers, payTo, asset, price }: PaywallOptions): Server {
  const ask = async <T>(path: string, body: unknown): Promise<T> => {
    const response = await fetch(facilitator + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    return (await response.json()) as T;
  };
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const requirements = {
      scheme: 'exact',
      network: 'base-sepolia',
      maxAmountRequired: price,
      resource: `http://${request.headers.host}${request.url}`,
      description: 'A report behind a paywall',
      mimeType: 'application/json',
      payTo,
      maxTimeoutSeconds: 60,
      asset,
      extra: { name: 'USDC', version: '2' },
    };
    const refuse = (error: string) =>
      response
        .writeHead(402, { 'content-type': 'application/json' })
        .end(JSON.stringify({ x402Version: 1, error, accepts: [requirements] }));
    const header = request.headers['x-payment'];
    if (typeof header !== 'string') return refuse('X-PAYMENT header is required');
    const paymentPayload: unknown = JSON.parse(Buffer.from(header, 'base64').toString('utf8'));
    const body = { x402Version: 1, paymentPayload, paymentRequirements: requirements };
    const verified = await ask<Verified>('/verify', body);
    if (!verified.isValid) return refuse(verified.invalidReason ?? 'invalid payment');
    const settled = await ask<Settled>('/settle', body);
    if (!settled.success) return refuse(settled.errorReason ?? 'settlement failed');
    return response
      .writeHead(200, {
        'content-type': 'application/json',
        'x-payment-response': Buffer.from(JSON.stringify(settled)).toString('base64'),
      })
      .end(JSON.stringify({ report: 'paid with x402 v1' }));
  };
  return createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : undefined);
    });
  });
}
