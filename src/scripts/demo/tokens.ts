import { ExactEvmScheme } from '@x402/evm';
import { decodePaymentResponseHeader, wrapFetchWithPayment, x402Client } from '@x402/fetch';
import { createPublicClient, erc20Abi, http } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { type Chronos, createChronos } from '#src/client/index.ts';
import type { Address } from '#src/core/hex.ts';
import { signUp } from './payments.ts';
import { listen, paywallV2 } from './paywall-v2.ts';
import type { Report } from './report.ts';

type Options = { base: string; adminKey: string; rpcUrl: string; report: Report };

const symbol = 'DEMO';
const name = 'Demo Dollar';
const minted = 5_000_000n;
const price = 1_250_000n;

/** A tenant's secret key, made as a person in the dashboard makes it. */
async function secretKey(base: string, report: Report): Promise<Chronos> {
  const { platform } = createChronos({ baseUrl: base });
  const account = { email: `dev-${Date.now()}@example.com`, password: 'secure-password' };
  await report.step('POST /auth/register', () =>
    platform.registerAccount({ body: { ...account, company_name: 'Example Ltd' } }),
  );
  const session = await report.step('POST /auth/login', () => platform.logInAccount({ body: account }));
  const person = createChronos({ baseUrl: base, platformAccessToken: session.access_token });
  const { key } = await report.step(
    'POST /v1/api_keys',
    () => person.platform.createApiKey({ body: { name: 'demo', type: 'secret', environment: 'test' } }),
    (r) => `key ${r.key.slice(0, 9)}…`,
  );
  return createChronos({ baseUrl: base, platformKey: key });
}

/** A tenant issues a token, and a stranger pays with it. */
export async function tokensDemo({ base, adminKey, rpcUrl, report }: Options): Promise<void> {
  report.title('A tenant: a token of its own, minted without gas, and paid with');
  const chain = createPublicClient({ transport: http(rpcUrl) });
  const { platform } = await secretKey(base, report);
  const confirmed = async (id: string) => {
    const transaction = await platform.retrieveTransaction({ params: { id }, query: { wait: 30 } });
    const { status, error } = transaction;
    if (status !== 'confirmed') throw new Error(`transaction ${id} is ${status}: ${error?.message}`);
    return transaction;
  };
  const token = await report.step(
    'POST /v1/tokens, confirmed',
    async () => {
      const made = await platform.deployToken({ body: { name, symbol, standard: 'ERC20', decimals: 6 } });
      await confirmed(made.transaction_id);
      return made;
    },
    (r) => `token ${r.address}`,
  );
  const payer = privateKeyToAccount(generatePrivateKey());
  const params = { id: token.id };
  await report.step(
    'POST /v1/tokens/:id/mint, confirmed',
    async () => {
      const mint = await platform.mintToken({ params, body: { to: payer.address, amount: `${minted}` } });
      return confirmed(mint.id);
    },
    (r) => `transaction ${r.tx_hash}`,
  );
  const { on_chain: state } = await report.step('GET /v1/tokens/:id', () => platform.getToken({ params }));
  const asset = token.address as Address;
  const balance = (address: Address) =>
    chain.readContract({ address: asset, abi: erc20Abi, functionName: 'balanceOf', args: [address] });
  const onChain = await balance(payer.address);
  report.check(
    `the payer holds ${minted} atomic ${symbol}, and that is all there is`,
    state?.total_supply === String(minted) && onChain === minted,
    `API ${state?.total_supply}, chain ${onChain}`,
  );
  await pay({ base, adminKey, report, asset, payer, balance });
}

type Payment = Omit<Options, 'rpcUrl'> & {
  asset: Address;
  payer: ReturnType<typeof privateKeyToAccount>;
  balance(address: Address): Promise<bigint>;
};

/** The operator lists the token, a merchant asks for it, the official client pays in it. */
async function pay({ base, adminKey, report, asset, payer, balance }: Payment): Promise<void> {
  const operator = createChronos({ baseUrl: base, facilitatorAdminToken: adminKey });
  await report.step('POST /admin/assets', () =>
    operator.facilitator.registerAsset({ body: { network: 'base-sepolia', asset, symbol, decimals: 6 } }),
  );
  const headers = await signUp(base, report);
  const payTo = privateKeyToAccount(generatePrivateKey()).address;
  const server = paywallV2({
    facilitator: `${base}/api/v1`,
    headers,
    payTo,
    asset,
    price: String(price),
    domain: { name, version: '1' },
  });
  const client = new x402Client().register('eip155:*', new ExactEvmScheme(payer));
  client.setSpendControls({ allowedAssets: true });
  try {
    const url = await listen(server);
    await report.step(
      `x402 v2 in ${symbol}: @x402/fetch pays @x402/express`,
      async () => {
        const response = await wrapFetchWithPayment(fetch, client)(`${url}/report`);
        if (!response.ok) throw new Error(`paywall answered ${response.status}: ${await response.text()}`);
        return decodePaymentResponseHeader(response.headers.get('PAYMENT-RESPONSE') ?? '');
      },
      (settled) => `transaction ${settled.transaction}`,
    );
  } finally {
    server.closeAllConnections();
    server.close();
  }
  report.check(`the merchant holds ${price} atomic ${symbol}`, (await balance(payTo)) === price);
  report.check(`the payer holds ${minted - price}`, (await balance(payer.address)) === minted - price);
}
