/** Whose keys, wallets and tokens they are. */
export type Tenant = { id: string; name: string; createdAt: Date };

export type TenantRepository = {
  find(id: string): Promise<Tenant | null>;
  /** Tenants by the serial numbers of their users; deleted users too. */
  listOfUsers(userIds: readonly number[]): Promise<ReadonlyMap<number, string>>;
  rename(id: string, name: string): Promise<Tenant | null>;
};
