import type { Static, TObject, TSchema } from '@sinclair/typebox';

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export type Example = { summary?: string; value: unknown };

/** One endpoint, as data. Routes, validators, serialisers, OpenAPI, clients and guards derive from it. */
export type Operation<
  Params extends TObject | undefined = TObject | undefined,
  Query extends TObject | undefined = TObject | undefined,
  Headers extends TObject | undefined = TObject | undefined,
  Body extends TSchema | undefined = TSchema | undefined,
  Success extends TSchema = TSchema,
> = {
  /** operationId, camelCase, unique in the catalogue. */
  id: string;
  /** Name of the plane it belongs to. */
  plane: string;
  method: HttpMethod;
  /** Fastify path, parameters as `:name`. */
  path: string;
  /** Tag inside the plane, e.g. `Wallets`. */
  tag: string;
  summary: string;
  description?: string;
  /** Name of one of the plane's auth schemes, or several of which any will do. */
  auth: string | readonly string[];
  /** Scope the principal needs. */
  scope?: string;
  params?: Params;
  query?: Query;
  headers?: Headers;
  body?: Body;
  /** The body may be left out altogether. */
  optionalBody?: boolean;
  success: { status: number; description: string; schema: Success; contentType?: string };
  /** A repeated idempotency key answers 200 with the same shape. */
  replays?: boolean;
  /** Error codes of its own; those of auth, limits and validation are added by the plane. */
  errors: readonly string[];
  examples: {
    params?: Record<string, unknown>;
    query?: Record<string, unknown>;
    body?: unknown;
    response: unknown;
  };
  /** Changes nothing, though it is no GET: its successes are logged like reads. */
  asksOnly?: boolean;
  /** It changes what operators answer for (rights, keys, secrets, assets): each success leaves an audit entry. */
  audited?: boolean;
  /** Answers `If-None-Match` with 304 where the caller has it already. */
  revalidates?: boolean;
  /** Requests a minute of an anonymous address, counted apart from all others. */
  anonymousPerMinute?: number;
  /** Not counted against any rate limit (health, docs). */
  unlimited?: boolean;
  /** Largest body in bytes; the plane's default when absent. */
  bodyLimit?: number;
};

/** Declares an operation; the identity function that keeps its types. */
export function operation<
  Params extends TObject | undefined = undefined,
  Query extends TObject | undefined = undefined,
  Headers extends TObject | undefined = undefined,
  Body extends TSchema | undefined = undefined,
  Success extends TSchema = TSchema,
>(op: Operation<Params, Query, Headers, Body, Success>): Operation<Params, Query, Headers, Body, Success> {
  return op;
}

/** A declared part is there; an optional property alone would add undefined to its type. */
type StaticOf<T> = [NonNullable<T>] extends [never]
  ? undefined
  : NonNullable<T> extends TSchema
    ? Static<NonNullable<T>>
    : undefined;

/** The wire types of an operation's parts. */
export type ParamsOf<O extends Operation> = StaticOf<O['params']>;
export type QueryOf<O extends Operation> = StaticOf<O['query']>;
export type BodyOf<O extends Operation> = StaticOf<O['body']>;
export type SuccessOf<O extends Operation> = Static<O['success']['schema']>;
