import { HttpRequestError, RpcRequestError, TimeoutError } from 'viem';
import { Pool } from 'undici';

/** JSON-RPC over HTTP. Errors are viem's and carry code and data, never the endpoint's path or query (they hold keys). */
export type Rpc = {
  request(method: string, params?: readonly unknown[]): Promise<unknown>;
  close(): Promise<void>;
};

export type RpcOptions = {
  url: string;
  timeoutMs: number;
  /** Calls that may share one HTTP request; 1 sends each alone. */
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
  params: readonly unknown[];
  resolve(value: unknown): void;
  reject(error: unknown): void;
};
type Answer = { id?: number; result?: unknown; error?: { code: number; message: string; data?: unknown } };

/** Calls made in one turn of the event loop travel in one request, so that they are answered by one node. */
export function createRpc(options: RpcOptions): Rpc {
  const url = new URL(options.url);
  const pool = new Pool(url.origin, { connections: 32, pipelining: 1, keepAliveTimeout: 30_000 });
  let queue: Call[] = [];

  const post = async (body: unknown): Promise<unknown> => {
    const signal = AbortSignal.timeout(options.timeoutMs);
    try {
      const response = await pool.request({
        method: 'POST',
        path: url.pathname + url.search,
        headers: { 'content-type': 'application/json', accept: 'application/json' },
        body: JSON.stringify(body),
        signal,
      });
      const text = await response.body.text();
      // A node may answer an RPC error with a status above 299; its body is worth more than the status.
      const parsed = parseJson(text);
      if (response.statusCode < 300 || isAnswer(parsed)) return parsed;
      throw new HttpRequestError({
        url: url.origin,
        status: response.statusCode,
        details: 'refused by the endpoint',
      });
    } catch (error) {
      if (error instanceof HttpRequestError) throw error;
      if (signal.aborted) throw new TimeoutError({ body: {}, url: url.origin });
      throw new HttpRequestError({ url: url.origin, details: 'no connection', cause: error as Error });
    }
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
    const bodies = calls.map((call, id) => ({
      jsonrpc: '2.0',
      id,
      method: call.method,
      params: call.params,
    }));
    try {
      const answer = await post(bodies.length === 1 ? bodies[0] : bodies);
      const answers = new Map((Array.isArray(answer) ? answer : [answer]).map((a: Answer) => [a?.id, a]));
      // An endpoint that refuses batches answers one error without an id for all of them.
      const common = Array.isArray(answer) ? undefined : (answer as Answer);
      const found = calls.map((_, id) => answers.get(id) ?? (common?.error ? common : undefined));
      tell('ok', found.filter((one) => one?.error !== undefined).length);
      calls.forEach((call, id) => settle(call, found[id]));
    } catch (error) {
      tell(outcomeOf(error), 0);
      for (const call of calls) call.reject(error);
    }
  };

  const flush = (): void => {
    const calls = queue;
    queue = [];
    for (let i = 0; i < calls.length; i += options.batchSize)
      void send(calls.slice(i, i + options.batchSize));
  };

  return {
    request: (method, params = []) =>
      new Promise((resolve, reject) => {
        queue.push({ method, params, resolve, reject });
        if (queue.length === 1) setImmediate(flush);
      }),
    close: () => pool.destroy(),
  };
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
