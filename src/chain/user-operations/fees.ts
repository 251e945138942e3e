import { type PublicClient, hexToBigInt } from 'viem';
import type { Hex } from '#src/core/hex.ts';
import type { ChainClients } from '../clients.ts';
import { rpcFault } from '../errors.ts';

export type Fees = { maxFeePerGas: bigint; maxPriorityFeePerGas: bigint };

/** JSON-RPC 2.0, section 5.1. */
const methodNotFound = -32_601;

/** Reads what an operation should pay, from the bundler where it says so, else from the chain; kept for `ttlMs`. */
export function createFees(clients: ChainClients, ttlMs = 2_000): (network: string) => Promise<Fees> {
  const cached = new Map<string, { until: number; fees: Promise<Fees> }>();
  const silent = new Set<string>();

  const read = async (network: string): Promise<Fees> => {
    if (!silent.has(network)) {
      try {
        return await fromBundler(clients, network);
      } catch (error) {
        const fault = rpcFault(error);
        if (fault?.kind !== 'answered') throw error;
        // Anything else may be a passing fault, and its prices are the ones it takes.
        if (fault.code === methodNotFound) silent.add(network);
      }
    }
    return fromChain(clients.public(network));
  };

  return (network) => {
    const known = cached.get(network);
    if (known && known.until > performance.now()) return known.fees;
    const fees = read(network);
    cached.set(network, { until: performance.now() + ttlMs, fees });
    fees.catch(() => cached.delete(network));
    return fees;
  };
}

async function fromBundler(clients: ChainClients, network: string): Promise<Fees> {
  const prices = (await clients.bundler(network).request('pimlico_getUserOperationGasPrice')) as {
    fast: { maxFeePerGas: Hex; maxPriorityFeePerGas: Hex };
  };
  return {
    maxFeePerGas: hexToBigInt(prices.fast.maxFeePerGas),
    maxPriorityFeePerGas: hexToBigInt(prices.fast.maxPriorityFeePerGas),
  };
}

async function fromChain(client: PublicClient): Promise<Fees> {
  const [block, priority] = await Promise.all([client.getBlock(), client.estimateMaxPriorityFeePerGas()]);
  // Bundlers ask for more than the chain does; a tenth on the tip and twice the base fee lasts six full blocks.
  const maxPriorityFeePerGas = (priority * 11n) / 10n;
  return { maxPriorityFeePerGas, maxFeePerGas: (block.baseFeePerGas ?? 0n) * 2n + maxPriorityFeePerGas };
}
