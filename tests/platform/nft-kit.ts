import { createWalletClient, http, parseEther } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import type { BodyOf, Operation, SuccessOf } from '#schemas/kit/operation.ts';
import type { burnNft } from '#schemas/platform/nft-moves.ts';
import { getNft, listNfts, mintNft } from '#schemas/platform/nfts.ts';
import { createLocalnetClient } from '#src/localnet/client.ts';
import { fundNative } from '#src/localnet/faucet.ts';
import { until } from '#tests/facilitator/kit.ts';
import type { TestApp } from '#tests/kit/app.ts';
import { call } from '#tests/kit/call.ts';
import { confirmed, type Headers, newRequestKey, type Token } from './token-kit.ts';

export type Nft = SuccessOf<typeof getNft>;

/** Calls about items of one tenant. */
export function nftsOf(test: TestApp, headers: Headers) {
  const get = async (id: string) => (await call(test.app, getNft, { headers, params: { id } })).body;
  const list = async (query: Partial<Record<string, string | number>>) =>
    (await call(test.app, listNfts, { headers, query })).body;
  /** An item whose mint is written down. */
  const send = async (token: Pick<Token, 'id'>, body: Partial<BodyOf<typeof mintNft>> & { to: string }) =>
    (
      await call(test.app, mintNft, {
        headers,
        body: { token_id: token.id, idempotency_key: newRequestKey(), ...body },
      })
    ).body;
  /** An item that is there and was seen there. */
  const mint = async (...asked: Parameters<typeof send>): Promise<Nft> => {
    const nft = await send(...asked);
    const { block_number: block } = await confirmed(test, headers, nft.transaction_id!);
    await until(async () => seen(test, nft, block!));
    return get(nft.id);
  };
  const moved = async (op: Operation, { id }: Pick<Nft, 'id'>, body: object) => {
    const sent = await call(test.app, op as typeof burnNft, {
      headers,
      params: { id },
      body: { ...body, idempotency_key: newRequestKey() } as never,
    });
    return confirmed(test, headers, sent.body.id);
  };
  return { get, list, send, mint, moved };
}

/** True once the transfers of a block were read. */
async function seen({ database }: TestApp, nft: Pick<Nft, 'network'>, block: number) {
  const { rows } = await database.database.executeSql(
    `select max(number)::int as read from indexed_blocks where network = '${nft.network}'`,
  );
  return Number(rows[0]?.['read'] ?? 0) >= block;
}

/** Resolves once transfers up to the head of the chain were read. */
export async function caughtUp(test: TestApp): Promise<void> {
  const head = await createLocalnetClient(test.localnet.rpcUrl).getBlockNumber();
  await until(() => seen(test, { network: 'base-sepolia' }, Number(head)));
}

/** A key with native coin, as somebody outside has one. */
export async function outsider({ localnet }: TestApp) {
  const account = privateKeyToAccount(generatePrivateKey());
  await fundNative(localnet, account.address, parseEther('1'));
  const { chain } = createLocalnetClient(localnet.rpcUrl);
  return createWalletClient({ account, chain, transport: http(localnet.rpcUrl) });
}
