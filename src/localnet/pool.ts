import type { Address, Hex } from 'viem';
import type { LocalnetClient } from './client.ts';

type Pooled = { hash: Hex };
type Pool = Record<'pending' | 'queued', Record<Address, Record<string, Pooled>>>;

/**
 * Looks for transactions that anvil leaves waiting for good and hands them in again; to be called now and then. One that
 * comes while the one before it is being mined can be filed as waiting for it after that one has left the pool; anvil
 * neither looks at it again nor takes it twice. Only what waits at two looks is touched.
 */
export function createPoolKeeper(client: LocalnetClient): () => Promise<void> {
  const request = <T>(method: string, ...params: unknown[]) =>
    client.request({ method, params } as never) as Promise<T>;
  let suspects = new Set<Hex>();

  const handIn = async (sender: Address, { pending, queued }: Pool) => {
    // All of a sender leave together.
    const byNonce = Object.entries({ ...pending[sender], ...queued[sender] });
    const inOrder = byNonce.toSorted(([a], [b]) => Number(a) - Number(b));
    const raws = await Promise.all(
      inOrder.map(([, { hash }]) => request<Hex | null>('eth_getRawTransactionByHash', hash)),
    );
    await request('anvil_removePoolTransactions', sender);
    for (const raw of raws) {
      // One that was mined meanwhile is refused, and should be.
      if (raw) await request('eth_sendRawTransaction', raw).catch(() => undefined);
    }
  };

  return async () => {
    const { queued: waiting } = await request<{ queued: Hex }>('txpool_status');
    const before = suspects;
    suspects = new Set();
    if (Number(waiting) === 0) return;
    const pool = await request<Pool>('txpool_content');
    for (const [sender, byNonce] of Object.entries(pool.queued) as [Address, Record<string, Pooled>][]) {
      const nonce = await client.getTransactionCount({ address: sender });
      const stuck = byNonce[nonce]?.hash;
      if (!stuck) continue;
      if (before.has(stuck)) await handIn(sender, pool);
      else suspects.add(stuck);
    }
  };
}
