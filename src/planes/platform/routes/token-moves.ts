import * as ops from '#schemas/platform/token-moves.ts';
import { bind, type RouteBinding, type RouteContext } from '#src/http/route.ts';
import type { ActionOf } from '#src/services/tokens/moves.ts';
import { markReplay, writeKey } from '../idempotency.ts';
import { presentTransaction } from '../present-tokens.ts';
import type { PlatformServices } from '../services.ts';
import { approveOf, burnOf, mintOf, transferOf } from '../token-bodies.ts';

type Context<B> = Pick<RouteContext<never>, 'principal' | 'request' | 'reply'> & {
  params: { id: string };
  body: B;
};

/** Serves an action on the token of the path. */
export function mover({ tokenMoves }: Pick<PlatformServices, 'tokenMoves'>) {
  return <B extends { idempotency_key?: string; from?: string }>(actionOf: (body: B) => ActionOf) =>
    async ({ principal, request, params, body, reply }: Context<B>) => {
      const key = writeKey(request, body, { required: true });
      const move = { owner: principal.owner, tokenId: params.id, action: actionOf(body), from: body.from };
      const { transaction, replayed } = await tokenMoves.move(move, key);
      markReplay(reply, replayed);
      return presentTransaction(transaction);
    };
}

/** What accounts do with tokens. */
export function tokenMoveRoutes(services: PlatformServices): RouteBinding[] {
  const moved = mover(services);
  return [
    bind(ops.mintToken, moved(mintOf)),
    bind(ops.transferToken, moved(transferOf)),
    bind(ops.burnToken, moved(burnOf)),
    bind(ops.approveToken, moved(approveOf)),
  ];
}
