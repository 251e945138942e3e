import type { FastifyInstance } from 'fastify';
import { type Logger, pino } from 'pino';

export type Log = Logger;

/** The process's logger: an allow-list of request facts, never bodies, headers or query values. */
export function createLogger(level: string, to?: { write(line: string): void }): Log {
  return pino({ level, serializers: { req: requestFacts, err: errorFacts } }, to ?? process.stdout);
}

function requestFacts(request: { method: string; id: string }) {
  return { method: request.method, id: request.id };
}

type LoggedError = Error & { code?: unknown; kind?: unknown; shortMessage?: unknown };

function errorFacts(error: LoggedError) {
  const frames = error.stack?.split('\n').filter((line) => /^\s+at /.test(line));
  return {
    type: error.name,
    message: messageOf(error),
    code: error.code,
    kind: error.kind,
    // An error with a kind says little of its own.
    cause: error.kind !== undefined && error.cause instanceof Error ? messageOf(error.cause) : undefined,
    stack: frames?.join('\n') ?? '',
  };
}

/** viem's `message` holds calldata, signatures and the RPC URL; its `shortMessage` does not. */
function messageOf(error: LoggedError): string {
  return typeof error.shortMessage === 'string' ? error.shortMessage : withoutSecrets(error.message ?? '');
}

/** Takes URLs, long hex and bearer words out of a text that others wrote. */
export function withoutSecrets(text: string): string {
  return text
    .replaceAll(/\b(https?|postgres(ql)?|redis):\/\/\S+/g, '[url]')
    .replaceAll(/0x[0-9a-fA-F]{65,}/g, '[bytes]')
    .replaceAll(/\b(sk|pk)_(live|test)_[A-Za-z0-9]+/g, '[key]')
    .replaceAll(/eyJ[\w-]+\.[\w-]+\.[\w-]+/g, '[token]');
}

/** One line a request, when it is served or has failed; `debug` for those that changed nothing and went well. */
export function registerRequestLog(app: FastifyInstance): void {
  app.addHook('onResponse', (request, reply, done) => {
    done();
    const { operation } = request.routeOptions.config;
    const asks = request.method === 'GET' || (operation?.asksOnly === true && reply.statusCode < 400);
    const level = reply.statusCode >= 500 ? 'error' : asks ? 'debug' : 'info';
    const facts = {
      operation: operation?.id ?? 'none',
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
      by: request.principal?.owner,
    };
    request.log[level](facts, 'request');
  });
}
