import type { FastifyInstance } from 'fastify';
import { createBatch } from '#schemas/platform/batch.ts';
import { deployToken } from '#schemas/platform/tokens.ts';
import { retrieveTransaction } from '#schemas/platform/transactions.ts';
import { mintNft } from '#schemas/platform/nfts.ts';
import { getPasskeyChallenge, verifyPasskey } from '#schemas/platform/sign-in.ts';
import { createPlatformWallet } from '#schemas/platform/wallets.ts';
import { testWebhookEndpoint } from '#schemas/platform/webhook-deliveries.ts';
import { createWebhookEndpoint } from '#schemas/platform/webhooks.ts';
import { newAuthenticator } from '#tests/kit/authenticator.ts';
import { call } from '#tests/kit/call.ts';
import { as, type Key, type Tenant } from './kit.ts';

/** A tenant with one key of each kind that makes things. */
export type Owner = { app: FastifyInstance; tenant: Tenant; key: Key };

/** A token that is deployed. */
async function tokenOf({ app, key }: Owner, standard: 'ERC20' | 'ERC721'): Promise<{ id: string }> {
  const body = { name: 'Example', symbol: 'EXAMPLE', standard };
  const { body: token } = await call(app, deployToken, { headers: as(key), body });
  const params = { id: token.transaction_id };
  await call(app, retrieveTransaction, { headers: as(key), params, query: { wait: 30 } });
  return { id: token.id };
}

/**
 * For each group of operations with ids in their paths, how a tenant comes to own one: the parameters of its path. The
 * longest prefix that fits is taken; an operation without a line makes the tenancy walk fail.
 */
export const owned: Readonly<Record<string, (owner: Owner) => Promise<Record<string, string>>>> = {
  '/v1/api_keys/:id': async ({ key }) => ({ id: key.id }),
  '/v1/tokens/:id': (owner) => tokenOf(owner, 'ERC20'),
  '/v1/tokens/:id/approved': (owner) => tokenOf(owner, 'ERC721'),
  '/v1/tokens/:id/approval_for_all': (owner) => tokenOf(owner, 'ERC721'),
  '/v1/nfts/:id': async (owner) => {
    const { id: token_id } = await tokenOf(owner, 'ERC721');
    const to = `0x${'a1'.repeat(20)}`;
    const body = { token_id, to, idempotency_key: 'owned' };
    return { id: (await call(owner.app, mintNft, { headers: as(owner.key), body })).body.id };
  },
  '/v1/batch/:id': async (owner) => {
    const { id: token_id } = await tokenOf(owner, 'ERC20');
    const { body } = await call(owner.app, createBatch, {
      headers: as(owner.key),
      body: { operations: [{ method: 'pause', token_id }], idempotency_key: 'owned' },
    });
    return { id: body.id };
  },
  '/v1/transactions/:id': async ({ app, key }) => {
    const body = { name: 'Example Euro', symbol: 'EEUR', standard: 'ERC20' as const };
    const { body: token } = await call(app, deployToken, { headers: as(key), body });
    return { id: token.transaction_id };
  },
  '/auth/sessions/:id': async ({ tenant }) => ({ id: tenant.sessionId }),
  '/auth/passkeys/:id': newPasskey,
  '/v1/wallets/:id': async ({ app, key }) => {
    const { body } = await call(app, createPlatformWallet, { headers: as(key), body: {} });
    return { id: body.id };
  },
  '/v1/events/:id': async (owner) => ({ id: (await newDelivery(owner)).event_id }),
  '/v1/webhook_endpoints/:id': async (owner) => ({ id: (await newDelivery(owner)).endpoint_id }),
  '/v1/webhook_deliveries/:id': async (owner) => ({ id: (await newDelivery(owner)).id }),
};

/** Ids that belong to nobody. */
export const ownerless = new Set(['/v1/networks/:id']);

/** An event on its way to an endpoint of its own. */
async function newDelivery({ app, key }: Owner) {
  const headers = as(key);
  const { body } = await call(app, createWebhookEndpoint, {
    headers,
    body: { url: 'https://hooks.example/' },
  });
  return (await call(app, testWebhookEndpoint, { headers, params: { id: body.id } })).body;
}

/** A passkey of the tenant's person, made at the dashboard that is there unless another is told. */
async function newPasskey({ app, tenant }: Owner) {
  const intent = 'register' as const;
  const { body } = await call(app, getPasskeyChallenge, { headers: tenant.user, query: { intent } });
  const authenticator = newAuthenticator('http://localhost:3000');
  const response = authenticator.create(body.options as Parameters<typeof authenticator.create>[0]);
  const made = await call(app, verifyPasskey, { headers: tenant.user, body: { intent, response } });
  return { id: made.body.id };
}
