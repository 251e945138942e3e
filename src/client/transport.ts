import { ChronosConnectionError, ChronosError, errorOf } from './errors.ts';

export type TransportOptions = {
  /** Where Chronos answers, without a path. */
  baseUrl: string;
  fetch?: typeof fetch;
  /** Further attempts after 429, 503 or a lost connection; 3 by default. */
  retries?: number;
  /** Milliseconds an attempt may take; 60,000 by default. */
  timeoutMs?: number;
  /** Longest wait before another attempt, milliseconds; 30,000 by default. What the server asks beyond it fails at once. */
  maxWaitMs?: number;
  /** Waits; a test may do without. */
  wait?: (ms: number, signal?: AbortSignal) => Promise<void>;
};

export type Outgoing = {
  method: string;
  path: string;
  query?: Readonly<Record<string, unknown>>;
  headers?: Readonly<Record<string, string>>;
  body?: unknown;
  /** May be sent again although the first attempt could have arrived. */
  repeatable: boolean;
  signal?: AbortSignal;
  /** The body is read by the caller. */
  stream?: boolean;
};

export type Transport = (call: Outgoing) => Promise<Response>;

const firstWaitMs = 250;

async function waitFor(ms: number, signal?: AbortSignal): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, ms);
    if (signal?.aborted) abort();
    else signal?.addEventListener('abort', abort, { once: true });
  });
}

function urlOf(baseUrl: string, { path, query = {} }: Outgoing): string {
  const url = new URL(baseUrl.replace(/\/+$/, '') + path);
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined) url.searchParams.append(name, String(one));
    }
  }
  return url.href;
}

/** The parsed body; text that is no JSON stays text. */
export async function bodyOf(response: Response): Promise<unknown> {
  const text = await response.text();
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** Milliseconds to wait before the next attempt: what the server asked, else doubling with jitter. */
function pauseOf(failure: unknown, attempt: number): number {
  if (failure instanceof ChronosError && failure.retryAfter !== undefined) return failure.retryAfter * 1_000;
  return firstWaitMs * 2 ** attempt * (0.5 + Math.random() / 2);
}

/** 429 and 503 were refused before anything was done; a lost connection may have done it. */
function mayRetry(failure: unknown, repeatable: boolean): boolean {
  if (failure instanceof ChronosError) return failure.status === 429 || failure.status === 503;
  return failure instanceof ChronosConnectionError && repeatable;
}

/**
 * Sends calls and answers successes; retries what may be retried.
 * @throws ChronosError for any other answer · ChronosConnectionError when none came · the signal's reason
 */
export function createTransport(options: TransportOptions): Transport {
  const { baseUrl, retries = 3, timeoutMs = 60_000, maxWaitMs = 30_000, wait = waitFor } = options;
  const send = options.fetch ?? fetch;

  async function attempt(call: Outgoing): Promise<Response> {
    const patience = AbortSignal.timeout(timeoutMs);
    const signals = [...(call.stream ? [] : [patience]), ...(call.signal ? [call.signal] : [])];
    let response: Response;
    try {
      response = await send(urlOf(baseUrl, call), {
        method: call.method,
        headers: {
          accept: call.stream ? 'text/event-stream' : 'application/json',
          ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
          ...call.headers,
        },
        ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
        signal: AbortSignal.any(signals),
      });
    } catch (cause) {
      if (call.signal?.aborted) throw call.signal.reason;
      throw new ChronosConnectionError(`${call.method} ${call.path} got no answer`, { cause });
    }
    if (!response.ok) throw errorOf(response, await bodyOf(response));
    return response;
  }

  return async (call) => {
    for (let tries = 0; ; tries += 1) {
      try {
        return await attempt(call);
      } catch (failure) {
        const pause = pauseOf(failure, tries);
        if (tries >= retries || pause > maxWaitMs || !mayRetry(failure, call.repeatable)) throw failure;
        await wait(pause, call.signal);
      }
    }
  };
}
