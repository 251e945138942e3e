/** What the client knows of an operation beyond its types; generated from the OpenAPI document. */
export type OperationFacts = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Parameters as `{name}`. */
  readonly path: string;
  /** Alternatives of credentials, each a list of schemes that are all sent; none = anonymous. */
  readonly security: readonly (readonly string[])[];
  /** Where an idempotency key travels. */
  readonly idempotency?: { readonly in: 'header' | 'body'; readonly name: string };
  /** How its list goes on. */
  readonly pages?: Pages;
  /** Answers text or a stream of events instead of JSON. */
  readonly answer?: 'text' | 'events';
};

/** Where the items of a page are (a path of keys) and what asks for the next page. */
export type Pages =
  | { readonly by: 'cursor'; readonly items: readonly string[]; readonly next: readonly string[] }
  | { readonly by: 'offset'; readonly items: readonly string[]; readonly size: number }
  | { readonly by: 'starting_after'; readonly items: readonly string[] };
