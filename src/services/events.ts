import { fail } from '#src/core/errors.ts';
import type { EventRepository, StoredEvent } from '#src/core/ports/events.ts';
import type { Publisher } from './events/publisher.ts';

export type EventsOptions = {
  store: { events: EventRepository };
  publisher: Pick<Publisher, 'flush'>;
};

export type EventPage = { events: StoredEvent[]; hasMore: boolean; total: number };

export type Events = {
  /** Newest first; what was committed before the call is in it. */
  list(owner: string, page: { after?: string; limit: number; types?: readonly string[] }): Promise<EventPage>;
  /** @throws not_found */
  get(owner: string, id: string): Promise<StoredEvent>;
};

/** What happened to an owner's things, 30 days back. */
export function createEvents({ store, publisher }: EventsOptions): Events {
  return {
    async list(owner, { after, limit, types }) {
      await publisher.flush();
      const filter = types ? { types } : {};
      const [found, total] = await Promise.all([
        store.events.list(owner, { ...filter, limit: limit + 1, ...(after === undefined ? {} : { after }) }),
        store.events.count(owner, filter),
      ]);
      return { events: found.slice(0, limit), hasMore: found.length > limit, total };
    },
    async get(owner, id) {
      const event = await store.events.find(owner, id);
      if (!event) throw fail('not_found', { resource: 'event' });
      return event;
    },
  };
}
