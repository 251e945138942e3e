import { HttpRequestError, TimeoutError } from 'viem';
import type { Dispatcher, Pool } from 'undici';

type Exchange = { url: URL; headers: Record<string, string>; body: string; timeoutMs: number };

/**
 * One POST with its whole answer. On the hot path of payments, so without the streams and abort signals around it,
 * which cost as much as the rest.
 * @throws TimeoutError, HttpRequestError without a status
 */
export function exchange(
  pool: Pool,
  { url, headers, body, timeoutMs }: Exchange,
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let status = 0;
    let controller: Dispatcher.DispatchController | undefined;
    let late = false;
    const abort = () => controller?.abort(new Error('took too long'));
    const timer = setTimeout(() => {
      late = true;
      abort();
      reject(new TimeoutError({ body: {}, url: url.origin }));
    }, timeoutMs);
    pool.dispatch(
      { method: 'POST', path: url.pathname + url.search, headers, body },
      {
        onRequestStart(started) {
          controller = started;
          // It may have waited for a connection until now.
          if (late) abort();
        },
        onResponseStart(_, code) {
          status = code;
        },
        onResponseData(_, chunk) {
          chunks.push(chunk);
        },
        onResponseEnd() {
          clearTimeout(timer);
          resolve({ status, text: textOf(chunks) });
        },
        onResponseError(_, cause) {
          clearTimeout(timer);
          reject(new HttpRequestError({ url: url.origin, details: 'no connection', cause }));
        },
      },
    );
  });
}

function textOf(chunks: readonly Buffer[]): string {
  const [only] = chunks;
  return (only && chunks.length === 1 ? only : Buffer.concat(chunks)).toString('utf8');
}
