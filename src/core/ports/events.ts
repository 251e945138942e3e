import type { EventType } from '../event-types.ts';
import { newId } from '../ids.ts';
import type { NewEvent } from '../journal-store.ts';

/** An outbox row with whose it is. */
export type OwnedEvent = NewEvent & { owner: string };

/** Something that happened, as it is told to its owner. */
export type StoredEvent = OwnedEvent & { createdAt: Date };

/** A published event: positions grow in the order in which events can be read, without late ones in between. */
export type PublishedEvent = StoredEvent & { position: bigint };

export type EventFilter = {
  /** Exact types; all when absent. */
  types?: readonly string[];
};

export type EventRepository = {
  /** Call in the database transaction of the change that the events tell of. */
  insert(events: readonly OwnedEvent[], at: Date): Promise<void>;
  /** Published or not. */
  find(owner: string, id: string): Promise<(StoredEvent & { position: bigint | null }) | null>;
  /** Published ones, newest first; `after` is the id of the last one of the page before. */
  list(owner: string, filter: EventFilter & { after?: string; limit: number }): Promise<StoredEvent[]>;
  count(owner: string, filter: EventFilter): Promise<number>;
  /** Published ones above a position, oldest first. */
  listSince(
    owner: string,
    position: bigint,
    filter: EventFilter & { limit: number },
  ): Promise<PublishedEvent[]>;
  /** The newest published one; null when there is none. */
  newest(owner: string): Promise<PublishedEvent | null>;
  hasUnpublished(): Promise<boolean>;
  /** Gives committed events their position, at most `limit`, one publisher at a time; answers whose they are. */
  publish(limit: number): Promise<string[]>;
  /** The highest position given so far. */
  head(): Promise<bigint>;
  /** Removes what is older than `before`, at most `limit`; returns how many. */
  deleteOlder(before: Date, limit: number): Promise<number>;
};

/** An event to be written with the change it tells of; `data` is JSON-safe. */
export function newEvent(owner: string, type: EventType, data: Record<string, unknown>): OwnedEvent {
  return { id: newId('evt'), owner, type, data };
}
