import { parseAbi } from 'viem';
import type { Address } from '#src/core/hex.ts';
import type { TokenFacts } from '#src/core/ports/payment-assets.ts';
import type { ChainClients } from './clients.ts';
import { onChain } from './errors.ts';

const abi = parseAbi([
  'function symbol() view returns (string)',
  'function decimals() view returns (uint8)',
  'function name() view returns (string)',
  'function version() view returns (string)',
]);

/** What a token says of itself, in one round trip; null for what it does not. @throws chain_unavailable */
export function readTokenFacts(clients: ChainClients) {
  return (network: string, address: Address): Promise<TokenFacts> =>
    onChain(async () => {
      const call = <const F extends 'symbol' | 'decimals' | 'name' | 'version'>(functionName: F) => ({
        abi,
        address,
        functionName,
      });
      const [symbol, decimals, name, version] = await clients.public(network).multicall({
        contracts: [call('symbol'), call('decimals'), call('name'), call('version')],
      });
      return {
        symbol: symbol.result ?? null,
        decimals: decimals.result ?? null,
        name: name.result ?? null,
        version: version.result ?? null,
      };
    });
}
