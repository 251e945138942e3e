import type { StoredEvent } from './ports/events.ts';

/** An event as everybody outside sees it: webhooks, lists and streams show the same object. `created` is in unix seconds. */
export function eventObject({ id, type, data, createdAt }: StoredEvent) {
  return { object: 'event' as const, id, type, data, created: Math.floor(createdAt.getTime() / 1000) };
}
