import { createPublicClient, erc20Abi, http } from 'viem';
import type { Address, Hex } from '#src/core/hex.ts';
import { call } from './http.ts';
import type { Report } from './report.ts';

type Registered = { client: { clientId: string; clientSecret: string } };
type Wallet = { wallet: { address: Address } };
type Balance = { balances: { token: Address | null; symbol: string; formatted: string; balance: string }[] };
type Answer = {
  transaction: { id: string; status: string; txHash: Hex | null; error?: { message: string } };
};

type Options = { base: string; adminKey: string; rpcUrl: string; report: Report };

/** The quick start of the guide: register, token, wallets, mint, transfer; all gasless, read back from the chain. */
export async function walletsDemo({ base, adminKey, rpcUrl, report }: Options): Promise<void> {
  report.title("An app's user: a wallet, minted tokens, a transfer, no gas");
  const chain = createPublicClient({ transport: http(rpcUrl) });
  const { client } = await report.step(
    'POST /api/v1/auth/register',
    () =>
      call<Registered>(base, 'POST', '/api/v1/auth/register', {
        headers: { 'X-Admin-Key': adminKey },
        body: {
          name: 'My App Production',
          scopes: ['wallet', 'mint', 'transfer', 'claim'],
          tier: 'enterprise',
        },
      }),
    (r) => `client ${r.client.clientId}`,
  );
  const { accessToken } = await report.step('POST /api/v1/auth/token', () =>
    call<{ accessToken: string }>(base, 'POST', '/api/v1/auth/token', {
      body: { clientId: client.clientId, clientSecret: client.clientSecret },
    }),
  );
  const as = (user: string) => ({ Authorization: `Bearer ${accessToken}`, 'X-User-Id': user });
  const create = (user: string) =>
    report.step(
      `POST /api/v1/wallet/create as ${user}`,
      () =>
        call<Wallet>(base, 'POST', '/api/v1/wallet/create', {
          headers: { ...as(user), 'Content-Type': 'application/json' },
        }),
      (r) => `smart account ${r.wallet.address}`,
    );
  const alice = (await create('user_12345')).wallet.address;
  const bob = (await create('user_67890')).wallet.address;

  const receiptId = `receipt_${Date.now()}`;
  const voucher = await report.step('POST /api/v1/mint/sign', () =>
    call<{ voucher: { signature: Hex; typedData: { message: { token: Address } } } }>(
      base,
      'POST',
      '/api/v1/mint/sign',
      {
        headers: as('user_12345'),
        body: { receiptId, amount: '100000000000000000000' },
      },
    ),
  );
  const token = voucher.voucher.typedData.message.token;
  const settle = async (user: string, answer: Answer): Promise<Answer> => {
    const final = await call<Answer>(base, 'GET', `/api/v1/transactions/${answer.transaction.id}?wait=30`, {
      headers: as(user),
    });
    if (final.transaction.status !== 'confirmed') {
      throw new Error(
        `transaction ${answer.transaction.id} is ${final.transaction.status}: ${final.transaction.error?.message}`,
      );
    }
    return final;
  };
  const hash = (r: Answer) => `transaction ${r.transaction.txHash}`;
  await report.step(
    'POST /api/v1/mint/execute, confirmed',
    async () =>
      settle(
        'user_12345',
        await call<Answer>(base, 'POST', '/api/v1/mint/execute', {
          headers: as('user_12345'),
          body: { receiptId },
        }),
      ),
    hash,
  );
  await report.step(
    'POST /api/v1/wallet/transfer to user_67890, confirmed',
    async () =>
      settle(
        'user_12345',
        await call<Answer>(base, 'POST', '/api/v1/wallet/transfer', {
          headers: as('user_12345'),
          body: { toUserId: 'user_67890', token, amount: '40000000000000000000' },
        }),
      ),
    hash,
  );
  for (const [user, address, expected] of [
    ['user_12345', alice, '60'],
    ['user_67890', bob, '40'],
  ] as const) {
    const { balances } = await report.step(`GET /api/v1/wallet/balance as ${user}`, () =>
      call<Balance>(base, 'GET', `/api/v1/wallet/balance?token=${token}`, { headers: as(user) }),
    );
    const shown = balances.find((one) => one.token?.toLowerCase() === token.toLowerCase())?.formatted;
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
