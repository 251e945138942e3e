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

type Topic = Parameters<Notifier['publish']>[0];

const channels = { lane: 'chronos_lane', transactions: 'chronos_transactions' } as const;

/** Messages are gathered for so long, ms: one NOTIFY for many. */
const gatherMs = 5;
/** PostgreSQL takes payloads below 8000 bytes. */
const maxPayload = 7_500;

/** Tells other replicas through NOTIFY; a lost message costs only time, the journal is polled anyway. */
export function createNotifier(options: NotifierOptions): Notifier {
  // LISTEN also brings back what this process said itself.
  const self = `${newId('rep')} `;
  const waiting: Record<Topic, Set<string>> = { lane: new Set(), transactions: new Set() };
  let timer: NodeJS.Timeout | undefined;
  const flush = () => {
    timer = undefined;
    for (const topic of ['lane', 'transactions'] as const) {
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
    async subscribe(onMessage) {
      const stops = await Promise.all(
        (['lane', 'transactions'] as const).map((topic) =>
          options.database.listen(channels[topic], (message) => {
            if (message.startsWith(self)) return;
            const text = message.slice(message.indexOf(' ') + 1);
            if (topic === 'transactions') return onMessage(topic, text);
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
