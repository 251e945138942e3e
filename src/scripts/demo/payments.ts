import { ExactEvmScheme } from '@x402/evm';
import { ExactEvmSchemeV1 } from '@x402/evm/exact/v1/client';
import { decodePaymentResponseHeader, wrapFetchWithPayment, x402Client } from '@x402/fetch';
import { createPublicClient, erc20Abi, http } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { createChronos } from '#src/client/index.ts';
import type { Address } from '#src/core/hex.ts';
import { paywallV1 } from './paywall-v1.ts';
import { listen, paywallV2 } from './paywall-v2.ts';
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

/** A merchant's headers of verify and settle. */
export async function signUp(base: string, report: Report): Promise<Record<string, string>> {
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
  const facilitator = `${base}/api/v1`;
  const paywall = { facilitator, headers, payTo, asset: usdc, price: String(price) };
  const servers = [
    {
      name: 'x402 v2: @x402/fetch pays @x402/express',
      server: paywallV2({ ...paywall, domain: { name: 'USDC', version: '2' } }),
      header: 'PAYMENT-RESPONSE',
    },
    {
      name: 'x402 v1: @x402/fetch pays a v1 paywall',
      server: paywallV1(paywall).listen(0, '127.0.0.1'),
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
