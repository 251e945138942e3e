import type { Pages } from './facts.ts';

type Query = Readonly<Record<string, unknown>>;
type Ask = (query: Query) => Promise<unknown>;

const at = (value: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], value);

/** The query of the page after this one; undefined when there is none. */
function nextQuery(pages: Pages, query: Query, page: unknown, items: readonly unknown[]): Query | undefined {
  if (pages.by === 'cursor') {
    const cursor = at(page, pages.next);
    return typeof cursor === 'string' ? { ...query, cursor } : undefined;
  }
  if (pages.by === 'offset') {
    const size = Number(query['limit'] ?? pages.size);
    const offset = Number(query['offset'] ?? 0) + items.length;
    return items.length < size ? undefined : { ...query, offset };
  }
  const last = items.at(-1) as { id: string } | undefined;
  return at(page, ['has_more']) === true && last ? { ...query, starting_after: last.id } : undefined;
}

/** Every item of a list, asking for the next page when the one at hand is used up. */
export async function* itemsOf(pages: Pages, ask: Ask, query: Query): AsyncGenerator<unknown, void> {
  for (let next: Query | undefined = query; next;) {
    const page = await ask(next);
    const items = at(page, pages.items) as readonly unknown[];
    yield* items;
    next = nextQuery(pages, next, page, items);
  }
}
