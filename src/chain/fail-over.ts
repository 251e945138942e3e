import { setTimeout as delay } from 'node:timers/promises';
import { HttpRequestError } from 'viem';
import { passing, revertOf, rpcFault } from './errors.ts';
import type { Rpc } from './rpc.ts';

/** The node would not take the transaction: no other one would. */
const rejected = -32_003;
const passingStatus = new Set([403, 408, 413, 429, 500, 502, 503, 504]);
const retries = 2;
const retryMs = 100;

/** Asks the endpoints of a list in their order until one answers, and the whole list again when all of them stumble. */
export function failOver(endpoints: readonly Rpc[]): Rpc['request'] {
  const once = async (method: string, params?: readonly unknown[]): Promise<unknown> => {
    let last: unknown;
    for (const endpoint of endpoints) {
      try {
        return await endpoint.request(method, params);
      } catch (error) {
        if (isVerdict(error)) throw error;
        last = error;
      }
    }
    throw last;
  };
  return async (method, params) => {
    for (let retry = 0; ; retry += 1) {
      try {
        return await once(method, params);
      } catch (error) {
        if (retry === retries || !mayPass(error)) throw error;
        await delay(retryMs * 2 ** retry);
      }
    }
  };
}

/** True for what every node would say. */
function isVerdict(error: unknown): boolean {
  const fault = rpcFault(error);
  return fault?.kind === 'answered' && (fault.code === rejected || revertOf(error) !== null);
}

/** True for what may be over in a moment. */
function mayPass(error: unknown): boolean {
  const fault = rpcFault(error);
  if (fault?.kind === 'answered') return passing.has(fault.code) && revertOf(error) === null;
  if (!(error instanceof HttpRequestError)) return fault !== null;
  return error.status === undefined || passingStatus.has(error.status);
}
