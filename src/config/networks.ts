import { knownNetworks, type NetworkSettings } from '#src/core/networks.ts';
import type { Address } from '#src/core/hex.ts';
import type { Config } from './load.ts';

/** Networks that can be configured; each name is also the x402 v1 name and, upper-cased, its variables' prefix. */
export const networkIds: readonly string[] = Object.keys(knownNetworks);

/** What the process must know of a local chain to use it as a network. */
export type LocalChain = {
  network: string;
  rpcUrl: string;
  bundlerUrl: string;
  paymasterUrl: string;
  addresses: { token: Address; mintVouchers: Address; tokenLock: Address };
};

/** Every network with an RPC, or the local chain standing in for one of them. */
export function networkSettings(config: Config, local: LocalChain | undefined): NetworkSettings[] {
  const address = (given: string | undefined, fallback: Address | undefined) =>
    (given ?? fallback ?? null) as Address | null;
  return Object.entries(knownNetworks).flatMap(([name, known]) => {
    const env = config.networks[name] ?? {};
    const here = local?.network === name ? local : undefined;
    const rpcUrls = env.RPC_URL?.split(',') ?? (here ? [here.rpcUrl] : []);
    if (rpcUrls.length === 0) return [];
    const cdp = config.env.CDP_NETWORK === name ? config.env.CDP_PAYMASTER_URL : undefined;
    const bundlerUrl = env.BUNDLER_URL ?? cdp ?? here?.bundlerUrl ?? null;
    return [
      {
        ...known,
        name,
        simulated: here !== undefined,
        rpcUrls,
        bundlerUrl,
        paymasterUrl: env.PAYMASTER_URL ?? cdp ?? here?.paymasterUrl ?? bundlerUrl,
        confirmations: env.CONFIRMATIONS ?? 1,
        settleBatch: env.SETTLE_BATCH ?? config.env.SETTLE_BATCH,
        contracts: {
          token: address(env.TOKEN, here?.addresses.token),
          mintVouchers: address(env.MINT_VOUCHERS, here?.addresses.mintVouchers),
          tokenLock: address(env.TOKEN_LOCK, here?.addresses.tokenLock),
        },
      },
    ];
  });
}
