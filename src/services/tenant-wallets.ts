import type { Clock } from '#src/core/clock.ts';
import { fail } from '#src/core/errors.ts';
import { newId } from '#src/core/ids.ts';
import type { AccountRecord } from '#src/core/ports/accounts.ts';
import type { TenantWallet, TenantWalletRepository, WalletType } from '#src/core/ports/tenant-wallets.ts';
import type { WalletRepository } from '#src/core/ports/wallets.ts';
import type { Wallets } from './wallets.ts';

export type TenantWalletsOptions = {
  store: { tenantWallets: TenantWalletRepository; wallets: Pick<WalletRepository, 'findAccount'> };
  wallets: Pick<Wallets, 'open'>;
  clock: Clock;
};

export type TenantWalletInput = { type: WalletType; label?: string; externalId?: string };
type Filter = { after?: string; limit: number; type?: WalletType; externalId?: string };

/** Wallets that a tenant makes; `owner` is the tenant in one environment. */
export type TenantWallets = {
  /** With an external id that is there already: that wallet, `isNew` false. @throws conflict when it is of another type */
  create(owner: string, input: TenantWalletInput): Promise<{ wallet: TenantWallet; isNew: boolean }>;
  /** @throws not_found */
  get(owner: string, id: string): Promise<TenantWallet>;
  list(owner: string, filter: Filter): Promise<{ data: TenantWallet[]; hasMore: boolean; total: number }>;
  /** What signs for it. */
  accountOf(wallet: TenantWallet): Promise<AccountRecord>;
};

export function createTenantWallets({ store, wallets, clock }: TenantWalletsOptions): TenantWallets {
  const known = async (owner: string, { externalId, type }: TenantWalletInput) => {
    if (externalId === undefined) return null;
    const wallet = await store.tenantWallets.findByExternalId(owner, externalId);
    if (!wallet) return null;
    if (wallet.type === type) return { wallet, isNew: false };
    const message = `external_id ${externalId} is a wallet of type ${wallet.type}`;
    throw fail('conflict', { resource: 'wallet', field: 'external_id', message });
  };
  return {
    async create(owner, input) {
      const { type, label = null, externalId = null } = input;
      const there = await known(owner, input);
      if (there) return there;
      // A try that was cut off after the account was made finds it again by its subject.
      const name = externalId === null ? `id:${newId('w')}` : `external:${externalId}`;
      const account = await wallets.open(owner, `wallet:${type}:${name}`, type);
      const row = { id: account.wallet.id, owner, type, label, externalId };
      const wallet = await store.tenantWallets.insert(row, clock.now());
      if (wallet) return { wallet, isNew: true };
      const twin = await known(owner, input);
      if (!twin) throw new Error(`wallet ${row.id} was taken and is not there`);
      return twin;
    },
    async get(owner, id) {
      const wallet = await store.tenantWallets.find(owner, id);
      if (!wallet) throw fail('not_found', { resource: 'wallet' });
      return wallet;
    },
    async list(owner, filter) {
      const { wallets: found, total } = await store.tenantWallets.list(owner, filter);
      return { data: found.slice(0, filter.limit), hasMore: found.length > filter.limit, total };
    },
    async accountOf({ id, address }) {
      const account = await store.wallets.findAccount(address);
      if (!account) throw new Error(`wallet ${id} has no account`);
      return account;
    },
  };
}
