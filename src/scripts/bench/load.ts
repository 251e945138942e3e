import autocannon, { type Options, type Result } from 'autocannon';
import type { Measured } from './processes.ts';

/** One run of one process. */
export type Sample = {
  /** Answers as expected, a second. */
  perSecond: number;
  /** Answers that were not. */
  failed: number;
  p50: number;
  p99: number;
  /** µs of the process's CPU a call. */
  cpu: number;
  /** HTTP requests to `rpcUrl` a call. */
  rpc: number;
};

export type Load = {
  target: Measured;
  /** One, or several in turn. */
  path: string | readonly string[];
  /** Headers that calls carry in turn. */
  callers?: readonly Record<string, string>[];
  /** Bodies to POST in turn; absent: GET. */
  bodies?: readonly string[];
  calls: number;
  connections: number;
  /** Text that every answer holds. */
  expect: string;
  /** Whether other answers are counted as failed, and not an error. */
  mayFail?: boolean;
  /** Every answer is a refusal. */
  refused?: boolean;
  rpcUrl: string;
};

/**
 * Calls over keep-alive connections, each as soon as the one before it is answered.
 * @throws Error on any other answer than the expected
 */
export async function runLoad(load: Load): Promise<Sample> {
  const { target, path, calls, rpcUrl, refused = false } = load;
  const before = await target.read();
  const { result, good, times, seconds } = await fire(load);
  const after = await target.read();
  const { mismatches, errors, non2xx } = result;
  const wrong = mismatches + errors + Math.abs(non2xx - (refused ? calls : 0));
  if (!load.mayFail && (wrong > 0 || times.length !== calls)) {
    throw new Error(
      `${target.name} ${String(path)}: ${times.length} of ${calls} answered, ${mismatches} unexpected, ${errors} errors, ${non2xx} not 2xx`,
    );
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  const origin = new URL(rpcUrl).origin;
  return {
    perSecond: good / seconds,
    failed: calls - good,
    p50: at(0.5),
    p99: at(0.99),
    cpu: (after.cpu - before.cpu) / calls,
    rpc: ((after.requests[origin] ?? 0) - (before.requests[origin] ?? 0)) / calls,
  };
}

/** Runs autocannon; it looks at its clock once a second only, so times are taken here. */
async function fire(load: Load): Promise<{ result: Result; good: number; times: number[]; seconds: number }> {
  const times: number[] = [];
  let good = 0;
  const start = performance.now();
  let end = start;
  const verifyBody = (body: unknown) => {
    const expected = String(body).includes(load.expect);
    if (expected) good += 1;
    return expected;
  };
  const { promise, resolve, reject } = Promise.withResolvers<Result>();
  const run = autocannon({ ...optionsOf(load), verifyBody }, (error: unknown, result) => {
    if (error) reject(error as Error);
    else resolve(result);
  });
  run.on('response', (_client, _status, _bytes, ms) => {
    times.push(ms);
    end = performance.now();
  });
  const result = await promise;
  return { result, good, times, seconds: (end - start) / 1000 };
}

function optionsOf({ target, path, callers = [], bodies, calls, connections }: Load): Options {
  let turn = 0;
  const paths = [path].flat();
  return {
    url: target.url,
    connections: Math.min(connections, calls),
    amount: calls,
    timeout: 90,
    requests: [
      {
        method: bodies ? 'POST' : 'GET',
        setupRequest(request) {
          const body = bodies?.[turn % bodies.length];
          const json = body ? { 'content-type': 'application/json' } : {};
          const headers = { ...json, ...callers[turn % callers.length] };
          const path = paths[turn % paths.length] as string;
          turn += 1;
          return { ...request, path, headers, ...(body ? { body } : {}) };
        },
      },
    ],
  };
}
