import type { operations as table } from './generated/operations.ts';
import type { operations as Operations } from './generated/schema.ts';

type Table = typeof table;
export type PlaneName = keyof Table;
type Ids<P extends PlaneName> = keyof Table[P] & keyof Operations;

type Parameters<Id extends keyof Operations, In extends string> = Operations[Id] extends {
  parameters: infer All;
}
  ? In extends keyof All
    ? Exclude<All[In], undefined>
    : never
  : never;
type Body<Id extends keyof Operations> = Operations[Id] extends { requestBody?: infer Request }
  ? Exclude<Request, undefined> extends { content: { 'application/json': infer Value } }
    ? Value
    : never
  : never;

/** A part of the input that is only there when it has fields, and optional when all of them are. */
type Part<Name extends string, Value> = [Value] extends [never]
  ? unknown
  : object extends Value
    ? { [K in Name]?: Value }
    : { [K in Name]: Value };

/** The body without the field that the client fills in. */
type Given<Value> = Value extends { idempotency_key: string }
  ? Omit<Value, 'idempotency_key'> & { idempotency_key?: string }
  : Value;
type RequestBody<Id extends keyof Operations> = [Body<Id>] extends [never]
  ? unknown
  : Operations[Id] extends { requestBody: unknown }
    ? { body: Given<Body<Id>> }
    : { body?: Given<Body<Id>> };
type UserId<Id extends keyof Operations> = [Parameters<Id, 'header'>] extends [never]
  ? unknown
  : Parameters<Id, 'header'> extends { 'X-User-Id': string }
    ? { userId: string }
    : unknown;

export type CallOptions = {
  /** Instead of a random one; the same key and input never act twice. */
  idempotencyKey?: string;
  signal?: AbortSignal;
};

/** What a call takes: path, query and body as the API's documentation has them. */
export type Input<Id extends keyof Operations> = CallOptions &
  Part<'params', Parameters<Id, 'path'>> &
  Part<'query', Parameters<Id, 'query'>> &
  UserId<Id> &
  RequestBody<Id>;

type Answers<Id extends keyof Operations> = Operations[Id] extends { responses: infer All }
  ? All[keyof All & (200 | 201 | 202)]
  : never;
/** What a call answers with. */
export type Output<Id extends keyof Operations> =
  Answers<Id> extends { content: infer Content } ? Content[keyof Content] : undefined;

type At<Value, Path extends readonly string[]> = Path extends readonly [
  infer Key,
  ...infer Rest extends readonly string[],
]
  ? Key extends keyof Value
    ? At<Value[Key], Rest>
    : never
  : Value;
type ItemsOf<P extends PlaneName, Id extends Ids<P>> = Table[P][Id] extends {
  pages: { items: infer Path extends readonly string[] };
}
  ? At<Output<Id>, Path> extends readonly (infer Item)[]
    ? Item
    : never
  : never;

type Call<Id extends keyof Operations> =
  object extends Input<Id>
    ? (input?: Input<Id>) => Promise<Output<Id>>
    : (input: Input<Id>) => Promise<Output<Id>>;
type All<Id extends keyof Operations, Item> =
  object extends Input<Id>
    ? (input?: Input<Id>) => AsyncGenerator<Item, void, undefined>
    : (input: Input<Id>) => AsyncGenerator<Item, void, undefined>;
type Method<P extends PlaneName, Id extends Ids<P>> = Table[P][Id] extends { answer: 'events' }
  ? (input?: Input<Id> & { lastEventId?: string }) => AsyncGenerator<ServerEvent, void, undefined>
  : [ItemsOf<P, Id>] extends [never]
    ? Call<Id>
    : Call<Id> & {
        /** Every item of every page, from the given page on. */
        all: All<Id, ItemsOf<P, Id>>;
      };

/** The calls of a plane, by operation id. */
export type Plane<P extends PlaneName> = { readonly [Id in Ids<P>]: Method<P, Id> };

/** An event of a stream; `data` is parsed. */
export type ServerEvent = { id: string; type: string; data: unknown };
