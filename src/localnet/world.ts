import { createWalletClient, http, parseEther, type Hex } from 'viem';
import { entryPoint07Address } from 'viem/account-abstraction';
import { privateKeyToAccount } from 'viem/accounts';
import { multicall3Address } from '#src/chain/clients.ts';
import { deployContracts } from '#src/chain/deploy.ts';
import { permit2Address } from '#src/core/permit2.ts';
import { ensureCanonicalContracts } from './canonical.ts';
import { localnetChainId, type LocalnetClient } from './client.ts';
import type { LocalnetAddresses, LocalnetKeys } from './types.ts';
import { ensureUsdc, usdcAddress } from './usdc.ts';

const funds = parseEther('10000');
const paymasterDeposit = parseEther('1000');

const accountOf = (key: Hex) => privateKeyToAccount(key);

async function fund(client: LocalnetClient, keys: LocalnetKeys): Promise<void> {
  const { facilitator, bundlerExecutors, ...single } = keys;
  const all = [...facilitator, ...bundlerExecutors, ...Object.values(single)];
  await Promise.all(all.map((key) => client.setBalance({ address: accountOf(key).address, value: funds })));
}

/** Makes the chain what the API expects of base-sepolia. Does only what is missing, so a broken-off run is completed. */
export async function prepareWorld(client: LocalnetClient, keys: LocalnetKeys): Promise<LocalnetAddresses> {
  if ((await client.getChainId()) !== localnetChainId)
    throw new Error('another chain answers on the RPC port');
  await fund(client, keys);
  const deployer = accountOf(keys.deployer);
  await ensureCanonicalContracts(client, deployer);
  await ensureUsdc(client, deployer, accountOf(keys.usdcMinter));
  const own = await deployContracts({
    publicClient: client,
    walletClient: createWalletClient({
      account: deployer,
      chain: client.chain,
      transport: http(client.transport.url),
      pollingInterval: client.pollingInterval,
    }),
    paymasterSigner: accountOf(keys.paymasterSigner).address,
    mintSigner: accountOf(keys.mintSigner).address,
    paymasterDeposit,
  });
  return {
    entryPoint: entryPoint07Address,
    multicall3: multicall3Address,
    permit2: permit2Address,
    usdc: usdcAddress,
    ...own,
  };
}
