import { isAddress, isAddressEqual } from 'viem';
import { entryPoint07Address } from 'viem/account-abstraction';
import type { NetworkSettings } from '#src/core/networks.ts';
import type { ChainClients } from './clients.ts';

/** A bundler serves other entry points than the accounts use; the process must not start. */
export class EntryPointError extends Error {
  constructor(network: string) {
    super(
      `the bundler of ${network} does not serve EntryPoint 0.7 (${entryPoint07Address}): ` +
        'no wallet could act on this network; set another BUNDLER_URL or CDP_PAYMASTER_URL',
    );
    this.name = 'EntryPointError';
  }
}

/**
 * Asks a network's bundler which entry points it serves, for `waitMs` at most: one that is away now may be back later.
 * @throws EntryPointError when it answers without ours
 */
export async function verifyEntryPoint(
  clients: Pick<ChainClients, 'bundler'>,
  network: NetworkSettings,
  waitMs = 2_000,
): Promise<'served' | 'unknown'> {
  if (!network.bundlerUrl) return 'unknown';
  const { promise: late, resolve } = Promise.withResolvers<null>();
  const timer = setTimeout(() => resolve(null), waitMs);
  const asked = clients
    .bundler(network.name)
    .request('eth_supportedEntryPoints')
    .catch(() => null);
  const served = await Promise.race([asked, late]);
  clearTimeout(timer);
  if (!Array.isArray(served)) return 'unknown';
  if (served.some((one) => isAddress(String(one)) && isAddressEqual(one as never, entryPoint07Address)))
    return 'served';
  throw new EntryPointError(network.name);
}
