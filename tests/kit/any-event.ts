import type { EventType } from '#src/core/event-types.ts';
import { newEvent, type OwnedEvent } from '#src/core/ports/events.ts';

/** An event of any word, for those who only carry events. */
export function anyEvent(owner: string, type: string, data: Record<string, unknown>): OwnedEvent {
  return newEvent(owner, type as EventType, data);
}
