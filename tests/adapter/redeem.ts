import { createWalletClient, type Hex, http, parseEther } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import type { signMint } from '#schemas/adapter/mint.ts';
import type { SuccessOf } from '#schemas/kit/operation.ts';
import { mintVouchersAbi } from '#src/chain/contracts/generated/mint-vouchers.ts';
import { createLocalnetClient } from '#src/localnet/client.ts';
import { fundNative } from '#src/localnet/faucet.ts';
import type { LocalnetInfo } from '#src/localnet/types.ts';

type Voucher = SuccessOf<typeof signMint>['voucher'];

/** Redeems a voucher as anybody could, past the API. A stranger of its own: nonces of a shared one would collide. */
export async function redeemDirectly(
  localnet: LocalnetInfo,
  { typedData, signature }: Voucher,
): Promise<Hex> {
  const { message, domain } = typedData;
  const chain = createLocalnetClient(localnet.rpcUrl);
  const account = privateKeyToAccount(generatePrivateKey());
  await fundNative(localnet, account.address, parseEther('1'));
  const stranger = createWalletClient({ account, chain: chain.chain, transport: http(localnet.rpcUrl) });
  const hash = await stranger.writeContract({
    abi: mintVouchersAbi,
    address: domain.verifyingContract as Hex,
    functionName: 'redeem',
    args: [
      { ...message, amount: BigInt(message.amount), deadline: BigInt(message.deadline) } as never,
      signature as Hex,
    ],
  });
  await chain.waitForTransactionReceipt({ hash });
  return hash;
}
