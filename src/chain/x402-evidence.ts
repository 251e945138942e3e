import type { Hex } from '#src/core/hex.ts';
import type { ExpectedLog } from '#src/core/journal.ts';
import { onChain } from './errors.ts';
import { blockNumber, findLogs, matchesLog, type RawLog } from './signers/outcome.ts';
import type { RpcRequest } from './x402-reader.ts';

type Receipt = { status: Hex; logs: RawLog[] };

/** Equal transfers looked into, newest first. */
const maxCandidates = 50;

const isLike = (log: RawLog, { address, topics }: ExpectedLog): boolean =>
  log.address.toLowerCase() === address.toLowerCase() && log.topics[0] === topics[0];

/**
 * True when the mark has its own companions behind it. EIP-3009 tells of an authorization and then of its transfer, so the
 * token's first one behind it is its own; all others pay for something else.
 */
function isFollowed(logs: readonly RawLog[], mark: ExpectedLog, others: readonly ExpectedLog[]): boolean {
  const at = logs.findIndex((log) => matchesLog(log, mark));
  if (at < 0) return false;
  const behind = logs.slice(at + 1);
  const next = behind.findIndex((log) => isLike(log, mark));
  const own = next < 0 ? behind : behind.slice(0, next);
  return others.every((other) => {
    const first = own.find((log) => isLike(log, other));
    return first !== undefined && matchesLog(first, other);
  });
}

export type Evidence = { txHash: Hex; blockNumber: bigint };

/** Looks for proof of payments that this facilitator did not send, or that are not final yet. */
export function createX402Evidence(rpc: RpcRequest) {
  const holds = async (network: string, hash: Hex, trace: string | undefined): Promise<boolean> => {
    if (trace === undefined) return true;
    const found = (await rpc(network, 'eth_getTransactionByHash', [hash])) as { input: string } | null;
    return found?.input.toLowerCase().includes(trace) === true;
  };
  const logsOf = async (network: string, hash: Hex): Promise<readonly RawLog[]> =>
    ((await rpc(network, 'eth_getTransactionReceipt', [hash])) as Receipt | null)?.logs ?? [];
  const find = async (
    network: string,
    expect: readonly ExpectedLog[],
    trace?: string,
  ): Promise<Evidence | null> => {
    const [mark, ...others] = expect.toReversed();
    if (!mark) return null;
    const head = await blockNumber(rpc, network);
    const candidates = (await findLogs(rpc, network, mark, head)).slice(-maxCandidates);
    for (const { transactionHash: txHash, blockNumber: block } of candidates.toReversed()) {
      if (others.length > 0 && !isFollowed(await logsOf(network, txHash), mark, others)) continue;
      if (await holds(network, txHash, trace)) return { txHash, blockNumber: BigInt(block) };
    }
    return null;
  };
  return {
    /** True when the transaction is in a block with all the logs; false when it is without them; null when in no block. */
    proves: (network: string, hash: Hex, expect: readonly ExpectedLog[]): Promise<boolean | null> =>
      onChain(async () => {
        const receipt = (await rpc(network, 'eth_getTransactionReceipt', [hash])) as Receipt | null;
        if (!receipt) return null;
        const done = expect.every((log) => receipt.logs.some((one) => matchesLog(one, log)));
        return BigInt(receipt.status) === 1n && done;
      }),
    /**
     * The transaction whose logs hold all that is expected; the last expected one is searched for, and the others are its
     * own, behind it. With a `trace` its
     * input must hold these hex digits: some payments leave no log that names them.
     */
    find: (network: string, expect: readonly ExpectedLog[], trace?: string): Promise<Evidence | null> =>
      onChain(() => find(network, expect, trace)),
  };
}
