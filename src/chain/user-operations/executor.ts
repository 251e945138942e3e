import type { PublicClient } from 'viem';
import { parseAccountLane } from '#src/core/lanes.ts';
import type { Networks } from '#src/core/networks.ts';
import type { LaneExecutor, Prepared, Submission, Transaction } from '#src/core/journal.ts';
import type { AccountRecord, AccountSource } from '#src/core/ports/accounts.ts';
import type { ChainClients } from '../clients.ts';
import type { LegVerdict, Simulator } from '../simulate.ts';
import type { SmartAccounts } from '../smart-accounts/accounts.ts';
import { type AccountState, type BuildInput, type Built, buildOperation } from './build.ts';
import { executionReverted, operationFailed, operationFault } from './errors.ts';
import { createFees } from './fees.ts';
import { parseOperation } from './operation.ts';
import { entryPointAbi, operationOutcome } from './outcome.ts';

export type UserOperationOptions = {
  networks: Networks;
  clients: ChainClients;
  accounts: SmartAccounts;
  source: AccountSource;
  simulate: Simulator;
  /** Seconds that signed bytes stay valid; then they are dead and may be made anew. */
  validForSeconds?: number;
  /** Transactions one operation may carry. */
  maxLegs?: number;
  /** Gas one operation may ask for; bundlers drop what does not fit their bundle. */
  maxGas?: bigint;
};

/** Turns what is queued for a smart account into one sponsored user operation at a time. */
export function createUserOperationExecutor(options: UserOperationOptions): LaneExecutor {
  const { networks, clients, source, validForSeconds = 300, maxLegs = 50, maxGas = 5_000_000n } = options;
  const ports = { clients, accounts: options.accounts, validForSeconds };
  const fees = createFees(clients);

  const load = async (lane: string): Promise<{ network: string; account: AccountRecord }> => {
    const { network, address } = parseAccountLane(lane);
    const account = await source.findAccount(address);
    if (!account) throw new Error(`lane ${lane} belongs to no wallet`);
    return { network, account };
  };

  return {
    kind: 'user_operation',
    maxInFlight: 1,
    maxLegs,
    async prepare(lane, queued) {
      const { network, account } = await load(lane);
      const client = clients.public(network);
      const batch = queued.slice(0, maxLegs);
      const [state, price, verdicts] = await Promise.all([
        accountState(client, account),
        fees(network),
        options.simulate(
          client,
          account.address,
          batch.map((one) => one.calls),
        ),
      ]);
      const { ready, rejected } = judged(batch, verdicts);
      const input = { network, account, state, fees: price };
      return buildBatch((calls) => buildOperation(ports, { ...input, calls }), ready, rejected, maxGas);
    },
    async send(submission) {
      const { request, entryPoint } = parseOperation(submission.raw);
      try {
        await clients.bundler(submission.network).request('eth_sendUserOperation', [request, entryPoint]);
      } catch (error) {
        if (!mayBeInside(error)) throw error;
      }
    },
    async check(submission, transactions) {
      const { name, confirmations } = networks.get(submission.network);
      return operationOutcome(
        clients.public(name),
        submission,
        ordered(submission, transactions),
        confirmations,
      );
    },
    async bump(submission, transactions) {
      const { network, account } = await load(submission.lane);
      const price = raised(submission, await fees(network));
      if (!price) return null;
      const state = await accountState(clients.public(network), account);
      if (state.nonce !== submission.nonce) return null;
      const calls = ordered(submission, transactions).flatMap((one) => one.calls);
      const { submission: built } = await buildOperation(ports, {
        network,
        account,
        state,
        fees: price,
        calls,
      });
      return { ...built, replaces: submission.hash };
    },
  };
}

async function accountState(client: PublicClient, account: AccountRecord): Promise<AccountState> {
  const [code, nonce, head] = await Promise.all([
    client.getCode({ address: account.address }),
    client.readContract({
      abi: entryPointAbi,
      address: account.entryPoint,
      functionName: 'getNonce',
      args: [account.address, 0n],
    }),
    client.getBlock(),
  ]);
  return { deployed: code !== undefined, nonce, block: head.number, time: Number(head.timestamp) };
}

/** Refused legs fail; the operation ends before the first leg that has to wait for it, so that the order is kept. */
function judged(batch: readonly Transaction[], verdicts: readonly LegVerdict[]) {
  const ready: Transaction[] = [];
  const rejected: Prepared['rejected'] = [];
  for (const [i, transaction] of batch.entries()) {
    const verdict = verdicts[i];
    if (verdict?.verdict === 'later') break;
    if (verdict?.verdict !== 'refused') ready.push(transaction);
    else {
      const error = operationFailed(executionReverted, 'the call reverts', verdict.revertReason);
      rejected.push({ id: transaction.id, error });
    }
  }
  return { ready, rejected };
}

/** One operation of as many transactions as fit; those that fail only together wait for the next one. */
async function buildBatch(
  build: (calls: BuildInput['calls']) => Promise<Built>,
  ready: readonly Transaction[],
  rejected: Prepared['rejected'],
  maxGas: bigint,
): Promise<Prepared> {
  let batch = ready;
  for (;;) {
    const [first] = batch;
    if (!first) return { submission: null, legs: [], rejected };
    try {
      const { submission, gas } = await build(batch.flatMap((one) => one.calls));
      if (gas <= maxGas || batch.length === 1)
        return { submission, legs: batch.map((one) => one.id), rejected };
      const fit = Math.floor((batch.length * Number(maxGas)) / Number(gas));
      batch = batch.slice(0, Math.min(Math.max(fit, 1), batch.length - 1));
    } catch (error) {
      const fault = operationFault(error);
      if (!fault || fault.retry) throw error;
      if (batch.length > 1) {
        batch = [first];
        continue;
      }
      rejected.push({ id: first.id, error: fault.error });
      batch = ready.slice(ready.indexOf(first) + 1);
    }
  }
}

/** The bundler knows the bytes already, or the nonce was taken, most likely by them: the chain will tell. */
function mayBeInside(error: unknown): boolean {
  const reason = operationFault(error)?.error.reason;
  return reason === 'ALREADY_KNOWN' || reason === 'NONCE_CONFLICT' || reason === 'ACCOUNT_ALREADY_DEPLOYED';
}

/** Replacement rules ask a tenth more on both fees; null when the market does not ask for more than is offered. */
function raised(submission: Submission, market: Pick<Submission, 'maxFeePerGas' | 'maxPriorityFeePerGas'>) {
  if (market.maxFeePerGas <= submission.maxFeePerGas) return null;
  const atLeast = (fee: bigint): bigint => (fee * 11n) / 10n + 1n;
  const higher = (a: bigint, b: bigint): bigint => (a > b ? a : b);
  return {
    maxFeePerGas: higher(market.maxFeePerGas, atLeast(submission.maxFeePerGas)),
    maxPriorityFeePerGas: higher(market.maxPriorityFeePerGas, atLeast(submission.maxPriorityFeePerGas)),
  };
}

function ordered(submission: Submission, transactions: readonly Transaction[]): Transaction[] {
  return submission.legs.flatMap((id) => transactions.filter((one) => one.id === id));
}
