import type { Hex } from '#src/core/hex.ts';
import type { RpcRequest } from './x402-reader.ts';

/** Latest block of a network as of at most `ttlMs` ago, null while it does not answer within `limitMs`. */
export function createHeads(rpc: RpcRequest, { ttlMs = 2_000, limitMs = 1_500 } = {}) {
  const kept = new Map<string, { until: number; head: Promise<bigint | null> }>();
  const read = async (network: string): Promise<bigint | null> => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(() => resolve(null), limitMs);
    });
    const asked = rpc(network, 'eth_blockNumber', []).then(
      (head) => BigInt(head as Hex),
      () => null,
    );
    try {
      return await Promise.race([asked, late]);
    } finally {
      clearTimeout(timer);
    }
  };
  return (network: string): Promise<bigint | null> => {
    const known = kept.get(network);
    if (known && known.until > performance.now()) return known.head;
    const head = read(network);
    kept.set(network, { until: performance.now() + ttlMs, head });
    return head;
  };
}
