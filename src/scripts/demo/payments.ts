import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import { HTTPFacilitatorClient } from '@x402/core/server';
import { ExactEvmScheme } from '@x402/evm';
import { ExactEvmScheme as ExactEvmServerScheme } from '@x402/evm/exact/server';
import { ExactEvmSchemeV1 } from '@x402/evm/exact/v1/client';
import { paymentMiddleware, x402ResourceServer } from '@x402/express';
import { decodePaymentResponseHeader, wrapFetchWithPayment, x402Client } from '@x402/fetch';
import express from 'express';
import { createPublicClient, erc20Abi, http } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { createChronos } from '#src/client/index.ts';
import type { Address } from '#src/core/hex.ts';
import { paywallV1 } from './paywall-v1.ts';
import type { Report } from './report.ts';

type Options = {
  base: string;
  rpcUrl: string;
  usdc: Address;
  /** Gives the payer test USDC, atomic units. */
  fund: (to: Address, amount: bigint) => Promise<unknown>;
  report: Report;
};

const price = 10_000n;

async function signUp(base: string, report: Report): Promise<Record<string, string>> {
  const body = { email: `merchant-${Date.now()}@example.com`, password: 'StrongPassword123!' };
  const { facilitator } = createChronos({ baseUrl: base });
  await report.step('POST /api/v1/signup', () => facilitator.signUp({ body }));
  const login = await report.step('POST /api/v1/login', () => facilitator.logIn({ body }));
  const person = createChronos({ baseUrl: base, facilitatorAccessToken: login.data.access_token });
  const { data } = await report.step(
    'POST /api/v1/clients',
    () =>
      person.facilitator.createMerchantClient({
        body: { title: 'my-resource-server', scope: 'verify,settle' },
      }),
    (r) => `client ${r.data.client.clientId}`,
  );
  return { 'X-Client-ID': data.client.clientId, 'X-Client-Token': data.client.token };
}

async function listen(server: Server): Promise<string> {
  if (!server.listening) await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function paywallV2(base: string, headers: Record<string, string>, payTo: Address, usdc: Address): Server {
  const facilitator = new HTTPFacilitatorClient({
    url: `${base}/api/v1`,
    createAuthHeaders: async () => ({ verify: headers, settle: headers, supported: headers }),
  });
  const app = express();
  const accepts = {
    scheme: 'exact',
    network: 'eip155:84532' as const,
    payTo,
    price: { asset: usdc, amount: String(price), extra: { name: 'USDC', version: '2' } },
  };
  const server = new x402ResourceServer(facilitator).register('eip155:84532', new ExactEvmServerScheme());
  app.use(
    paymentMiddleware({ 'GET /report': { accepts, description: 'A report behind a paywall' } }, server),
  );
  app.get('/report', (_request, response) => void response.json({ report: 'paid with x402 v2' }));
  return app.listen(0, '127.0.0.1') as Server;
}

/** A merchant takes two payments through the official x402 client, version 2 and version 1. */
export async function paymentsDemo({ base, rpcUrl, usdc, fund, report }: Options): Promise<void> {
  report.title('A merchant: x402 payments through the official client and server');
  const chain = createPublicClient({ transport: http(rpcUrl) });
  const balance = (address: Address) =>
    chain.readContract({ address: usdc, abi: erc20Abi, functionName: 'balanceOf', args: [address] });
  const headers = await signUp(base, report);
  const payTo = privateKeyToAccount(generatePrivateKey()).address;
  const payer = privateKeyToAccount(generatePrivateKey());
  await report.step(
    'payer gets 1 test USDC',
    () => fund(payer.address, 1_000_000n),
    () => `payer ${payer.address}`,
  );
  const pay = wrapFetchWithPayment(
    fetch,
    new x402Client()
      .register('eip155:*', new ExactEvmScheme(payer))
      .registerV1('base-sepolia', new ExactEvmSchemeV1(payer)),
  );
  const servers = [
    {
      name: 'x402 v2: @x402/fetch pays @x402/express',
      server: paywallV2(base, headers, payTo, usdc),
      header: 'PAYMENT-RESPONSE',
    },
    {
      name: 'x402 v1: @x402/fetch pays a v1 paywall',
      server: paywallV1({
        facilitator: `${base}/api/v1`,
        headers,
        payTo,
        asset: usdc,
        price: String(price),
      }).listen(0, '127.0.0.1'),
      header: 'X-PAYMENT-RESPONSE',
    },
  ];
  let paid = 0n;
  for (const { name, server, header } of servers) {
    const url = await listen(server);
    try {
      await report.step(
        name,
        async () => {
          const response = await pay(`${url}/report`);
          if (!response.ok) throw new Error(`paywall answered ${response.status}: ${await response.text()}`);
          return decodePaymentResponseHeader(response.headers.get(header) ?? '');
        },
        (settled) => `transaction ${settled.transaction}`,
      );
      paid += price;
      report.check(
        `merchant holds ${paid} atomic USDC`,
        (await balance(payTo)) === paid,
        String(await balance(payTo)),
      );
      report.check(`payer holds ${1_000_000n - paid}`, (await balance(payer.address)) === 1_000_000n - paid);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  }
  const native = await chain.getBalance({ address: payer.address });
  report.check('payer paid no gas', native === 0n, `${native} wei`);
}
