import { listClientTokens, registerClientToken } from '#schemas/adapter/client-tokens.ts';
import { checksum } from '#src/core/address.ts';
import type { ClientToken } from '#src/core/ports/client-tokens.ts';
import { bind } from '#src/http/route.ts';
import type { AdapterServices } from '../index.ts';

const ok = { success: true as const };

/** What clients may mint beside the default token. */
export const clientTokenRoutes = ({
  clients,
  clientTokens,
}: Pick<AdapterServices, 'clients' | 'clientTokens'>) => {
  const ownerOf = async (clientId: string) => `client:${(await clients.get(clientId)).id}`;
  return [
    bind(registerClientToken, async ({ params, body: { token, network } }) => {
      const owner = await ownerOf(params.clientId);
      return { ...ok, token: shown(await clientTokens.register(owner, { token: checksum(token), network })) };
    }),
    bind(listClientTokens, async ({ params, query: { limit = 20, cursor } }) => {
      const found = await clientTokens.list(await ownerOf(params.clientId), {
        limit: limit + 1,
        ...(cursor === undefined ? {} : { after: cursor }),
      });
      const page = found.slice(0, limit);
      const nextCursor = found.length > limit ? (page.at(-1)?.id ?? null) : null;
      return { ...ok, tokens: page.map(shown), nextCursor };
    }),
  ];
};

function shown({ id, network, token, symbol, decimals, createdAt }: ClientToken) {
  return { id, network, token, symbol, decimals, createdAt: createdAt.toISOString() };
}
