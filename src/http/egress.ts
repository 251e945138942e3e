import { lookup as systemLookup, type LookupAddress, type LookupOptions } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { Agent, buildConnector, type Dispatcher, request } from 'undici';
import { type CallbackRules, hostOf, isLiteral, refusalOf } from '#src/core/callback-url.ts';
import type { Callback, CallbackAnswer, Egress } from '#src/core/ports/egress.ts';
import { mayReach } from '#src/core/public-address.ts';

type Lookup = (
  host: string,
  options: LookupOptions & { all: true },
  done: (error: NodeJS.ErrnoException | null, found: LookupAddress[]) => void,
) => void;

export type EgressOptions = CallbackRules & {
  /** Whole time of a call, ms: name, connection, answer (default 10 s). */
  timeoutMs?: number;
  /** Bytes of an answer that are kept (default 1024); the rest is not read. */
  keptBytes?: number;
  /** The resolver; the system's when absent. */
  lookup?: Lookup;
};

/** Thrown where an address is forbidden; nothing was sent to it. */
class AddressRefused extends Error {
  readonly code = 'ADDRESS_REFUSED';
}

/** Calls URLs that users gave us. Every connection looks at the address it really goes to; redirects are not followed. */
export function createEgress(options: EgressOptions): Egress {
  const { allowLoopback, timeoutMs = 10_000, keptBytes = 1_024, lookup = systemLookup } = options;
  const agent = new Agent({
    connect: guarded({ allowLoopback, lookup, timeoutMs }),
    // A connection serves one call, so each call looks the name up and checks it.
    pipelining: 0,
    maxHeaderSize: 16_384,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  });
  return {
    async check(url) {
      const refusal = refusalOf(url, { allowLoopback });
      if (refusal) return refusal;
      const addresses = await addressesOf(lookup, hostOf(new URL(url)), Math.min(timeoutMs, 3_000));
      return addresses.every((one) => mayReach(one, { allowLoopback }))
        ? null
        : 'must lead to a public address';
    },
    async post(callback) {
      const startedAt = performance.now();
      const refused = refusalOf(callback.url, { allowLoopback }) !== null;
      const answer: CallbackAnswer = refused
        ? { error: 'address_refused' }
        : await send(agent, callback, { timeoutMs, keptBytes }).catch((error: unknown) => ({
            error: wordOf(error),
          }));
      return { ...answer, latencyMs: Math.round(performance.now() - startedAt) };
    },
    close: () => agent.destroy(),
  };
}

type Bounds = { timeoutMs: number; keptBytes: number };

async function send(
  agent: Dispatcher,
  { url, headers, body }: Callback,
  bounds: Bounds,
): Promise<CallbackAnswer> {
  const signal = AbortSignal.timeout(bounds.timeoutMs);
  const answer = await request(url, { dispatcher: agent, method: 'POST', headers, body, signal });
  const excerpt = await beginning(answer.body, bounds.keptBytes);
  const retryAfter = Number(answer.headers['retry-after']);
  return {
    status: answer.statusCode,
    excerpt,
    ...(Number.isInteger(retryAfter) && retryAfter > 0 ? { retryAfterSeconds: retryAfter } : {}),
  };
}

/** The first bytes as text. The status is what counts: an answer that breaks off or drips has still been given. */
async function beginning(
  body: AsyncIterable<Uint8Array> & { destroy(): unknown },
  bytes: number,
): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const part of body) {
      parts.push(part);
      size += part.length;
      if (size >= bytes) break;
    }
  } catch {
    // What came so far is kept.
  } finally {
    body.destroy();
  }
  // No database column can keep a NUL.
  return Buffer.concat(parts).subarray(0, bytes).toString('utf8').replaceAll('\0', '');
}

type Guard = { allowLoopback: boolean; lookup: Lookup; timeoutMs: number };

/** Connects to allowed addresses only: names are resolved once, checked, and what was checked is what is dialled. */
function guarded({ allowLoopback, lookup, timeoutMs }: Guard): buildConnector.connector {
  const checked: LookupFunction = (host, options, done) => {
    lookup(host, { ...options, all: true }, (error, found) => {
      if (error) return done(error, '');
      const bad = found.length === 0 || found.some(({ address }) => !mayReach(address, { allowLoopback }));
      if (bad) return done(new AddressRefused('the name leads to a forbidden address'), '');
      const [first] = found as [LookupAddress];
      if (options.all) done(null, found);
      else done(null, first.address, first.family);
    });
  };
  const connect = buildConnector({ lookup: checked, timeout: timeoutMs, maxCachedSessions: 0 });
  return (options, done) => {
    const host = options.hostname.replace(/^\[(.*)\]$/, '$1');
    // Literals are dialled without a look-up.
    if (isLiteral(host) && !mayReach(host, { allowLoopback })) {
      return done(new AddressRefused('a forbidden address'), null);
    }
    connect(options, (...args) => {
      const [, socket] = args;
      if (!socket || mayReach(socket.remoteAddress ?? '', { allowLoopback })) return done(...args);
      socket.destroy();
      done(new AddressRefused('connected to a forbidden address'), null);
    });
  };
}

/** Addresses of a host; none when it can't be resolved now: connecting decides. */
function addressesOf(lookup: Lookup, host: string, timeoutMs: number): Promise<string[]> {
  if (isLiteral(host)) return Promise.resolve([host]);
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve([]), timeoutMs);
    lookup(host, { all: true }, (error, found) => {
      clearTimeout(timer);
      resolve(error ? [] : found.map(({ address }) => address));
    });
  });
}

const words: Readonly<Record<string, string>> = {
  ADDRESS_REFUSED: 'address_refused',
  ECONNREFUSED: 'connection_refused',
  ENOTFOUND: 'name_not_found',
  EAI_AGAIN: 'name_not_found',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  ETIMEDOUT: 'timeout',
};

/** A stable word for what went wrong; texts of the network may tell more than users should know. */
function wordOf(error: unknown): string {
  const { name, code } = error as { name?: string; code?: string };
  if (name === 'TimeoutError') return 'timeout';
  if (code && (code.startsWith('ERR_TLS') || /CERT|SELF_SIGNED|UNABLE_TO_/.test(code))) return 'tls_failed';
  return words[code ?? ''] ?? 'connection_failed';
}
