import type { FastifyInstance } from 'fastify';
import type { Operation } from '#schemas/kit/operation.ts';
import type { Principal } from '#src/core/principal.ts';
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { type ChainMetrics, chainMetrics } from './chain-metrics.ts';

export type Metrics = ChainMetrics & {
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

/** Metrics of the process, its operations and its chains; every label is bounded in its values. */
export function createMetrics(version: string, onAnswer: (fact: Answered) => void): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: 'chronos_build_info',
    help: 'Always 1; the version is its label',
    labelNames: ['version'],
    registers: [registry],
  }).set({ version }, 1);
  const duration = new Histogram({
    name: 'chronos_request_duration_seconds',
    help: 'Time to answer by operation and status',
    labelNames: ['operation', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers: [registry],
  });
  return {
    ...chainMetrics(registry),
    observe(app) {
      app.addHook('onResponse', (request, reply, done) => {
        done();
        const { operation } = request.routeOptions.config;
        const { statusCode: status, elapsedTime: ms } = reply;
        duration.observe({ operation: operation?.id ?? 'none', status }, ms / 1000);
        onAnswer({ operation, principal: request.principal, status, ms });
      });
    },
    text: () => registry.metrics(),
  };
}
