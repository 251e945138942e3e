import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Operation, BodyOf, ParamsOf, QueryOf, SuccessOf } from '#schemas/kit/operation.ts';
import type { Principal } from '#src/core/principal.ts';
import type { PageRule } from './pages.ts';

/** What a handler gets: validated, typed by its operation. `reply` is for extra headers only. */
export type RouteContext<O extends Operation> = {
  principal: Principal;
  params: ParamsOf<O>;
  query: QueryOf<O>;
  body: BodyOf<O>;
  request: FastifyRequest;
  reply: FastifyReply;
};

export type RouteBinding = {
  operation: Operation;
  handle: (context: RouteContext<Operation>) => Promise<unknown>;
  /** Pages of other origins that may call it; none when absent. */
  pages?: PageRule;
};

/** Binds an operation to the function that serves it; types follow from the operation. */
export function bind<O extends Operation>(
  operation: O,
  handle: (context: RouteContext<O>) => Promise<SuccessOf<O>>,
): RouteBinding {
  return { operation, handle: handle as unknown as RouteBinding['handle'] };
}
