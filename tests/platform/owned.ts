import type { FastifyInstance } from 'fastify';
import { createPlatformWallet } from '#schemas/platform/wallets.ts';
import { call } from '#tests/kit/call.ts';
import { as, type Key, type Tenant } from './kit.ts';

/** A tenant with one key of each kind that makes things. */
export type Owner = { app: FastifyInstance; tenant: Tenant; key: Key };

/**
 * For each group of operations with ids in their paths, how a tenant comes to own one: the parameters of its path. The
 * longest prefix that fits is taken; an operation without a line makes the tenancy walk fail.
 */
export const owned: Readonly<Record<string, (owner: Owner) => Promise<Record<string, string>>>> = {
  '/v1/api_keys/:id': async ({ key }) => ({ id: key.id }),
  '/v1/wallets/:id': async ({ app, key }) => {
    const { body } = await call(app, createPlatformWallet, { headers: as(key), body: {} });
    return { id: body.id };
  },
};

/** Ids that belong to nobody. */
export const ownerless = new Set(['/v1/networks/:id']);
