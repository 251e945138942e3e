import type { FastifyInstance } from 'fastify';
import type { Operation } from '#schemas/kit/operation.ts';
import type { Principal } from '#src/core/principal.ts';
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';

export type Metrics = {
  /** Times every request by operation and status; call before the planes are registered. */
  observe(app: FastifyInstance): void;
  /** Everything in the Prometheus text format. */
  text(): Promise<string>;
};

/** One answered request, as counters need it. */
export type Answered = {
  operation: Operation | undefined;
  principal: Principal | undefined;
  status: number;
  ms: number;
};

/** Metrics of the process and of its operations, labelled by operation id so that their number is bounded. */
export function createMetrics(onAnswer: (fact: Answered) => void = () => {}): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const duration = new Histogram({
    name: 'chronos_request_duration_seconds',
    help: 'Time to answer by operation and status',
    labelNames: ['operation', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers: [registry],
  });
  return {
    observe(app) {
      app.addHook('onResponse', async (request, reply) => {
        const { operation } = request.routeOptions.config;
        const { statusCode: status, elapsedTime: ms } = reply;
        duration.observe({ operation: operation?.id ?? 'none', status }, ms / 1000);
        onAnswer({ operation, principal: request.principal, status, ms });
      });
    },
    text: () => registry.metrics(),
  };
}
