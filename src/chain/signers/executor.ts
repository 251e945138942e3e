import { parseSignature, parseTransaction, serializeTransaction } from 'viem';
import type { PrivateKeyAccount } from 'viem/accounts';
import { type Clock, unixSeconds } from '#src/core/clock.ts';
import type { Hex } from '#src/core/hex.ts';
import { keccakHex } from '#src/core/keccak.ts';
import type { LaneExecutor, Prepared, SignedSubmission, Submission, Transaction } from '#src/core/journal.ts';
import type { Networks } from '#src/core/networks.ts';
import { revertOf, rpcFault } from '../errors.ts';
import { decodeAggregate3 } from '../multicall3.ts';
import { decodeRevert } from '../reverts.ts';
import type { RpcRequest } from '../x402-reader.ts';
import { alone, type Envelope, joinable, leastBatch, senderOf, together } from './calls.ts';
import { createGasFees, type GasFees, raisedFees } from './fees.ts';
import { transactionOutcome } from './outcome.ts';
import { sameAddress, type SignerPool } from './pool.ts';

export type SignerExecutorOptions = {
  networks: Networks;
  rpc: RpcRequest;
  pool: SignerPool;
  clock: Clock;
  /** Transactions in flight per signer. */
  inFlight: number;
  /** A transaction that is older, ms, is replaced with higher fees. */
  stuckMs: number;
  /** Told how many payments a signed transaction carries. */
  onSigned?: (network: string, payments: number) => void;
};

/** Lane of a network's settlement signers. */
export function signerLane(network: string): string {
  return `signers:${network}`;
}

/** Turns what is queued for a network's signers into plain transactions and, under load, batches. */
export function createSignerExecutor(options: SignerExecutorOptions): LaneExecutor {
  const { networks, rpc, pool, clock, inFlight, stuckMs } = options;
  // Looked at for the oldest that can be paid for; a batch takes what its network allows.
  const maxLegs = Math.max(...networks.list().map(({ settleBatch }) => settleBatch));
  const fees = createGasFees(rpc);
  const simulate = createSimulate(options);

  const sign = async (
    signer: PrivateKeyAccount,
    network: string,
    tx: Envelope & GasFees & { nonce: bigint },
  ) => {
    const { chainId } = networks.get(network);
    const whole = { ...tx, type: 'eip1559', chainId, nonce: Number(tx.nonce) } as const;
    // As `signTransaction` does it, but for the hashes: a batch is long, and JavaScript's keccak slow.
    const signature = await signer.sign({ hash: hashOf(serializeTransaction(whole)) });
    const raw = serializeTransaction(whole, parseSignature(signature));
    const { nonce, maxFeePerGas, maxPriorityFeePerGas } = tx;
    const signed = { hash: hashOf(raw), raw, sender: signer.address, nonce, validUntil: null };
    return { kind: 'transaction', ...signed, maxFeePerGas, maxPriorityFeePerGas } satisfies SignedSubmission;
  };

  return {
    kind: 'transaction',
    maxInFlight: Math.max(pool.addresses.length, 1) * inFlight,
    maxLegs,
    async prepare(lane, queued, open) {
      const network = lane.slice(lane.indexOf(':') + 1);
      const price = await fees(network);
      const { signer, turn } = await nextTurn(pool, { network, queued, open, price });
      const [nonce, chosen] = await Promise.all([
        nextNonce(rpc, network, signer.address, open),
        choose(simulate, {
          network,
          from: signer.address,
          queued: turn,
          most: networks.get(network).settleBatch,
        }),
      ]);
      const { envelope, legs, rejected } = chosen;
      if (!envelope) return { submission: null, legs: [], rejected };
      const submission = await sign(signer, network, { ...envelope, ...price, nonce });
      options.onSigned?.(network, legs.length);
      return { submission, legs, rejected };
    },
    async send(submission) {
      try {
        await rpc(submission.network, 'eth_sendRawTransaction', [submission.raw]);
      } catch (error) {
        if (!mayBeInside(error)) throw error;
      }
    },
    check(submission, transactions) {
      const { confirmations } = networks.get(submission.network);
      return transactionOutcome({
        rpc,
        submission,
        transactions: inOrder(submission, transactions),
        confirmations,
      });
    },
    async bump(submission) {
      if (clock.now().getTime() - submission.createdAt.getTime() < stuckMs) return null;
      const higher = raisedFees(submission, await fees(submission.network));
      if (!higher) return null;
      const { to, data = '0x', value = 0n, gas } = parseTransaction(submission.raw as Hex);
      if (!to || gas === undefined) return null;
      const tx = { to, data, value, gas, nonce: submission.nonce, ...higher };
      return sign(pool.get(submission.sender), submission.network, tx);
    },
  };
}

const hashOf = (raw: Hex): Hex => `0x${keccakHex(Buffer.from(raw.slice(2), 'hex'))}`;

type Turn = { network: string; queued: readonly Transaction[]; open: readonly Submission[]; price: GasFees };

/** The oldest transaction that a signer can pay for, before the others: one that needs a poor key holds up nobody. */
async function nextTurn(pool: SignerPool, { network, queued, open, price }: Turn) {
  const poor = new Set<Hex | null>();
  let last: unknown;
  for (const one of queued) {
    const sender = senderOf(one);
    if (poor.has(sender)) continue;
    try {
      const signer = await pool.pick(network, open, alone(one).gas * price.maxFeePerGas, sender);
      return { signer, turn: [one, ...queued.filter((other) => other !== one)] };
    } catch (error) {
      poor.add(sender);
      last = error;
    }
  }
  throw last;
}

type Simulate = (
  network: string,
  from: Hex,
  envelope: Envelope,
) => Promise<{ data: Hex } | { revert: string }>;

/** Runs an envelope on the latest state with the very gas it will have. */
function createSimulate({ networks, rpc, clock }: SignerExecutorOptions): Simulate {
  return async (network, from, { to, data, value, gas }) => {
    const call = { from, to, data, value: `0x${value.toString(16)}`, gas: `0x${gas.toString(16)}` };
    const time = `0x${unixSeconds(clock).toString(16)}`;
    // A local chain makes no blocks while it idles: its latest time says nothing of the next block's.
    const at = networks.get(network).simulated ? ['latest', {}, { time }] : ['latest'];
    try {
      return { data: (await rpc(network, 'eth_call', [call, ...at])) as Hex };
    } catch (error) {
      const reverted = revertOf(error);
      if (reverted === null) throw error;
      return { revert: decodeRevert(reverted) };
    }
  };
}

type Choice = { envelope: Envelope | null; legs: string[]; rejected: Prepared['rejected'] };
type Choosing = { network: string; from: Hex; queued: readonly Transaction[]; most: number };

/** A batch when enough wait, else the first alone. What fails in the batch is judged alone, now or when its turn comes. */
async function choose(simulate: Simulate, options: Choosing): Promise<Choice> {
  const { network, from, queued, most } = options;
  const candidates = most >= leastBatch ? joinable(queued).slice(0, most) : [];
  if (candidates.length >= leastBatch) {
    const answer = await simulate(network, from, together(candidates));
    const results = 'data' in answer ? decodeAggregate3(answer.data) : [];
    const good = candidates.filter((_, i) => results[i]?.ok);
    if (good.length >= leastBatch) {
      const bad = candidates.filter((one) => !good.includes(one));
      const rejected = await reject(simulate, network, from, bad.slice(0, 20));
      return { envelope: together(good), legs: good.map((one) => one.id), rejected };
    }
  }
  const first = queued[0] as Transaction;
  const rejected = await reject(simulate, network, from, [first]);
  if (rejected.length > 0) return { envelope: null, legs: [], rejected };
  return { envelope: alone(first), legs: [first.id], rejected };
}

async function reject(
  simulate: Simulate,
  network: string,
  from: Hex,
  transactions: readonly Transaction[],
): Promise<Prepared['rejected']> {
  const answers = await Promise.all(transactions.map((one) => simulate(network, from, alone(one))));
  return answers.flatMap((answer, i) => {
    const id = transactions[i]?.id;
    if (!('revert' in answer) || id === undefined) return [];
    const error = {
      code: 'simulation_failed',
      message: 'the call would revert',
      revertReason: answer.revert,
    };
    return [{ id, error }];
  });
}

/** After the chain's count and after everything that is signed already. */
async function nextNonce(
  rpc: RpcRequest,
  network: string,
  sender: Hex,
  open: readonly Submission[],
): Promise<bigint> {
  const count = BigInt((await rpc(network, 'eth_getTransactionCount', [sender, 'latest'])) as Hex);
  return open
    .filter((one) => sameAddress(one.sender, sender) && one.network === network)
    .reduce((next, one) => (one.nonce >= next ? one.nonce + 1n : next), count);
}

/** The node knows the bytes, or the nonce is taken, most likely by them: the chain will tell. */
function mayBeInside(error: unknown): boolean {
  const fault = rpcFault(error);
  return (
    fault?.kind === 'answered' &&
    /already known|already imported|nonce too low|known transaction/i.test(fault.text)
  );
}

function inOrder(submission: Submission, transactions: readonly Transaction[]): Transaction[] {
  return submission.legs.flatMap((id) => transactions.find((one) => one.id === id) ?? []);
}
