import { createPublicClient, erc20Abi, http } from 'viem';
import { type Chronos, createChronos, type Output } from '#src/client/index.ts';
import type { Address } from '#src/core/hex.ts';
import type { Report } from './report.ts';

type Options = { base: string; adminKey: string; rpcUrl: string; report: Report };
type Answer = Output<'getTransaction'>;

/** An app's client of the API, registered by the operator. */
async function registered({ base, adminKey, report }: Options): Promise<Chronos> {
  const operator = createChronos({ baseUrl: base, adapterAdminKey: adminKey });
  const { client } = await report.step(
    'POST /api/v1/auth/register',
    () =>
      operator.adapter.registerClient({
        body: {
          name: 'My App Production',
          scopes: ['wallet', 'mint', 'transfer', 'claim'],
          tier: 'enterprise',
        },
      }),
    (r) => `client ${r.client.clientId}`,
  );
  const { clientId, clientSecret } = client;
  return createChronos({ baseUrl: base, adapter: { clientId, clientSecret } });
}

/** The quick start of the guide: register, wallets, mint, transfer; all gasless, read back from the chain. */
export async function walletsDemo(options: Options): Promise<void> {
  const { rpcUrl, report } = options;
  report.title("An app's user: a wallet, minted tokens, a transfer, no gas");
  const chain = createPublicClient({ transport: http(rpcUrl) });
  const { adapter } = await registered(options);
  const create = (userId: string) =>
    report.step(
      `POST /api/v1/wallet/create as ${userId}`,
      () => adapter.createWallet({ userId }),
      (r) => `smart account ${r.wallet.address}`,
    );
  const wallets = {
    user_12345: (await create('user_12345')).wallet.address as Address,
    user_67890: (await create('user_67890')).wallet.address as Address,
  };
  const userId = 'user_12345';
  const receiptId = `receipt_${Date.now()}`;
  const { voucher } = await report.step('POST /api/v1/mint/sign', () =>
    adapter.signMint({ userId, body: { receiptId, amount: '100000000000000000000' } }),
  );
  const token = voucher.typedData.message.token as Address;
  const settled = async ({ transaction: { id } }: Answer): Promise<Answer> => {
    const final = await adapter.getTransaction({ userId, params: { id }, query: { wait: 30 } });
    const { status, error } = final.transaction;
    if (status !== 'confirmed') throw new Error(`transaction ${id} is ${status}: ${error?.message}`);
    return final;
  };
  const hash = (r: Answer) => `transaction ${r.transaction.txHash}`;
  await report.step(
    'POST /api/v1/mint/execute, confirmed',
    async () => settled(await adapter.executeMint({ userId, body: { receiptId } })),
    hash,
  );
  await report.step(
    'POST /api/v1/wallet/transfer to user_67890, confirmed',
    async () =>
      settled(
        await adapter.transferTokens({
          userId,
          body: { toUserId: 'user_67890', token, amount: '40000000000000000000' },
        }),
      ),
    hash,
  );
  for (const [user, expected] of [
    ['user_12345', '60'],
    ['user_67890', '40'],
  ] as const) {
    const address = wallets[user];
    const { balances } = await report.step(`GET /api/v1/wallet/balance as ${user}`, () =>
      adapter.getBalance({ userId: user, query: { token } }),
    );
    const shown = balances.find((one) => one.token.toLowerCase() === token.toLowerCase())?.formatted;
    const onChain = await chain.readContract({
      address: token,
      abi: erc20Abi,
      functionName: 'balanceOf',
      args: [address],
    });
    report.check(
      `${user} holds ${expected} on the chain`,
      shown === expected && onChain === BigInt(expected) * 10n ** 18n,
      `API ${shown}, chain ${onChain}`,
    );
    const native = await chain.getBalance({ address });
    report.check(`${user} holds no native coin`, native === 0n, `${native} wei`);
  }
}
