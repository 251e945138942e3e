import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { BodyOf, SuccessOf } from '#schemas/kit/operation.ts';
import { logInAccount, registerAccount } from '#schemas/platform/accounts.ts';
import { createApiKey } from '#schemas/platform/api-keys.ts';
import { call } from '#tests/kit/call.ts';

export const password = 'secure-password';

/** A tenant with its first person, logged in. */
export type Tenant = {
  id: string;
  email: string;
  /** `usr_…`. */
  userId: string;
  sessionId: string;
  /** Headers of the dashboard session. */
  user: Record<string, string>;
  refreshToken: string;
};

/** A key with the secret that is told once. */
export type Key = SuccessOf<typeof createApiKey>;

/** Registers a tenant of its own. */
export async function newTenant(app: FastifyInstance): Promise<Tenant> {
  const email = `dev-${randomUUID()}@example.com`;
  const { body: made } = await call(app, registerAccount, {
    body: { email, password, company_name: 'Example Ltd' },
  });
  const { body } = await call(app, logInAccount, { body: { email, password } });
  return {
    id: made.tenant_id,
    email,
    userId: made.id,
    sessionId: body.id,
    user: as(body.access_token),
    refreshToken: body.refresh_token,
  };
}

/** A key of the tenant: secret, test and all scopes unless told otherwise. */
export async function newKey(
  app: FastifyInstance,
  tenant: Pick<Tenant, 'user'>,
  input: Partial<BodyOf<typeof createApiKey>> = {},
): Promise<Key> {
  const { body } = await call(app, createApiKey, { headers: tenant.user, body: { name: 'test', ...input } });
  return body;
}

/** Headers of a caller with this key or token. */
export function as(bearer: Pick<Key, 'key'> | string): Record<string, string> {
  return { authorization: `Bearer ${typeof bearer === 'string' ? bearer : bearer.key}` };
}

/** Journal owner of what the tenant's keys of one environment do. */
export function ownerOf(tenant: Pick<Tenant, 'id'>, environment: 'test' | 'live' = 'test'): string {
  return `tenant:${tenant.id}:${environment}`;
}

/** The error of an answer: `{ status, code, … }`. */
export function errorOf(answer: { body: Record<string, unknown> }): Record<string, unknown> {
  return answer.body['error'] as Record<string, unknown>;
}
