import type { PublicClient } from 'viem';
import type { Clock } from '#src/core/clock.ts';
import { parseAccountLane } from '#src/core/lanes.ts';
import type { Networks } from '#src/core/networks.ts';
import type { Call, LaneExecutor, Submission, Transaction } from '#src/core/journal.ts';
import type { AccountRecord, AccountSource } from '#src/core/ports/accounts.ts';
import type { SponsorGate } from '#src/core/ports/sponsorship.ts';
import type { ChainClients } from '../clients.ts';
import type { Simulator } from '../simulate.ts';
import type { SmartAccounts } from '../smart-accounts/accounts.ts';
import { buildBatch, costs, judged } from './batch.ts';
import { type AccountState, planOperation } from './build.ts';
import { operationFault } from './errors.ts';
import type { Fees } from './fees.ts';
import { parseOperation } from './operation.ts';
import { entryPointAbi, operationOutcome } from './outcome.ts';

export type UserOperationOptions = {
  networks: Networks;
  clients: ChainClients;
  accounts: SmartAccounts;
  source: AccountSource;
  simulate: Simulator;
  fees: (network: string) => Promise<Fees>;
  /** What may be spent on operations. */
  gate: SponsorGate;
  /** Seconds that signed bytes stay valid; then they are dead and may be made anew. */
  validForSeconds?: number;
  /** Transactions one operation may carry. */
  maxLegs?: number;
  /** How long a transaction waits for a bundler or paymaster that refuses it now but may take it later, ms. */
  patienceMs?: number;
  clock: Clock;
  /** Gas one operation may ask for; bundlers drop what does not fit their bundle. */
  maxGas?: bigint;
};

/** Turns what is queued for a smart account into one sponsored user operation at a time. */
export function createUserOperationExecutor(options: UserOperationOptions): LaneExecutor {
  const { networks, clients, source, fees, gate } = options;
  const { validForSeconds = 300, maxLegs = 50, maxGas = 5_000_000n, patienceMs = 600_000 } = options;
  const ports = { clients, accounts: options.accounts, validForSeconds };

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
      const plan = (calls: readonly Call[]) => planOperation(ports, { ...input, calls });
      const patient = ({ createdAt }: Transaction) =>
        options.clock.now().getTime() - createdAt.getTime() < patienceMs;
      return buildBatch({ plan, maxGas, gate, patient }, ready, rejected);
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
    async bump(submission, transactions, how) {
      const { network, account } = await load(submission.lane);
      const price = raised(submission, await fees(network), how?.hurry ?? false);
      if (!price) return null;
      const state = await accountState(clients.public(network), account);
      if (state.nonce !== submission.nonce) return null;
      const legs = ordered(submission, transactions);
      const calls = legs.flatMap((one) => one.calls);
      const plan = await planOperation(ports, { network, account, state, fees: price, calls });
      // Too dear for the budget: what was sent stays as it is.
      if ((await gate.hold(costs(legs, plan.maxCost))).length > 0) return null;
      return { ...(await plan.sign()), replaces: submission.hash };
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

const known = new Set([
  'ALREADY_KNOWN',
  'NONCE_CONFLICT',
  'ACCOUNT_ALREADY_DEPLOYED',
  'REPLACEMENT_UNDERPRICED',
]);

/** The bundler knows the bytes already, or the nonce was taken, most likely by them: the chain will tell. */
function mayBeInside(error: unknown): boolean {
  return known.has(operationFault(error)?.error.reason ?? '');
}

/** Replacement rules ask a tenth more on both fees; null when the market does not ask for more than is offered and nobody is in a hurry. */
function raised(
  submission: Submission,
  market: Pick<Submission, 'maxFeePerGas' | 'maxPriorityFeePerGas'>,
  hurry: boolean,
) {
  if (!hurry && market.maxFeePerGas <= submission.maxFeePerGas) return null;
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
