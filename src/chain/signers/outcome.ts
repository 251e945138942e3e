import type { Hex } from '#src/core/hex.ts';
import type {
  ExpectedLog,
  LegOutcome,
  Submission,
  SubmissionOutcome,
  Transaction,
} from '#src/core/journal.ts';
import type { RpcRequest } from '../x402-reader.ts';

/** A log as the node tells it. */
export type RawLog = { address: string; topics: readonly string[]; data: string };

type Receipt = {
  status: Hex;
  blockNumber: Hex;
  blockHash: Hex;
  gasUsed: Hex;
  effectiveGasPrice: Hex;
  /** What OP-stack chains charge for data availability. */
  l1Fee?: Hex | null;
  logs: readonly RawLog[];
};

/** True when the log is exactly the expected one. */
export function matchesLog(log: RawLog, expected: ExpectedLog): boolean {
  return (
    log.address.toLowerCase() === expected.address.toLowerCase() &&
    log.topics.length === expected.topics.length &&
    expected.topics.every((topic, i) => log.topics[i]?.toLowerCase() === topic.toLowerCase()) &&
    (expected.data === undefined || expected.data.toLowerCase() === log.data.toLowerCase())
  );
}

/** Equal for a log and what is expected of it; without data for any data. */
function logKey({
  address,
  topics,
  data = '',
}: {
  address: string;
  topics: readonly string[];
  data?: string | undefined;
}) {
  return `${address} ${topics.join()} ${data}`.toLowerCase();
}

type Look = {
  rpc: RpcRequest;
  submission: Submission;
  transactions: readonly Transaction[];
  confirmations: number;
};

/** What the chain says of a sent transaction. */
export async function transactionOutcome({
  rpc,
  submission,
  transactions,
  confirmations,
}: Look): Promise<SubmissionOutcome> {
  const { network, hash } = submission;
  const receiptOf = () => rpc(network, 'eth_getTransactionReceipt', [hash]) as Promise<Receipt | null>;
  // Asked in one request, so that one node answers both.
  const [head, receipt] = await Promise.all([blockNumber(rpc, network), receiptOf()]);
  if (receipt) return included(receipt, submission, transactions, head);
  const depth = head - BigInt(confirmations - 1);
  if (depth < 0n) return { state: 'pending' };
  const at = `0x${depth.toString(16)}`;
  const [count, again] = await Promise.all([
    rpc(network, 'eth_getTransactionCount', [submission.sender, at]) as Promise<Hex>,
    receiptOf(),
  ]);
  if (again || BigInt(count) <= submission.nonce) return { state: 'pending' };
  // A node's receipts may lag behind its state: the nonce may well be used by this very transaction.
  if (await isMined(rpc, submission, transactions, head)) return { state: 'pending' };
  const error = { code: 'replaced', message: 'another transaction took the nonce' };
  return { state: 'dead', reason: 'replaced', error };
}

/** Signs of the transaction in the chain, other than its receipt. */
async function isMined(
  rpc: RpcRequest,
  { network, hash }: Submission,
  transactions: readonly Transaction[],
  head: bigint,
): Promise<boolean> {
  const known = (await rpc(network, 'eth_getTransactionByHash', [hash])) as {
    blockNumber: Hex | null;
  } | null;
  if (known?.blockNumber) return true;
  const marks = transactions.flatMap(({ expect }) => expect.slice(-1)).slice(0, 3);
  const found = await Promise.all(marks.map((mark) => findLogs(rpc, network, mark, head)));
  return found.flat().some((log) => log.transactionHash === hash);
}

/** Nodes refuse wider ranges of eth_getLogs; at 2 s a block this looks back five hours. */
const lookBack = 9_000n;

export type FoundLog = RawLog & { transactionHash: Hex; blockNumber: Hex; removed?: boolean };

/** Logs like the expected one in the last blocks, or in one block. */
export async function findLogs(
  rpc: RpcRequest,
  network: string,
  expected: ExpectedLog,
  head: bigint,
  block?: Hex,
): Promise<FoundLog[]> {
  const from = head > lookBack ? head - lookBack : 0n;
  const range = block
    ? { fromBlock: block, toBlock: block }
    : { fromBlock: `0x${from.toString(16)}`, toBlock: 'latest' };
  const { address, topics } = expected;
  const logs = (await rpc(network, 'eth_getLogs', [{ address, topics, ...range }])) as FoundLog[];
  return logs.filter((log) => log.removed !== true && matchesLog(log, expected));
}

export async function blockNumber(rpc: RpcRequest, network: string): Promise<bigint> {
  return BigInt((await rpc(network, 'eth_blockNumber', [])) as Hex);
}

function included(
  receipt: Receipt,
  submission: Submission,
  transactions: readonly Transaction[],
  head: bigint,
): SubmissionOutcome {
  const told = new Set(receipt.logs.flatMap((log) => [logKey(log), logKey({ ...log, data: undefined })]));
  const share = BigInt(Math.max(transactions.length, 1));
  const cost = BigInt(receipt.gasUsed) * BigInt(receipt.effectiveGasPrice) + BigInt(receipt.l1Fee ?? '0x0');
  const legs = transactions.map((transaction): LegOutcome => {
    const shares = { gasUsed: BigInt(receipt.gasUsed) / share, sponsorCost: cost / share };
    return {
      transactionId: transaction.id,
      ...shares,
      ...legOf(receipt, told, transaction, transactions.length > 1),
    };
  });
  const at = BigInt(receipt.blockNumber);
  return {
    state: 'included',
    txHash: submission.hash,
    blockNumber: at,
    blockHash: receipt.blockHash,
    confirmations: Math.max(Number(head - at) + 1, 1),
    legs,
  };
}

/** A leg is done when its own logs are there; success of the transaction says nothing of it. */
function legOf(
  receipt: Receipt,
  told: ReadonlySet<string>,
  transaction: Transaction,
  batched: boolean,
): Pick<LegOutcome, 'success' | 'error' | 'retryAlone'> {
  const reverted = BigInt(receipt.status) !== 1n;
  const done = transaction.expect.every((log) => told.has(logKey(log)));
  if (!reverted && done) return { success: true };
  const error = reverted
    ? { code: 'reverted', message: 'the transaction reverted' }
    : { code: 'unexpected_effect', message: 'the call ran without the promised effect' };
  return { success: false, error, ...(batched ? { retryAlone: true } : {}) };
}
