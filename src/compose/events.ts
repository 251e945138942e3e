import type { Log } from '#src/http/logging.ts';
import { cleanUpEvents } from '#src/jobs/handlers/clean-up-events.ts';
import type { Topic } from '#src/jobs/notifier.ts';
import type { JobHandler } from '#src/jobs/queue.ts';
import { createEvents, type Events } from '#src/services/events.ts';
import { createPublisher } from '#src/services/events/publisher.ts';
import type { Notifier } from '#src/services/journal/ports.ts';
import type { Kernel } from './kernel.ts';

export type EventParts = {
  events: Events;
  /** For the journal: what it says of transactions also says that there are events. */
  notifier: Notifier<Topic>;
  handlers: readonly JobHandler[];
  start(): Promise<void>;
  stop(): Promise<void>;
};

/** Events, from the outbox to those who read them. */
export function composeEvents(
  { store, clock, config }: Kernel,
  notifier: Notifier<Topic>,
  log: Log,
): EventParts {
  const publisher = createPublisher({
    store,
    clock,
    log,
    onPublished: (owners) => notifier.publish('events', owners.join(',')),
  });
  let unsubscribe = async (): Promise<void> => {};
  return {
    events: createEvents({ store, publisher }),
    notifier: {
      ...notifier,
      publish(topic, payload) {
        notifier.publish(topic, payload);
        if (topic === 'transactions') publisher.wake();
      },
    },
    handlers: [cleanUpEvents(publisher, log)],
    async start() {
      if (config.env.ROLE === 'api') return;
      unsubscribe = await notifier.subscribe(['transactions'], () => publisher.wake());
      publisher.start();
    },
    async stop() {
      await unsubscribe();
      await publisher.stop();
    },
  };
}
