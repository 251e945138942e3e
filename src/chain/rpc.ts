import { HttpRequestError, RpcRequestError, TimeoutError } from 'viem';
import { Pool } from 'undici';
import { passing } from './errors.ts';
import { exchange } from './exchange.ts';

/** JSON-RPC over HTTP. Errors are viem's and carry code and data, never the endpoint's path or query (they hold keys). */
export type Rpc = {
  request(method: string, params?: readonly unknown[]): Promise<unknown>;
  close(): Promise<void>;
};

export type RpcOptions = {
  url: string;
  timeoutMs: number;
  /** Calls that may share one HTTP request, if they are short and the node takes so many; 1 sends each alone. */
  batchSize: number;
  /** Told of every HTTP request. */
  onRequest?: (fact: RpcRequestFact) => void;
};

/** One HTTP request; `host` alone of its address, since path and query hold keys. */
export type RpcRequestFact = {
  host: string;
  outcome: 'ok' | 'http_error' | 'no_connection' | 'timeout';
  calls: number;
  /** Calls that were answered with an error. */
  errors: number;
  ms: number;
};

type Call = {
  method: string;
  /** Its JSON but for the id. */
  text: string;
  resolve(value: unknown): void;
  reject(error: unknown): void;
};
type Answer = { id?: number; result?: unknown; error?: { code: number; message: string; data?: unknown } };

/** Characters of the calls that may share a request: nodes refuse what is longer than a megabyte or two as a whole. */
const longest = 500_000;

/**
 * Calls made in one turn of the event loop travel in one request, so that they are answered by one node. A node that refuses
 * so many of them together is asked by half as many, from then on.
 */
export function createRpc(options: RpcOptions): Rpc {
  const url = new URL(options.url);
  const pool = new Pool(url.origin, { connections: 32, pipelining: 1, keepAliveTimeout: 30_000 });
  let queue: Call[] = [];
  let most = options.batchSize;

  const head = { 'content-type': 'application/json', accept: 'application/json' };
  const post = async (body: string): Promise<unknown> => {
    const { status, text } = await exchange(pool, {
      url,
      headers: head,
      body,
      timeoutMs: options.timeoutMs,
    });
    // A node may answer an RPC error with a status above 299; its body is worth more than the status.
    const parsed = parseJson(text);
    if (status < 300 || isAnswer(parsed)) return parsed;
    throw new HttpRequestError({ url: url.origin, status, details: 'refused by the endpoint' });
  };

  const settle = (call: Call, answer: Answer | undefined): void => {
    if (answer?.error) {
      call.reject(
        new RpcRequestError({ body: { method: call.method }, error: answer.error, url: url.origin }),
      );
    } else if (answer && 'result' in answer) call.resolve(answer.result);
    else call.reject(new HttpRequestError({ url: url.origin, details: 'answered without a result' }));
  };

  const send = async (calls: readonly Call[]): Promise<void> => {
    const startedAt = performance.now();
    const tell = (outcome: RpcRequestFact['outcome'], errors: number) =>
      options.onRequest?.({
        host: url.host,
        outcome,
        calls: calls.length,
        errors,
        ms: performance.now() - startedAt,
      });
    const bodies = calls.map(({ text }, id) => `{"id":${id},${text}`);
    try {
      const answer = await post(bodies.length === 1 ? (bodies[0] as string) : `[${bodies.join()}]`);
      const answers = new Map((Array.isArray(answer) ? answer : [answer]).map((a: Answer) => [a?.id, a]));
      // An endpoint that refuses a batch answers one error without an id for all of them.
      const common = Array.isArray(answer) ? undefined : (answer as Answer);
      const found = calls.map((_, id) => answers.get(id) ?? (common?.error ? common : undefined));
      tell('ok', found.filter((one) => one?.error !== undefined).length);
      if (calls.length > 1 && common?.error && !passing.has(common.error.code)) {
        most = Math.min(most, Math.ceil(calls.length / 2));
        return dispatch(calls);
      }
      calls.forEach((call, id) => settle(call, found[id]));
    } catch (error) {
      tell(outcomeOf(error), 0);
      for (const call of calls) call.reject(error);
    }
  };

  const dispatch = (calls: readonly Call[]): void => {
    for (const company of inCompany(calls, most)) void send(company);
  };

  const flush = (): void => {
    const calls = queue;
    queue = [];
    dispatch(calls);
  };

  return {
    request: (method, params = []) =>
      new Promise((resolve, reject) => {
        // A request without an id is a notification: each gets its own as it leaves.
        const text = JSON.stringify({ jsonrpc: '2.0', method, params }).slice(1);
        queue.push({ method, text, resolve, reject });
        if (queue.length === 1) setImmediate(flush);
      }),
    close: () => pool.destroy(),
  };
}

/** Calls in order, so many of them together as one request may hold. */
function inCompany(calls: readonly Call[], most: number): Call[][] {
  const companies: Call[][] = [];
  let length = 0;
  for (const call of calls) {
    const last = companies.at(-1);
    length += call.text.length;
    if (last && last.length < most && length <= longest) last.push(call);
    else {
      companies.push([call]);
      length = call.text.length;
    }
  }
  return companies;
}

function outcomeOf(error: unknown): RpcRequestFact['outcome'] {
  if (error instanceof TimeoutError) return 'timeout';
  return (error as HttpRequestError).status === undefined ? 'no_connection' : 'http_error';
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isAnswer(value: unknown): boolean {
  return Array.isArray(value) || (typeof value === 'object' && value !== null && 'error' in value);
}
