import type { Static } from '@sinclair/typebox';
import {
  type AdapterClient,
  getClient,
  listClients,
  revokeClient,
  rotateClientSecret,
  updateClient,
} from '#schemas/adapter/clients.ts';
import type { ApiClient } from '#src/core/ports/api-clients.ts';
import { bind } from '#src/http/route.ts';
import type { AdapterServices } from '../index.ts';
import { fromPolicy, toSponsorship } from '../sponsorship.ts';

const ok = { success: true as const };
const dayInSeconds = 86_400;

/** What operators do with clients. */
export const clientRoutes = ({ clients, wallets, sponsorship, clock }: AdapterServices) => {
  const shown = (client: ApiClient) => toClient(client, clock.now());
  const withTreasury = async (client: ApiClient) => {
    const owner = `client:${client.id}`;
    const { wallet } = await wallets.open(owner, 'treasury');
    const sponsored = toSponsorship(client.sponsorship, await sponsorship.usage(owner));
    return {
      ...ok,
      client: { ...shown(client), treasury: { address: wallet.address }, sponsorship: sponsored },
    };
  };
  return [
    bind(listClients, async ({ query: { limit = 20, cursor } }) => {
      const found = await clients.list({
        limit: limit + 1,
        ...(cursor === undefined ? {} : { after: cursor }),
      });
      const page = found.slice(0, limit);
      const nextCursor = found.length > limit ? (page.at(-1)?.id ?? null) : null;
      return { ...ok, clients: page.map(shown), nextCursor };
    }),
    bind(getClient, async ({ params }) => withTreasury(await clients.get(params.clientId))),
    bind(updateClient, async ({ params, body: { expiresAt, sponsorship: policy, ...change } }) => {
      const expiry =
        expiresAt === undefined ? {} : { expiresAt: expiresAt === null ? null : new Date(expiresAt) };
      const paid = policy === undefined ? {} : { sponsorship: policy && fromPolicy(policy) };
      return withTreasury(await clients.update(params.clientId, { ...change, ...expiry, ...paid }));
    }),
    bind(revokeClient, async ({ params }) => withTreasury(await clients.revoke(params.clientId))),
    bind(rotateClientSecret, async ({ params, body }) => {
      const { gracePeriodSeconds = dayInSeconds } = body;
      const { client, secret } = await clients.rotate(params.clientId, gracePeriodSeconds);
      const until = client.previousSecretExpiresAt ?? clock.now();
      return {
        ...ok,
        client: {
          clientId: client.id,
          clientSecret: secret,
          previousSecretExpiresAt: until.toISOString(),
        },
      };
    }),
  ];
};

function toClient(client: ApiClient, now: Date): Static<typeof AdapterClient> {
  const iso = (date: Date | null) => date?.toISOString() ?? null;
  const { previousSecretExpiresAt: previous } = client;
  const expired = client.expiresAt !== null && client.expiresAt <= now;
  return {
    clientId: client.id,
    name: client.name,
    scopes: [...client.scopes],
    tier: client.tier as 'starter',
    status: client.revokedAt ? 'revoked' : expired ? 'expired' : 'active',
    allowedOrigins: [...client.allowedOrigins],
    allowedIps: [...client.allowedIps],
    expiresAt: iso(client.expiresAt),
    revokedAt: iso(client.revokedAt),
    previousSecretExpiresAt: previous && previous > now ? iso(previous) : null,
    createdAt: client.createdAt.toISOString(),
    updatedAt: client.updatedAt.toISOString(),
  };
}
