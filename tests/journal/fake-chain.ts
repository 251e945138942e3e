import { createHash, randomBytes } from 'node:crypto';
import type { Hex } from '#src/core/hex.ts';
import type {
  LaneExecutor,
  LegOutcome,
  Prepared,
  SignedSubmission,
  Submission,
  SubmissionOutcome,
  Transaction,
} from '#src/core/journal.ts';

type Body = { nonce: number; legs: string[]; salt: string; validUntil: number | null };
type Mined = { block: number; blockHash: Hex; body: Body; failed: boolean; again: boolean };

const hashOf = (raw: string): Hex => `0x${createHash('sha256').update(raw).digest('hex')}`;

/** A chain in memory: one account, strict nonces, all-or-nothing batches, blocks on demand or at once. */
export type FakeChain = ReturnType<typeof createFakeChain>;

export function createFakeChain(options: { automine?: boolean } = {}) {
  const chain = {
    automine: options.automine ?? true,
    /** Mined, by hash. */
    mined: new Map<Hex, Mined>(),
    mempool: new Map<Hex, Body>(),
    head: 0,
    blockHashes: [`0x${'0'.repeat(64)}`] as Hex[],
    /** Ids of transactions that revert when they run. */
    reverting: new Set<string>(),
    /** Ids of transactions that fail the first time they run and may be tried again, even alone. */
    starving: new Set<string>(),
    sends: [] as Hex[],
    nonce: () => chain.mined.size + chain.foreign,
    /** Nonces that somebody else used. */
    foreign: 0,
    now: () => Math.floor(Date.now() / 1000),
    /** How often each transaction had its effect. */
    effects(): Map<string, number> {
      const count = new Map<string, number>();
      for (const { body, failed } of chain.mined.values()) {
        if (!failed) for (const leg of body.legs) count.set(leg, (count.get(leg) ?? 0) + 1);
      }
      return count;
    },
    send(raw: string): void {
      const body = JSON.parse(raw) as Body;
      const hash = hashOf(raw);
      chain.sends.push(hash);
      if (chain.mined.has(hash) || body.nonce < chain.nonce()) return;
      chain.mempool.set(hash, body);
      if (chain.automine) chain.mine();
    },
    /** One block with everything that fits. */
    mine(): void {
      chain.head += 1;
      const blockHash: Hex = `0x${randomBytes(32).toString('hex')}`;
      chain.blockHashes.push(blockHash);
      for (;;) {
        const next = [...chain.mempool].find(([, body]) => body.nonce === chain.nonce());
        if (!next) break;
        const [hash, body] = next;
        chain.mempool.delete(hash);
        if (body.validUntil !== null && body.validUntil < chain.now()) continue;
        const starved = body.legs.filter((leg) => chain.starving.delete(leg)).length > 0;
        const failed = starved || body.legs.some((leg) => chain.reverting.has(leg));
        const again = failed && (starved || body.legs.length > 1);
        chain.mined.set(hash, { block: chain.head, blockHash, body, failed, again });
      }
    },
    /** Drops the last `depth` blocks; what was in them is forgotten by the nodes. */
    reorg(depth: number): void {
      chain.head -= depth;
      chain.blockHashes.length = chain.head + 1;
      for (const [hash, mined] of chain.mined) if (mined.block > chain.head) chain.mined.delete(hash);
    },
    drop(): void {
      chain.mempool.clear();
    },
  };
  return chain;
}

export type FakeExecutorOptions = { chain: FakeChain; maxInFlight?: number; maxLegs?: number } & Partial<
  Pick<LaneExecutor, 'bump' | 'kind' | 'pollMs'>
>;

/** An executor over the chain in memory, with faults on demand. */
export function createFakeExecutor(options: FakeExecutorOptions) {
  const { chain } = options;
  const executor = {
    kind: options.kind ?? ('user_operation' as const),
    maxInFlight: options.maxInFlight ?? 1,
    maxLegs: options.maxLegs ?? 10,
    pollMs: options.pollMs ?? 50,
    batches: [] as string[][],
    rejecting: new Set<string>(),
    /** Seconds until the next signature expires; null = never. */
    life: null as number | null,
    async prepare(
      _lane: string,
      queued: readonly Transaction[],
      open: readonly Submission[],
    ): Promise<Prepared> {
      const rejected = queued
        .filter((t) => executor.rejecting.has(t.id))
        .map((t) => ({ id: t.id, error: { code: 'simulation_failed', message: 'would revert' } }));
      const legs = queued.filter((t) => !executor.rejecting.has(t.id)).map((t) => t.id);
      if (legs.length === 0) return { submission: null, legs: [], rejected };
      const inFlight = open
        .filter((s) => s.state === 'signed' || s.state === 'sent')
        .map((s) => Number(s.nonce) + 1);
      const submission = sign(executor.kind, Math.max(chain.nonce(), ...inFlight), legs, executor.expiry());
      executor.batches.push(legs);
      return { submission, legs, rejected };
    },
    expiry: () => (executor.life === null ? null : chain.now() + executor.life),
    async send(submission: Submission): Promise<void> {
      chain.send(submission.raw);
    },
    async check(submission: Submission): Promise<SubmissionOutcome> {
      return look(chain, submission);
    },
    ...(options.bump ? { bump: options.bump } : {}),
  };
  return executor satisfies LaneExecutor;
}

/** Bytes of a batch; two signatures of the same batch differ. */
export function sign(
  kind: SignedSubmission['kind'],
  nonce: number,
  legs: string[],
  validUntil: number | null = null,
  fee = 1n,
): SignedSubmission {
  const raw = JSON.stringify({
    nonce,
    legs,
    salt: randomBytes(4).toString('hex'),
    validUntil,
  } satisfies Body);
  const fees = { maxFeePerGas: fee, maxPriorityFeePerGas: fee };
  return {
    kind,
    hash: hashOf(raw),
    raw,
    sender: '0xAbC0000000000000000000000000000000000001',
    nonce: BigInt(nonce),
    validUntil,
    ...fees,
  };
}

function look(chain: FakeChain, submission: Submission): SubmissionOutcome {
  const mined = chain.mined.get(submission.hash);
  if (!mined) {
    const error = { code: 'gone', message: 'can not run any more' };
    if (BigInt(chain.nonce()) > submission.nonce) return { state: 'dead', reason: 'replaced', error };
    const over = submission.validUntil !== null && submission.validUntil < chain.now();
    return over ? { state: 'dead', reason: 'expired', error } : { state: 'pending' };
  }
  const legs = submission.legs.map((transactionId): LegOutcome => ({
    transactionId,
    success: !mined.failed,
    gasUsed: 21000n,
    sponsorCost: 42n,
    retryAlone: mined.again,
    ...(mined.failed
      ? {
          error: {
            code: 'reverted',
            message: 'reverted',
          },
        }
      : {}),
  }));
  const place = { txHash: submission.hash, blockNumber: BigInt(mined.block), blockHash: mined.blockHash };
  return { state: 'included', ...place, confirmations: chain.head - mined.block + 1, legs };
}
