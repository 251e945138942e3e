import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';

export type Metrics = {
  /** Times every request by operation and status; call before the planes are registered. */
  observe(app: FastifyInstance): void;
  /** Everything in the Prometheus text format. */
  text(): Promise<string>;
};

/** Metrics of the process and of its operations, labelled by operation id so that their number is bounded. */
export function createMetrics(): Metrics {
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
        const operation = request.routeOptions.config.operation?.id ?? 'none';
        duration.observe({ operation, status: reply.statusCode }, reply.elapsedTime / 1000);
      });
    },
    text: () => registry.metrics(),
  };
}
