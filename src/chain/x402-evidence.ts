import type { Hex } from '#src/core/hex.ts';
import type { ExpectedLog } from '#src/core/journal.ts';
import { onChain } from './errors.ts';
import { matchesLog, type RawLog } from './signers/outcome.ts';
import type { RpcRequest } from './x402-reader.ts';

type Receipt = { status: Hex; blockNumber: Hex; logs: RawLog[] };
type FoundLog = RawLog & { transactionHash: Hex; removed?: boolean };

/** Nodes refuse wider ranges of eth_getLogs; at 2 s a block this looks back five hours. */
const lookBack = 9_000n;

export type Evidence = { txHash: Hex; blockNumber: bigint };

/** Looks for proof of payments that this facilitator did not send, or that are not final yet. */
export function createX402Evidence(rpc: RpcRequest) {
  const receiptOf = (network: string, hash: Hex) =>
    rpc(network, 'eth_getTransactionReceipt', [hash]) as Promise<Receipt | null>;
  const proves = (receipt: Receipt | null, expect: readonly ExpectedLog[]): receipt is Receipt =>
    receipt !== null &&
    BigInt(receipt.status) === 1n &&
    expect.every((log) => receipt.logs.some((one) => matchesLog(one, log)));
  return {
    /** True when the transaction is in a block with all the logs; false when it is without them; null when in no block. */
    proves: (network: string, hash: Hex, expect: readonly ExpectedLog[]): Promise<boolean | null> =>
      onChain(async () => {
        const receipt = await receiptOf(network, hash);
        return receipt ? proves(receipt, expect) : null;
      }),
    /** The transaction whose logs hold all that is expected; the last expected log is the one searched for. */
    find: (network: string, expect: readonly ExpectedLog[]): Promise<Evidence | null> =>
      onChain(async () => {
        const mark = expect.at(-1);
        if (!mark) return null;
        const head = BigInt((await rpc(network, 'eth_blockNumber', [])) as Hex);
        const from = head > lookBack ? head - lookBack : 0n;
        const filter = {
          address: mark.address,
          topics: mark.topics,
          fromBlock: `0x${from.toString(16)}`,
          toBlock: 'latest',
        };
        const logs = (await rpc(network, 'eth_getLogs', [filter])) as FoundLog[];
        for (const log of logs.filter((one) => one.removed !== true)) {
          const receipt = await receiptOf(network, log.transactionHash);
          if (proves(receipt, expect)) {
            return { txHash: log.transactionHash, blockNumber: BigInt(receipt.blockNumber) };
          }
        }
        return null;
      }),
  };
}
