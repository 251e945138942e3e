import { expect, test } from 'vitest';
import { eventTypes as told, listEvents } from '#schemas/platform/events.ts';
import { eventTypes } from '#src/core/event-types.ts';

test('the contract knows every event that is told of, and says what it means', () => {
  expect(Object.keys(told)).toEqual(eventTypes);
  for (const [type, meaning] of Object.entries(told)) {
    expect(meaning.length, type).toBeGreaterThan(5);
    expect(listEvents.description).toContain(`\`${type}\``);
  }
});
