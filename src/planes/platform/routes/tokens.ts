import * as ops from '#schemas/platform/tokens.ts';
import { bind, type RouteBinding } from '#src/http/route.ts';
import { deployNetworkOf } from '../caller.ts';
import { markReplay, writeKey } from '../idempotency.ts';
import { page } from '../present.ts';
import { presentToken } from '../present-tokens.ts';
import type { PlatformServices } from '../services.ts';
import { specOf } from '../token-bodies.ts';

/** Tokens: deployed and read. */
export function tokenRoutes({ platformTokens, networks }: PlatformServices): RouteBinding[] {
  return [
    bind(ops.deployToken, async ({ principal, request, body, reply }) => {
      const key = writeKey(request, body, { required: false });
      const network = deployNetworkOf(networks, principal, body.network);
      const made = await platformTokens.deploy(principal.owner, network.name, specOf(body), key);
      markReplay(reply, made.replayed);
      return presentToken({ token: made.token, state: null });
    }),
    bind(ops.listTokens, async ({ principal, query }) => {
      const { limit = 20, starting_after: after, standard, status, network } = query;
      const name = network === undefined ? undefined : (networks.find(network)?.name ?? network);
      const filter = { limit, after, standard, status, network: name };
      const found = await platformTokens.list(principal.owner, filter);
      return page(found.data.map(presentToken), found);
    }),
    bind(ops.getToken, async ({ principal, params }) =>
      presentToken(await platformTokens.show(principal.owner, params.id)),
    ),
  ];
}
