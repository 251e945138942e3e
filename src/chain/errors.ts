import { BaseError, HttpRequestError, RpcRequestError, TimeoutError } from 'viem';
import { AppError, fail } from '#src/core/errors.ts';
import type { Hex } from '#src/core/hex.ts';

/** What an endpoint said, without its URL, our calldata or our signatures. */
export type RpcFault =
  | { kind: 'unreachable'; status?: number }
  | { kind: 'answered'; code: number; text: string; data?: Hex };

/** Codes of the node, not of the question: unknown and internal errors, too many requests in the words of three providers. */
export const passing: ReadonlySet<number> = new Set([-1, -32_603, -32_005, -32_007, 429]);

/** Reads any error of the chain layer; null when it is not an endpoint's. */
export function rpcFault(error: unknown): RpcFault | null {
  const walk = <T extends Error>(type: new (...args: never[]) => T): T | undefined => {
    if (error instanceof type) return error;
    if (!(error instanceof BaseError)) return undefined;
    const found = error.walk((one) => one instanceof type);
    return found instanceof type ? found : undefined;
  };
  const answered = walk(RpcRequestError);
  if (answered) {
    const data = revertData(answered.data);
    return { kind: 'answered', code: answered.code, text: answered.details, ...(data ? { data } : {}) };
  }
  const refused = walk(HttpRequestError);
  if (refused) return { kind: 'unreachable', ...(refused.status ? { status: refused.status } : {}) };
  return walk(TimeoutError) ? { kind: 'unreachable' } : null;
}

/** Nodes put revert data in `data`, some bundlers in `data.revertData`. */
function revertData(data: unknown): Hex | undefined {
  const found =
    typeof data === 'object' && data !== null ? (data as Record<string, unknown>)['revertData'] : data;
  return typeof found === 'string' && /^0x[0-9a-fA-F]*$/.test(found) ? (found as Hex) : undefined;
}

/** What nodes call an execution that ended without an answer. */
const halted =
  /revert|out ?of ?gas|oog\b|EVM error|invalid (?:opcode|jump)|stack (?:under|over)flow|stack limit|return data out of bounds|write protection/i;

/** Revert data of a call that failed in itself, '0x' when there is none; null for what an error says of the node. */
export function revertOf(error: unknown): Hex | null {
  const fault = rpcFault(error);
  if (fault?.kind !== 'answered') return null;
  const failed = fault.code === 3 || fault.data !== undefined || halted.test(fault.text);
  return failed ? (fault.data ?? '0x') : null;
}

/** True for what says nothing of the question: the node was not reached, is busy, or failed in itself. */
export function isPassing(error: unknown): boolean {
  const fault = rpcFault(error);
  if (fault?.kind !== 'answered') return fault?.kind === 'unreachable';
  return passing.has(fault.code) && revertOf(error) === null;
}

/** A fault of an endpoint as `chain_unavailable`; other errors stay what they are. */
export function chainError(error: unknown): Error {
  if (error instanceof AppError) return error;
  if (rpcFault(error)) return fail('chain_unavailable', { retryAfter: 5, cause: error });
  return error instanceof Error ? error : new Error(String(error));
}

/** Runs `work`; an endpoint's fault leaves it as `chain_unavailable`. */
export async function onChain<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw chainError(error);
  }
}
