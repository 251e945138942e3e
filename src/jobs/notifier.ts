import { newId } from '#src/core/ids.ts';
import type { Notifier } from '#src/services/journal/ports.ts';
import type { JobsLog } from './queue.ts';

/** What the database offers to talk between processes. */
export type Broadcast = {
  notify(channel: string, payload: string): Promise<void>;
  listen(channel: string, onMessage: (payload: string) => void): Promise<() => Promise<void>>;
};

export type NotifierOptions = {
  database: Broadcast;
  log: JobsLog;
  /** Tells again, in a way that survives, that a lane has work (a job). */
  remember?(lane: string): Promise<void>;
};

/** What replicas talk about: lanes with work, transactions that changed, owners with new events. */
export type Topic = 'lane' | 'transactions' | 'events';

const channels: Readonly<Record<Topic, string>> = {
  lane: 'chronos_lane',
  transactions: 'chronos_transactions',
  events: 'chronos_events',
};

/** Messages are gathered for so long, ms: one NOTIFY for many. */
const gatherMs = 5;
/** PostgreSQL takes payloads below 8000 bytes. */
const maxPayload = 7_500;

/** Tells other replicas through NOTIFY; a lost message costs only time, the journal is polled anyway. */
export function createNotifier(options: NotifierOptions): Notifier<Topic> {
  // LISTEN also brings back what this process said itself.
  const self = `${newId('rep')} `;
  const waiting: Record<Topic, Set<string>> = { lane: new Set(), transactions: new Set(), events: new Set() };
  let timer: NodeJS.Timeout | undefined;
  const flush = () => {
    timer = undefined;
    for (const topic of Object.keys(waiting) as Topic[]) {
      const payloads = chunks([...waiting[topic]]);
      waiting[topic].clear();
      for (const payload of payloads) {
        options.database.notify(channels[topic], self + payload).catch((error: unknown) => {
          options.log.warn({ err: error, topic }, 'could not notify other replicas');
        });
      }
    }
  };
  return {
    publish(topic, payload) {
      for (const part of payload.split(',')) waiting[topic].add(part);
      timer ??= setTimeout(flush, gatherMs);
      if (topic === 'lane') {
        options.remember?.(payload).catch((error: unknown) => {
          options.log.warn({ err: error, lane: payload }, 'could not queue a wake-up');
        });
      }
    },
    async subscribe(topics, onMessage) {
      const stops = await Promise.all(
        topics.map((topic) =>
          options.database.listen(channels[topic], (message) => {
            if (message.startsWith(self)) return;
            const text = message.slice(message.indexOf(' ') + 1);
            if (topic !== 'lane') return onMessage(topic, text);
            for (const lane of text.split(',')) onMessage(topic, lane);
          }),
        ),
      );
      return async () => {
        await Promise.all(stops.map((stop) => stop()));
      };
    },
  };
}

/** Comma-separated payloads below the limit. */
function chunks(parts: readonly string[]): string[] {
  const out: string[] = [];
  for (const part of parts) {
    const last = out.at(-1);
    if (last !== undefined && last.length + part.length < maxPayload) out[out.length - 1] = `${last},${part}`;
    else out.push(part);
  }
  return out;
}
