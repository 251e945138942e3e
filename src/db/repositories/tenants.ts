import { eq, sql } from 'drizzle-orm';
import type { TenantRepository } from '#src/core/ports/tenants.ts';
import type { Db } from '../handle.ts';
import { users } from '../tables/facilitator.ts';
import { tenants as t } from '../tables/tenants.ts';

/** Tenants; they are made with their first user. */
export function tenantRepository(db: Db): TenantRepository {
  return {
    async find(id) {
      const [row] = await db.select().from(t).where(eq(t.id, id));
      return row ?? null;
    },
    async listOfUsers(userIds) {
      if (userIds.length === 0) return new Map();
      const found = await db
        .select({ id: users.id, tenantId: users.tenantId })
        .from(users)
        .where(
          sql`${users.id} in (select jsonb_array_elements_text(${JSON.stringify(userIds)}::jsonb)::integer)`,
        );
      return new Map(found.map(({ id, tenantId }) => [id, tenantId]));
    },
    async rename(id, name) {
      const [row] = await db.update(t).set({ name }).where(eq(t.id, id)).returning();
      return row ?? null;
    },
  };
}
