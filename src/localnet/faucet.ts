import type { Address } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { createLocalnetClient } from './client.ts';
import type { LocalnetInfo } from './types.ts';
import { setUsdcBalance, usdcAbi, usdcAddress } from './usdc.ts';

/** Mints test USDC; `amount` in millionths of a dollar. Waits until it is mined. */
export async function mintUsdc(
  { rpcUrl, keys }: Pick<LocalnetInfo, 'rpcUrl' | 'keys'>,
  to: Address,
  amount: bigint,
): Promise<void> {
  const client = createLocalnetClient(rpcUrl);
  const hash = await client.writeContract({
    account: privateKeyToAccount(keys.usdcMinter),
    address: usdcAddress,
    abi: usdcAbi,
    functionName: 'mint',
    args: [to, amount],
  });
  const { status } = await client.waitForTransactionReceipt({ hash });
  if (status !== 'success') throw new Error(`minting USDC reverted in ${hash}`);
}

/** Adds wei to an account's native balance, with no transaction. */
export async function fundNative(
  { rpcUrl }: Pick<LocalnetInfo, 'rpcUrl'>,
  to: Address,
  wei: bigint,
): Promise<void> {
  const client = createLocalnetClient(rpcUrl);
  const balance = await client.getBalance({ address: to });
  await client.setBalance({ address: to, value: balance + wei });
}

/** Sets an account's test USDC with no transaction: the minter's key is everybody's, and its nonces would collide. */
export async function setUsdc(
  { rpcUrl }: Pick<LocalnetInfo, 'rpcUrl'>,
  owner: Address,
  amount: bigint,
): Promise<void> {
  await setUsdcBalance(createLocalnetClient(rpcUrl), owner, amount);
}
