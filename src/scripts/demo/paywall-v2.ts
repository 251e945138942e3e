import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import { HTTPFacilitatorClient } from '@x402/core/server';
import { ExactEvmScheme } from '@x402/evm/exact/server';
import { paymentMiddleware, x402ResourceServer } from '@x402/express';
import express from 'express';
import type { PaywallOptions } from './paywall-v1.ts';

/** The official middleware on express, version 2; `domain` is the token's EIP-712 domain. */
export function paywallV2(options: PaywallOptions & { domain: { name: string; version: string } }): Server {
  const { facilitator: url, headers, payTo, asset, price, domain } = options;
  const facilitator = new HTTPFacilitatorClient({
    url,
    createAuthHeaders: async () => ({ verify: headers, settle: headers, supported: headers }),
  });
  const network = 'eip155:84532' as const;
  const accepts = { scheme: 'exact', network, payTo, price: { asset, amount: price, extra: domain } };
  const server = new x402ResourceServer(facilitator).register(network, new ExactEvmScheme());
  const app = express();
  app.use(
    paymentMiddleware({ 'GET /report': { accepts, description: 'A report behind a paywall' } }, server),
  );
  app.get('/report', (_request, response) => void response.json({ report: 'paid with x402 v2' }));
  return app.listen(0, '127.0.0.1') as Server;
}

/** Where a server listens, once it does. */
export async function listen(server: Server): Promise<string> {
  if (!server.listening) await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
