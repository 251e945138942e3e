import type { Hex } from '#src/core/hex.ts';
import type { ExpectedLog } from '#src/core/journal.ts';
import { onChain } from './errors.ts';
import { blockNumber, findLogs, matchesLog, type RawLog } from './signers/outcome.ts';
import type { RpcRequest } from './x402-reader.ts';

type Receipt = { status: Hex; logs: RawLog[] };

/** Equal transfers looked into, newest first. */
const maxCandidates = 50;

export type Evidence = { txHash: Hex; blockNumber: bigint };

/** Looks for proof of payments that this facilitator did not send, or that are not final yet. */
export function createX402Evidence(rpc: RpcRequest) {
  const holds = async (network: string, hash: Hex, trace: string | undefined): Promise<boolean> => {
    if (trace === undefined) return true;
    const found = (await rpc(network, 'eth_getTransactionByHash', [hash])) as { input: string } | null;
    return found?.input.toLowerCase().includes(trace) === true;
  };
  const find = async (
    network: string,
    expect: readonly ExpectedLog[],
    trace?: string,
  ): Promise<Evidence | null> => {
    const [mark, ...others] = expect.toReversed();
    if (!mark) return null;
    const head = await blockNumber(rpc, network);
    const candidates = (await findLogs(rpc, network, mark, head)).slice(-maxCandidates);
    for (const log of candidates.toReversed()) {
      const beside = await Promise.all(
        others.map((other) => findLogs(rpc, network, other, head, log.blockNumber)),
      );
      const whole = beside.every((logs) => logs.some((one) => one.transactionHash === log.transactionHash));
      if (whole && (await holds(network, log.transactionHash, trace)))
        return { txHash: log.transactionHash, blockNumber: BigInt(log.blockNumber) };
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
     * The transaction whose logs hold all that is expected; the last expected one is searched for. With a `trace` its
     * input must hold these hex digits: some payments leave no log that names them.
     */
    find: (network: string, expect: readonly ExpectedLog[], trace?: string): Promise<Evidence | null> =>
      onChain(() => find(network, expect, trace)),
  };
}
