import type { Clock } from '#src/core/clock.ts';
import { fail } from '#src/core/errors.ts';
import { createFresh } from '#src/core/fresh.ts';
import type { Address } from '#src/core/hex.ts';
import type { Networks } from '#src/core/networks.ts';
import type {
  NewPaymentAsset,
  PaymentAsset,
  PaymentAssetRepository,
  TokenFacts,
} from '#src/core/ports/payment-assets.ts';

export type PaymentAssetsOptions = {
  store: { paymentAssets: PaymentAssetRepository };
  networks: Networks;
  clock: Clock;
  /** What the token says of itself. @throws chain_unavailable */
  readToken(network: string, asset: Address): Promise<TokenFacts>;
};

export type AssetInput = {
  network: string;
  asset: Address;
  symbol: string;
  decimals: number;
  active?: boolean;
  name?: string;
  version?: string;
  minAmount?: bigint;
};

export type AssetUpdate = Partial<Pick<PaymentAsset, 'symbol' | 'decimals' | 'active' | 'minAmount'>> & {
  name?: string | null;
  version?: string | null;
};

export type PaymentAssets = {
  /** Registered and active. */
  listActive(): Promise<PaymentAsset[]>;
  list(): Promise<PaymentAsset[]>;
  /** @throws not_found */
  get(id: number): Promise<PaymentAsset>;
  /** An active asset, as of at most half a second ago. */
  findPaymentAsset(network: string, asset: Address): Promise<PaymentAsset | undefined>;
  /** Reads the EIP-712 domain from the token where it is not told. @throws unsupported_network, conflict, chain_unavailable */
  register(input: AssetInput): Promise<PaymentAsset>;
  /** @throws not_found */
  update(id: number, change: AssetUpdate): Promise<PaymentAsset>;
  /** @throws not_found */
  remove(id: number): Promise<void>;
  /** Registers assets that nobody has registered or removed before. */
  seed(assets: readonly NewPaymentAsset[]): Promise<void>;
};

/** The registry of tokens that payments may be asked in. */
export function createPaymentAssets(options: PaymentAssetsOptions): PaymentAssets {
  const { store, networks, clock } = options;
  const fresh = createFresh(async () => {
    const active = await store.paymentAssets.list({ activeOnly: true });
    const byAsset = new Map(active.map((one) => [`${one.network} ${one.asset}`, one]));
    return { active, byAsset };
  });
  return {
    listActive: async () => (await fresh.get('all')).active,
    list: () => store.paymentAssets.list({ activeOnly: false }),
    async get(id) {
      const asset = await store.paymentAssets.find(id);
      if (!asset) throw fail('not_found', { resource: 'asset' });
      return asset;
    },
    findPaymentAsset: async (network, asset) => (await fresh.get('all')).byAsset.get(`${network} ${asset}`),
    async register(input) {
      const { name: network } = networks.get(input.network);
      const asset = input.asset.toLowerCase() as Address;
      const told = input.name !== undefined && input.version !== undefined;
      const facts = told ? null : await options.readToken(network, asset);
      const written = await store.paymentAssets.insert(
        {
          network,
          asset,
          symbol: input.symbol,
          decimals: input.decimals,
          active: input.active ?? true,
          eip712Name: input.name ?? facts?.name ?? null,
          eip712Version: input.version ?? facts?.version ?? null,
          minAmount: input.minAmount ?? 0n,
        },
        clock.now(),
      );
      if (!written) throw fail('conflict', { resource: 'asset', message: 'The asset is registered already' });
      await fresh.forget('all');
      return written;
    },
    async update(id, { name, version, ...rest }) {
      const domain = {
        ...(name === undefined ? {} : { eip712Name: name }),
        ...(version === undefined ? {} : { eip712Version: version }),
      };
      const values = { ...rest, ...domain };
      const asset =
        Object.keys(values).length > 0
          ? await store.paymentAssets.update(id, values)
          : await store.paymentAssets.find(id);
      if (!asset) throw fail('not_found', { resource: 'asset' });
      await fresh.forget('all');
      return asset;
    },
    async remove(id) {
      if (!(await store.paymentAssets.delete(id, clock.now())))
        throw fail('not_found', { resource: 'asset' });
      await fresh.forget('all');
    },
    async seed(assets) {
      for (const asset of assets) await store.paymentAssets.seed(asset, clock.now());
    },
  };
}
