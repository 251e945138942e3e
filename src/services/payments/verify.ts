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

/** Verdicts that are being found, and positive ones of the last moments. */
export function createVerdicts({
  engine,
  verdictMs,
}: Pick<PaymentsOptions, 'engine' | 'verdictMs'>): Verdicts {
  const kept = new LRUCache<string, { verdict: Promise<Verdict>; until: number }>({ max: 10_000 });
  return {
    async of(payment) {
      const now = performance.now();
      const known = kept.get(payment.fingerprint);
      if (known && known.until > now) return { verdict: await known.verdict, cached: true };
      const verdict = engine.verify(payment);
      const entry = { verdict, until: now + verdictMs };
      kept.set(payment.fingerprint, entry);
      const drop = () => {
        if (kept.get(payment.fingerprint) === entry) kept.delete(payment.fingerprint);
      };
      // Only a yes is kept: what is refused now may be good in the next block.
      verdict.then((v) => v.valid || drop(), drop);
      return { verdict: await verdict, cached: false };
    },
    forget: (payment) => void kept.delete(payment.fingerprint),
  };
}

/** The verdict, once the payment's name is known to be its own. */
async function judged(
  verdicts: Verdicts,
  identifiers: Identifiers,
  { owner }: Merchant,
  payment: PreparedPayment,
) {
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
