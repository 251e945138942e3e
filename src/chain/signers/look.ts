import type { Hex } from '#src/core/hex.ts';
import type { RpcRequest } from '../x402-reader.ts';
import type { SignerPool } from './pool.ts';

/** Balance (as of a few seconds ago) and next nonce of each signer; null while the network does not answer in `limitMs`. */
export function createSignerLook(pool: SignerPool, rpc: RpcRequest, limitMs = 1_500) {
  const ask = async (network: string) => {
    const nonces = pool.addresses.map((address) =>
      rpc(network, 'eth_getTransactionCount', [address, 'latest']),
    );
    const [balances, counts] = await Promise.all([pool.balances(network), Promise.all(nonces)]);
    return balances.map(({ balance }, i) => ({ balance, nonce: BigInt(counts[i] as Hex) }));
  };
  return async (network: string) => {
    const { promise: late, resolve } = Promise.withResolvers<null>();
    const timer = setTimeout(() => resolve(null), limitMs);
    try {
      return await Promise.race([ask(network).catch(() => null), late]);
    } finally {
      clearTimeout(timer);
    }
  };
}
