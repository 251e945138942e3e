import { checksum, sameAddress } from '#src/core/address.ts';
import type { Clock } from '#src/core/clock.ts';
import { fail, isKind } from '#src/core/errors.ts';
import type { Address } from '#src/core/hex.ts';
import { newId } from '#src/core/ids.ts';
import type { IdempotencyKey, Transaction } from '#src/core/journal.ts';
import type { TransactionRepository } from '#src/core/journal-store.ts';
import { accountLane } from '#src/core/lanes.ts';
import type { Networks } from '#src/core/networks.ts';
import type { Claim, ClaimRepository, NewClaim } from '#src/core/ports/claims.ts';
import type { PayoutPort } from '#src/core/ports/payouts.ts';
import type { Preflight, TokenPort } from '#src/core/ports/tokens.ts';
import { treasurySubject, userSubject, type Wallets } from './wallets.ts';
import type { Writer, Written } from './writes.ts';

/** Whose claim: the app (`client:…` with its bare id) and its user. */
export type ClaimCaller = { owner: string; clientId: string; userId: string };

export type ClaimInput = {
  claimId: string;
  token: Address;
  /** Atomic units. */
  amount: bigint;
  /** An address, or a user of the same owner. */
  to: { address: Address } | { userId: string };
  /** Seconds from now until which the chain holds the tokens; absent: paid at once. */
  lockSeconds?: number | undefined;
  network?: string | undefined;
};

export type ClaimStatus = 'pending' | 'submitted' | 'paid' | 'locked' | 'released' | 'failed';
export type ClaimState = {
  claim: Claim;
  status: ClaimStatus;
  transaction: Transaction;
  /** The release of a locked payout; null while nobody asked for it. */
  release: Transaction | null;
};

/** Payouts from an owner's treasury, each claim id once. */
export type Claims = {
  /** @throws claim_already_executed, insufficient_balance, validation, unsupported_network, user_operation_failed, idempotency_conflict */
  execute(caller: ClaimCaller, input: ClaimInput, key: IdempotencyKey | null): Promise<Written>;
  /** A claim of the user. @throws not_found */
  get(caller: ClaimCaller, claimId: string): Promise<ClaimState>;
};

type Store = { claims: ClaimRepository; transactions: Pick<TransactionRepository, 'find'> };

export type ClaimPorts = {
  store: Store;
  writer: Writer<Pick<Store, 'claims'>>;
  wallets: Wallets;
  tokens: Pick<TokenPort, 'holdings'>;
  payouts: Pick<PayoutPort, 'contract' | 'referenceOf' | 'idOf' | 'payment' | 'isPaid'>;
  preflight: Preflight;
  networks: Networks;
  clock: Clock;
};

export function createClaims(ports: ClaimPorts): Claims {
  const { store } = ports;
  return {
    async execute(caller, input, key) {
      try {
        return await ports.writer.write(key, async () => {
          const claim = await planned(ports, caller, input);
          const before = await store.claims.find(caller.owner, input.claimId);
          if (before) await mayPayAnew(ports, before, claim);
          await coverable(ports, claim);
          return intentOf(ports, claim, before?.transactionId ?? null);
        });
      } catch (error) {
        if (!isKind(error, 'claim_already_executed')) throw error;
        // Whoever lost a race learns who won it.
        const first = await store.claims.find(caller.owner, input.claimId);
        throw alreadyExecuted(first && (await payoutOf(store, first)));
      }
    },
    async get(caller, claimId) {
      const claim = await store.claims.find(caller.owner, claimId);
      if (!claim || claim.userId !== caller.userId) throw fail('not_found', { resource: 'claim' });
      const transaction = await payoutOf(store, claim);
      const { releaseTransactionId: id } = claim;
      const release = id === null ? null : await store.transactions.find(claim.owner, id);
      return { claim, status: statusOf(claim, transaction, release), transaction, release };
    },
  };
}

function statusOf({ releaseAt }: Claim, { status }: Transaction, release: Transaction | null): ClaimStatus {
  if (status !== 'confirmed') return status;
  if (releaseAt === null) return 'paid';
  return release?.status === 'confirmed' ? 'released' : 'locked';
}

async function payoutOf({ transactions }: Store, claim: Claim): Promise<Transaction> {
  const transaction = await transactions.find(claim.owner, claim.transactionId);
  if (!transaction) throw new Error(`transaction ${claim.transactionId} of a claim is not there`);
  return transaction;
}

type Planned = Omit<NewClaim, 'id' | 'transactionId'>;

/** What the request leaves open: default network, treasury, the user's wallet. */
async function planned(
  { networks, wallets, payouts, clock }: ClaimPorts,
  { owner, clientId, userId }: ClaimCaller,
  { claimId, token, amount, to, lockSeconds, network: name }: ClaimInput,
): Promise<Planned> {
  const network = name === undefined ? networks.default.name : networks.get(name).name;
  const { wallet: treasury } = await wallets.open(owner, treasurySubject);
  const payer = treasury.address;
  const recipient =
    'userId' in to
      ? (await wallets.open(owner, userSubject(to.userId))).wallet.address
      : receivable(to.address, { token, payer, contract: payouts.contract(network) });
  const reference = payouts.referenceOf(clientId, claimId);
  const payoutId = payouts.idOf(payer, reference);
  const facts = { network, token, payer, recipient, amount, reference, payoutId };
  const now = Math.floor(clock.now().getTime() / 1000);
  const releaseAt = lockSeconds === undefined ? null : new Date((now + lockSeconds) * 1000);
  return { owner, claimId, userId, ...facts, releaseAt };
}

/** An address where the tokens would not be lost. @throws validation */
function receivable(
  address: Address,
  { token, payer, contract }: { token: Address; payer: Address; contract: Address },
): Address {
  const refuse = (what: string) =>
    fail('validation', { field: 'recipient', message: `recipient is ${what}` });
  if (BigInt(address) === 0n) throw refuse('the zero address');
  if (sameAddress(address, token)) throw refuse('the token itself');
  if (sameAddress(address, payer)) throw refuse('the treasury that pays');
  if (sameAddress(address, contract)) throw refuse('the payout contract');
  return checksum(address);
}

/** One payout at a time; after a failed one only when its chain says that nothing was paid. */
async function mayPayAnew({ store, payouts }: ClaimPorts, before: Claim, claim: Planned): Promise<void> {
  const transaction = await payoutOf(store, before);
  if (transaction.status !== 'failed') throw alreadyExecuted(transaction);
  if (await payouts.isPaid(before.network, before.payoutId)) throw alreadyExecuted(transaction);
  // A reorganised chain may still pay what failed; only there the contract would refuse the second payout.
  if (before.network === claim.network) return;
  const message = `The claim was tried on ${before.network} before and can be paid there only`;
  throw fail('validation', { field: 'network', message });
}

const alreadyExecuted = (transaction: Transaction | null) =>
  fail('claim_already_executed', {
    details: transaction
      ? { transactionId: transaction.id, status: transaction.status, txHash: transaction.txHash }
      : {},
  });

const effectOf = ({ payouts }: Pick<ClaimPorts, 'payouts'>, claim: Planned) =>
  payouts.payment(claim.network, { ...claim, releaseTime: releaseTimeOf(claim) });

/** Unix seconds as the payout contract has them. */
export const releaseTimeOf = ({ releaseAt }: Pick<Claim, 'releaseAt'>): bigint | null =>
  releaseAt && BigInt(releaseAt.getTime() / 1000);

/** @throws insufficient_balance, claim_already_executed, user_operation_failed, validation (no ERC-20 token) */
async function coverable(ports: ClaimPorts, claim: Planned): Promise<void> {
  const { network, payer, token, amount } = claim;
  const [holdings, refusal] = await Promise.all([
    ports.tokens.holdings(network, payer, [token]),
    ports.preflight(network, payer, effectOf(ports, claim).calls),
  ]);
  if (refusal?.revertReason.startsWith('LockExists')) throw alreadyExecuted(null);
  const balance = holdings.tokens[0]?.balance ?? 0n;
  if (balance < amount) {
    const details = { token, treasury: payer, balance: balance.toString(), required: amount.toString() };
    throw fail('insufficient_balance', { message: 'The treasury does not cover the amount', details });
  }
  if (refusal) throw fail('user_operation_failed', { details: { ...refusal } });
}

function intentOf(ports: ClaimPorts, claim: Planned, before: string | null) {
  const { owner, userId, network, payer, token, recipient, amount, claimId } = claim;
  return {
    transaction: {
      owner,
      userId,
      type: 'claim',
      network,
      lane: accountLane(network, payer),
      ...effectOf(ports, claim),
      meta: { token, from: payer, to: recipient, amount: amount.toString(), claimId },
    },
    async bind(tx: Pick<Store, 'claims'>, transactionId: string): Promise<void> {
      const row = { ...claim, id: newId('clm'), transactionId };
      const mine =
        before === null
          ? await tx.claims.insert(row, ports.clock.now())
          : await tx.claims.retake(row, before);
      if (!mine) throw alreadyExecuted(null);
    },
  };
}
