import {
  context,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { LaneExecutor } from '#src/core/journal.ts';

export type TracingOptions = {
  /** OTLP/HTTP endpoint without `/v1/traces`. */
  endpoint: string;
  serviceName: string;
  version: string;
};

export type Tracing = {
  /** A span per request, named by its operation; W3C `traceparent` of the caller is its parent. */
  observe(app: FastifyInstance): void;
  /** A span of a JSON-RPC request that has just ended, below what asked for it. */
  rpc(fact: { host: string; outcome: string; calls: number; errors: number; ms: number }): void;
  /** The same executor with a span per step of a lane. */
  steps(kind: string, executor: LaneExecutor): LaneExecutor;
  /** Sends what is left. */
  stop(): Promise<void>;
};

const spans = new WeakMap<FastifyRequest, Span>();

/** OpenTelemetry traces over OTLP/HTTP. Sampler and headers come from the standard `OTEL_*` variables, which the SDK reads itself. */
export function startTracing({ endpoint, serviceName, version }: TracingOptions): Tracing {
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/+$/, '')}/v1/traces` });
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': serviceName, 'service.version': version }),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  });
  // Makes the W3C propagator and the context of async calls the process's.
  provider.register();
  const tracer = provider.getTracer('chronos', version);
  return {
    observe(app) {
      app.addHook('onRequest', (request, _reply, done) => {
        const { operation } = request.routeOptions.config;
        const parent = propagation.extract(ROOT_CONTEXT, request.headers);
        const attributes = { 'http.request.method': request.method, 'chronos.request_id': request.id };
        const name = operation?.id ?? 'unknown';
        const span = tracer.startSpan(name, { kind: SpanKind.SERVER, attributes }, parent);
        if (operation) span.setAttribute('http.route', operation.path);
        spans.set(request, span);
        context.with(trace.setSpan(parent, span), done);
      });
      app.addHook('onResponse', async (request, { statusCode }) => {
        const span = spans.get(request);
        span?.setAttribute('http.response.status_code', statusCode);
        if (statusCode >= 500) span?.setStatus({ code: SpanStatusCode.ERROR });
        span?.end();
      });
    },
    rpc({ host, outcome, calls, errors, ms }) {
      const ended = Date.now();
      const attributes = { 'server.address': host, 'rpc.system': 'jsonrpc', outcome, calls, errors };
      const span = tracer.startSpan('rpc', { kind: SpanKind.CLIENT, attributes, startTime: ended - ms });
      if (outcome !== 'ok') span.setStatus({ code: SpanStatusCode.ERROR });
      span.end(ended);
    },
    steps(kind, executor) {
      const step = <A extends unknown[], T>(
        name: string,
        subject: (first: A[0]) => Record<string, string>,
        run: (...given: A) => Promise<T>,
      ) => {
        return (...given: A): Promise<T> =>
          tracer.startActiveSpan(`${kind} ${name}`, { attributes: subject(given[0]) }, (span) =>
            run(...given)
              .catch((error: unknown) => {
                span.setStatus({ code: SpanStatusCode.ERROR });
                throw error;
              })
              .finally(() => span.end()),
          );
      };
      const submission = ({ lane, hash }: { lane: string; hash: string }) => ({ lane, hash });
      const { bump } = executor;
      return {
        ...executor,
        prepare: step('sign', (lane: string) => ({ lane }), executor.prepare),
        send: step('send', submission, executor.send),
        check: step('check', submission, executor.check),
        ...(bump && { bump: step('bump', submission, bump) }),
      };
    },
    async stop() {
      await provider.shutdown().catch(() => undefined);
      trace.disable();
      context.disable();
      propagation.disable();
    },
  };
}
