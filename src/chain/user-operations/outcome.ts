import { isAddressEqual, type Log, parseAbi, parseEventLogs, type PublicClient } from 'viem';
import type { Hex } from '#src/core/hex.ts';
import type {
  ExpectedLog,
  LegOutcome,
  Submission,
  SubmissionOutcome,
  Transaction,
  TransactionError,
} from '#src/core/journal.ts';
import { shares } from '#src/core/money.ts';
import { decodeRevert } from '../reverts.ts';
import { revertAfter } from '../simulate.ts';
import { executionReverted, operationFailed, receiptTimeout } from './errors.ts';
import { parseOperation, type StoredOperation } from './operation.ts';

export const entryPointAbi = parseAbi([
  'function getNonce(address sender, uint192 key) view returns (uint256)',
  'event UserOperationEvent(bytes32 indexed userOpHash, address indexed sender, address indexed paymaster, uint256 nonce, bool success, uint256 actualGasCost, uint256 actualGasUsed)',
  'event UserOperationRevertReason(bytes32 indexed userOpHash, address indexed sender, uint256 nonce, bytes revertReason)',
  'event PostOpRevertReason(bytes32 indexed userOpHash, address indexed sender, uint256 nonce, bytes revertReason)',
  'event BeforeExecution()',
]);

/** Nodes refuse wider ranges of eth_getLogs. */
const logRange = 1_000n;

/** A reorg may bring an operation into a block below the one it was signed at; deeper ones are not looked for. */
const reorgDepth = 256n;

/** What our own RPC says of a sent operation; the bundler is not asked. */
export async function operationOutcome(
  client: PublicClient,
  submission: Submission,
  transactions: readonly Transaction[],
  confirmations: number,
): Promise<SubmissionOutcome> {
  const stored = parseOperation(submission.raw);
  // One HTTP request, so one node answers: a nonce of one and logs of another would not fit together.
  const [head, nonce] = await Promise.all([
    client.getBlock(),
    readNonce(client, stored, submission, 'latest'),
  ]);
  if (nonce <= submission.nonce) return notIncluded(client, submission, head, confirmations);

  const event = await findEvent(client, stored, submission, head.number);
  if (event) return included(client, submission, transactions, event, head.number);
  return replaced(client, stored, submission, head.number, confirmations);
}

function readNonce(
  client: PublicClient,
  stored: StoredOperation,
  submission: Submission,
  at: bigint | 'latest',
): Promise<bigint> {
  return client.readContract({
    abi: entryPointAbi,
    address: stored.entryPoint,
    functionName: 'getNonce',
    args: [submission.sender, submission.nonce >> 64n],
    ...(at === 'latest' ? {} : { blockNumber: at }),
  });
}

async function notIncluded(
  client: PublicClient,
  submission: Submission,
  head: { number: bigint; timestamp: bigint },
  confirmations: number,
): Promise<SubmissionOutcome> {
  if (submission.validUntil === null || head.timestamp <= BigInt(submission.validUntil))
    return { state: 'pending' };
  // A reorg could still bring back an earlier time, so the deadline counts where the chain is settled.
  const settled = head.number - BigInt(confirmations - 1);
  if (settled < 0n) return { state: 'pending' };
  const block = confirmations === 1 ? head : await client.getBlock({ blockNumber: settled });
  if (block.timestamp <= BigInt(submission.validUntil)) return { state: 'pending' };
  return {
    state: 'dead',
    reason: 'expired',
    error: operationFailed(receiptTimeout, 'no block took the operation before it expired'),
  };
}

type EventLog = { transactionHash: Hex; blockNumber: bigint };

async function findEvent(
  client: PublicClient,
  stored: StoredOperation,
  submission: Submission,
  head: bigint,
): Promise<EventLog | null> {
  const first = stored.fromBlock > reorgDepth ? stored.fromBlock - reorgDepth : 0n;
  for (let from = first; from <= head; from += logRange) {
    const to = from + logRange - 1n < head ? from + logRange - 1n : head;
    const [log] = await client.getContractEvents({
      abi: entryPointAbi,
      address: stored.entryPoint,
      eventName: 'UserOperationEvent',
      args: { userOpHash: submission.hash },
      fromBlock: from,
      toBlock: to,
      strict: true,
    });
    if (log) return log;
  }
  return null;
}

/** Another operation took the nonce: said only when that lies as deep as a confirmation, and the logs were read after it. */
async function replaced(
  client: PublicClient,
  stored: StoredOperation,
  submission: Submission,
  head: bigint,
  confirmations: number,
): Promise<SubmissionOutcome> {
  const depth = head - BigInt(confirmations);
  if (depth < 0n) return { state: 'pending' };
  const nonce = await readNonce(client, stored, submission, depth);
  if (nonce <= submission.nonce || (await findEvent(client, stored, submission, head)))
    return { state: 'pending' };
  return {
    state: 'dead',
    reason: 'replaced',
    error: operationFailed('NONCE_CONFLICT', 'another operation took the nonce'),
  };
}

async function included(
  client: PublicClient,
  submission: Submission,
  transactions: readonly Transaction[],
  event: EventLog,
  head: bigint,
): Promise<SubmissionOutcome> {
  const receipt = await client.getTransactionReceipt({ hash: event.transactionHash });
  const logs = operationLogs(receipt.logs, submission.hash);
  // The receipt may be of another block than the log when a reorg happened between the two questions.
  if (!logs) return { state: 'pending' };
  const gas = shares(logs.event.actualGasUsed, transactions.length);
  const cost = shares(
    BigInt(logs.event.paymaster) === 0n ? 0n : logs.event.actualGasCost,
    transactions.length,
  );
  const failure = logs.event.success
    ? null
    : await failureOf(client, submission, transactions, { ...logs, ...receipt });
  const legs = transactions.map((transaction, i): LegOutcome => {
    const common = {
      transactionId: transaction.id,
      gasUsed: gas[i] ?? 0n,
      sponsorCost: cost[i] ?? 0n,
    };
    if (failure) return { ...common, success: false, ...failure };
    if (transaction.expect.every((expected) => logs.own.some((log) => matches(log, expected)))) {
      return { ...common, success: true };
    }
    const error = operationFailed('UNEXPECTED_EFFECT', 'the operation ran without the promised effect');
    return { ...common, success: false, error };
  });
  return {
    state: 'included',
    txHash: receipt.transactionHash,
    blockNumber: receipt.blockNumber,
    blockHash: receipt.blockHash,
    confirmations: Math.max(Number(head - receipt.blockNumber) + 1, 1),
    legs,
  };
}

type Failure = { error: TransactionError; retryAlone?: boolean };

/** Why no leg ran, and whether one alone may do better. */
async function failureOf(
  client: PublicClient,
  { sender }: Submission,
  [first, ...others]: readonly Transaction[],
  { revertData, blockNumber }: { revertData: Hex | undefined; blockNumber: bigint },
): Promise<Failure> {
  const reverted = (reason: string) => operationFailed(executionReverted, 'the call reverted', reason);
  if (!first || others.length > 0) return { error: reverted(decodeRevert(revertData)), retryAlone: true };
  if (revertData && revertData !== '0x') return { error: reverted(decodeRevert(revertData)) };
  // Several calls of one transaction tell nothing, and neither does one whose gas ran out since others made it dearer.
  const reason = await revertAfter(client, sender, first.calls, blockNumber);
  if (reason !== null) return { error: reverted(reason) };
  const error = operationFailed(executionReverted, 'the call failed in its block, and would not after it');
  return { error, retryAlone: true };
}

/** The logs between the end of the operation before (or of the validations) and the operation's own event. */
function operationLogs(all: readonly Log[], hash: Hex) {
  const parsed = parseEventLogs({ abi: entryPointAbi, logs: [...all], strict: true });
  const end = parsed.find((log) => log.eventName === 'UserOperationEvent' && log.args.userOpHash === hash);
  if (end?.eventName !== 'UserOperationEvent') return null;
  const start = parsed
    .filter((log) => log.eventName === 'UserOperationEvent' || log.eventName === 'BeforeExecution')
    .findLast((log) => (log.logIndex ?? 0) < (end.logIndex ?? 0))?.logIndex;
  const revert = parsed.find(
    (log) =>
      (log.eventName === 'UserOperationRevertReason' || log.eventName === 'PostOpRevertReason') &&
      log.args.userOpHash === hash,
  );
  return {
    event: end.args,
    own: all.filter(
      (log) => (log.logIndex ?? 0) > (start ?? -1) && (log.logIndex ?? 0) < (end.logIndex ?? 0),
    ),
    revertData: revert && 'revertReason' in revert.args ? revert.args.revertReason : undefined,
  };
}

function matches(log: Log, expected: ExpectedLog): boolean {
  return (
    isAddressEqual(log.address, expected.address) &&
    log.topics.length === expected.topics.length &&
    expected.topics.every((topic, i) => log.topics[i]?.toLowerCase() === topic.toLowerCase()) &&
    (expected.data === undefined || expected.data.toLowerCase() === log.data.toLowerCase())
  );
}
