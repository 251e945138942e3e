import type { Log } from '#src/http/logging.ts';
import { cleanUpEvents } from '#src/jobs/handlers/clean-up-events.ts';
import type { Topic } from '#src/jobs/notifier.ts';
import type { JobHandler } from '#src/jobs/queue.ts';
import { createEvents, type Events } from '#src/services/events.ts';
import { createEventStream, type EventStream } from '#src/services/events/stream.ts';
import { createPublisher } from '#src/services/events/publisher.ts';
import type { Notifier } from '#src/services/journal/ports.ts';
import type { Webhooks } from '#src/services/webhooks.ts';
import type { Kernel } from './kernel.ts';
import { composeIndexing } from './indexing.ts';
import { composeWebhooks } from './webhooks.ts';

export type EventParts = {
  events: Events;
  eventStream: EventStream;
  /** For the journal: what it says of transactions also says that there are events. */
  notifier: Notifier<Topic>;
  handlers: readonly JobHandler[];
  webhooks: Webhooks;
  start(): Promise<void>;
  stop(): Promise<void>;
};

/** Events, from the outbox to those who read them and to the webhooks that are told of them. */
export function composeEvents(kernel: Kernel, notifier: Notifier<Topic>, log: Log): EventParts {
  const { store, clock, config } = kernel;
  const webhooks = composeWebhooks(kernel, log, () => publisher.wake());
  const publisher = createPublisher({
    store,
    clock,
    log,
    onPublished(owners) {
      notifier.publish('events', owners.join(','));
      tell(owners);
    },
  });
  const indexing = composeIndexing(kernel, log);
  const eventStream = createEventStream({ store, publisher });
  const tell = (owners: readonly string[]) => {
    webhooks.wake();
    eventStream.published(owners);
  };
  let unsubscribe = async (): Promise<void> => {};
  return {
    events: createEvents({ store, publisher }),
    eventStream,
    notifier: {
      ...notifier,
      publish(topic, payload) {
        notifier.publish(topic, payload);
        if (topic === 'transactions') publisher.wake();
      },
    },
    handlers: [cleanUpEvents(publisher, log)],
    webhooks: webhooks.webhooks,
    async start() {
      unsubscribe = await notifier.subscribe(['transactions', 'events'], (topic, payload) => {
        if (topic === 'transactions') publisher.wake();
        else tell(payload.split(','));
      });
      if (config.env.ROLE === 'api') return;
      publisher.start();
      webhooks.start();
      indexing.start();
    },
    async stop() {
      await unsubscribe();
      await indexing.stop();
      await webhooks.stop();
      await publisher.stop();
    },
  };
}
