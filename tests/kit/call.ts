import type { FastifyInstance } from 'fastify';
import type { BodyOf, Operation, ParamsOf, QueryOf, SuccessOf } from '#schemas/kit/operation.ts';

type Given<O extends Operation> = (ParamsOf<O> extends undefined ? object : { params: ParamsOf<O> }) & {
  query?: Partial<QueryOf<O>>;
  body?: BodyOf<O>;
  headers?: Record<string, string>;
};

export type Answered<T> = { status: number; headers: Record<string, unknown>; body: T };

/** `/a/:id` with its parameters and query filled in. */
export function urlOf(op: Operation, params: object = {}, query: object = {}): string {
  const path = op.path.replaceAll(/:([A-Za-z]+)/g, (_all, name: string) =>
    encodeURIComponent(String((params as Record<string, unknown>)[name])),
  );
  const search = new URLSearchParams(
    Object.fromEntries(Object.entries(query).map(([name, value]) => [name, String(value)])),
  ).toString();
  return search ? `${path}?${search}` : path;
}

/** Calls an operation through the whole app; a status other than the declared success throws with the body. */
export async function call<O extends Operation>(
  app: FastifyInstance,
  op: O,
  given: Given<O>,
): Promise<Answered<SuccessOf<O>>> {
  const answer = await attempt(app, op, given);
  if (answer.status !== op.success.status) {
    throw new Error(`${op.id} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  }
  return answer as Answered<SuccessOf<O>>;
}

/** The same for calls that may fail; the input is anything. */
export async function attempt(
  app: FastifyInstance,
  op: Operation,
  given: { params?: unknown; query?: unknown; body?: unknown; headers?: Record<string, string> } = {},
): Promise<Answered<Record<string, unknown>>> {
  const response = await app.inject({
    method: op.method,
    url: urlOf(op, given.params as object, given.query as object),
    headers: {
      ...given.headers,
      ...(given.body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(given.body === undefined ? {} : { payload: JSON.stringify(given.body) }),
  });
  return { status: response.statusCode, headers: response.headers, body: response.json() };
}
