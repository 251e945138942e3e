import { privateKeyToAccount, type PrivateKeyAccount } from 'viem/accounts';
import { fail } from '#src/core/errors.ts';
import type { Address, Hex } from '#src/core/hex.ts';
import type { Submission } from '#src/core/journal.ts';
import type { RpcRequest } from '../x402-reader.ts';

export type SignerBalance = { address: Address; balance: bigint };

export type SignerPool = {
  addresses: readonly Address[];
  /** The least busy signer that can pay `cost` wei; with `only` that one. @throws chain_unavailable when none can */
  pick(
    network: string,
    open: readonly Submission[],
    cost: bigint,
    only?: Address | null,
  ): Promise<PrivateKeyAccount>;
  /** The signer of an address. @throws Error when it is not in the pool (any more) */
  get(address: Address): PrivateKeyAccount;
  balances(network: string): Promise<SignerBalance[]>;
};

type PoolOptions = { privateKeys: readonly Hex[]; rpc: RpcRequest; balanceTtlMs?: number };

/** The keys that settle. Balances are looked at every few seconds; one that is low waits for funds while others work. */
export function createSignerPool({ privateKeys, rpc, balanceTtlMs = 5_000 }: PoolOptions): SignerPool {
  const accounts = privateKeys.map((key) => privateKeyToAccount(key));
  const kept = new Map<string, { until: number; balances: Promise<SignerBalance[]> }>();

  const read = (network: string) =>
    Promise.all(
      accounts.map(async ({ address }) => ({
        address,
        balance: BigInt((await rpc(network, 'eth_getBalance', [address, 'latest'])) as Hex),
      })),
    );
  const balances = (network: string): Promise<SignerBalance[]> => {
    const known = kept.get(network);
    if (known && known.until > performance.now()) return known.balances;
    const found = read(network);
    kept.set(network, { until: performance.now() + balanceTtlMs, balances: found });
    found.catch(() => kept.delete(network));
    return found;
  };

  return {
    addresses: accounts.map((account) => account.address),
    balances,
    async pick(network, open, cost, only = null) {
      const funded = await balances(network);
      const load = (address: Address) =>
        open.filter((s) => sameAddress(s.sender, address) && (s.state === 'signed' || s.state === 'sent'))
          .length;
      const [best] = accounts
        .filter(
          ({ address }, i) => (!only || sameAddress(address, only)) && (funded[i]?.balance ?? 0n) >= cost,
        )
        .toSorted((a, b) => load(a.address) - load(b.address));
      if (!best) {
        kept.delete(network);
        throw fail('chain_unavailable', {
          message: `no settlement signer of ${network} has funds`,
          retryAfter: 30,
        });
      }
      return best;
    },
    get(address) {
      const found = accounts.find((account) => sameAddress(account.address, address));
      if (!found) throw new Error(`${address} is not a signer of this process`);
      return found;
    },
  };
}

export function sameAddress(a: Address, b: Address): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
