/** Whose keys, wallets and tokens they are. */
export type Tenant = { id: string; name: string; createdAt: Date };

export type TenantRepository = {
  find(id: string): Promise<Tenant | null>;
  rename(id: string, name: string): Promise<Tenant | null>;
};
