import type { FastifyInstance } from 'fastify';
import type { RpcObserver } from '#src/chain/clients.ts';
import type { Env } from '#src/config/schema.ts';
import type { LaneExecutor } from '#src/core/journal.ts';
import { createMetrics, type Answered, type Metrics } from '#src/http/metrics.ts';
import type { Tracing } from '#src/observability/tracing.ts';

/** Whatever looks on: metrics always, traces where they are wanted. */
export type Observers = {
  metrics: Metrics;
  onRpc: RpcObserver;
  observe(app: FastifyInstance): void;
  /** Executors that leave a trace of each step. */
  traced<T extends Record<string, LaneExecutor>>(executors: T): T;
  stop(): Promise<void>;
};

/** The SDK is loaded where traces are wanted, and costs nothing elsewhere. */
async function traces(env: Env, version: string): Promise<Tracing | undefined> {
  const endpoint = env.OTEL_EXPORTER_OTLP_ENDPOINT;
  if (!endpoint) return undefined;
  const { startTracing } = await import('#src/observability/tracing.ts');
  return startTracing({ endpoint, serviceName: env.OTEL_SERVICE_NAME, version });
}

export async function composeObservers(
  { env, version }: { env: Env; version: string },
  onAnswer: (fact: Answered) => void,
): Promise<Observers> {
  const metrics = createMetrics(version, onAnswer);
  const tracing = await traces(env, version);
  return {
    metrics,
    onRpc(fact) {
      metrics.rpc(fact);
      tracing?.rpc(fact);
    },
    observe(app) {
      tracing?.observe(app);
      metrics.observe(app);
    },
    traced(executors) {
      if (!tracing) return executors;
      const all = Object.entries(executors).map(([kind, one]) => [kind, tracing.steps(kind, one)]);
      return Object.fromEntries(all) as typeof executors;
    },
    stop: async () => tracing?.stop(),
  };
}
