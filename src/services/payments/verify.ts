import { LRUCache } from 'lru-cache';
import { checksum } from '#src/core/address.ts';
import type { PreparedPayment, Verdict } from '#src/core/payment.ts';
import type { Identifiers } from './identifiers.ts';
import type { Merchant, PaymentsOptions, VerifyAnswer } from './ports.ts';
import { readPayment } from './request.ts';

export type Verdicts = {
  /** The verdict of a payment; equal requests at the same time ask the chain once. */
  of(payment: PreparedPayment): Promise<{ verdict: Verdict; cached: boolean }>;
  /** A payment is on its way: what was said of it before counts no more. */
  forget(payment: PreparedPayment): void;
};

type Kept = { verdict: Promise<Verdict>; at: number; until: number; asOf: bigint | null };

/** Verdicts that are being found, and positive ones of the last moments: until the next block is heard of, at most. */
export function createVerdicts({
  engine,
  verdictMs,
}: Pick<PaymentsOptions, 'engine' | 'verdictMs'>): Verdicts {
  const kept = new LRUCache<string, Kept>({ max: 10_000 });
  /** Time of the newest block that a verdict came from, by network. */
  const newest = new Map<string, bigint>();
  /** When signed words went on their way, whatever was asked for with them (`upto` asks for several amounts). */
  const gone = new LRUCache<string, number>({ max: 10_000 });
  const isFresh = ({ at, until, asOf }: Kept, { network, proof }: PreparedPayment, now: number): boolean =>
    until > now && (asOf === null || asOf >= (newest.get(network) ?? 0n)) && at > (gone.get(proof) ?? 0);
  return {
    async of(payment) {
      const now = performance.now();
      const known = kept.get(payment.fingerprint);
      if (known && isFresh(known, payment, now)) return { verdict: await known.verdict, cached: true };
      const verdict = engine.verify(payment);
      const entry: Kept = { verdict, at: now, until: now + verdictMs, asOf: null };
      kept.set(payment.fingerprint, entry);
      const drop = () => {
        if (kept.get(payment.fingerprint) === entry) kept.delete(payment.fingerprint);
      };
      const hear = (asOf = 0n) => {
        entry.asOf = asOf;
        if (asOf > (newest.get(payment.network) ?? 0n)) newest.set(payment.network, asOf);
      };
      // Only a yes is kept: what is refused now may be good in the next block.
      verdict.then((v) => (v.valid ? hear(v.asOf) : drop()), drop);
      return { verdict: await verdict, cached: false };
    },
    forget({ fingerprint, proof }) {
      kept.delete(fingerprint);
      gone.set(proof, performance.now());
    },
  };
}

/** The verdict, once the payment's name is known to be its own. */
async function judged(
  verdicts: Verdicts,
  identifiers: Identifiers,
  { owner }: Merchant,
  payment: PreparedPayment,
) {
  if (!payment.identifier) return verdicts.of(payment);
  const [found] = await Promise.all([verdicts.of(payment), identifiers.check(owner, payment)]);
  if (found.verdict.valid) identifiers.remember(owner, payment);
  return found;
}

/** Judges a payment. @throws what `readPayment` throws · verification_unavailable when nobody can tell */
export async function verify(
  options: PaymentsOptions,
  { verdicts, identifiers }: { verdicts: Verdicts; identifiers: Identifiers },
  merchant: Merchant,
  body: unknown,
): Promise<VerifyAnswer> {
  const read = await readPayment(options, merchant, body, 'verify');
  const found = read.payment
    ? await judged(verdicts, identifiers, merchant, read.payment)
    : { verdict: read.refusal, cached: false };
  const { verdict, cached } = found;
  const at = options.clock.now();
  if (read.payment) {
    const { network, asset } = read.payment;
    const reason = verdict.valid ? '' : verdict.reason;
    options.onVerdict({ owner: merchant.owner, network, asset, reason });
  }
  if (verdict.valid) {
    return { isValid: true, reason: '', message: null, payer: checksum(verdict.payer), at, cached };
  }
  const reason = options.engine.word(read.version, verdict.reason);
  return { isValid: false, reason, message: verdict.message, payer: '', at, cached };
}
