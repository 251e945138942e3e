import type { Address } from '#src/core/hex.ts';
import { type Clock, unixSeconds } from '#src/core/clock.ts';
import type { ChainAnswer, ChainQuestion } from '#src/core/probe.ts';
import type {
  PaymentEngine,
  PaymentNetwork,
  PaymentRequest,
  PreparedPayment,
  Purpose,
  Refusal,
  Unreadable,
} from '#src/core/payment.ts';
import { refuse } from '#src/core/payment.ts';
import { builderSuffix } from './builder-code.ts';
import { asAddress, sameJson } from './fields.ts';
import { parsePaymentRequest } from './parse.ts';
import { readIdentifier } from './payment-identifier.ts';
import { reasonFor } from './reasons.ts';
import type { RecoverKey } from './recover.ts';
import type { PaymentAsset, PaymentScheme, SchemeContext } from './schemes.ts';

/** Asks the chain; throws only when it can't be asked. */
export type AskChain = (network: string, question: ChainQuestion) => Promise<ChainAnswer>;

export type EngineOptions = {
  schemes: readonly PaymentScheme[];
  /** Takes either spelling of a network. */
  networks: { find(spelling: string): PaymentNetwork | undefined };
  /** Active assets only; `asset` is lower-case. */
  assets: { findPaymentAsset(network: string, asset: Address): Promise<PaymentAsset | undefined> };
  ask: AskChain;
  clock: Clock;
  recover: RecoverKey;
  /** Seconds an authorization must outlive the request, ≥ 6. */
  marginSeconds: number;
  /** ERC-6492 factories that may be called, lower-case. */
  factories: ReadonlySet<string>;
  /** Keys that settle, lower-case. */
  signers: ReadonlySet<string>;
  /** Our own ERC-8021 code; null = none. */
  builderCode: string | null;
};

/** The x402 protocol over ports. Refusals are values; a throw means that nobody could tell. */
export function createPaymentEngine(options: EngineOptions): PaymentEngine {
  return {
    parse: parsePaymentRequest,
    word: reasonFor,
    schemes: options.schemes,
    prepare: (request, purpose) => prepare(options, request, purpose),
    async verify(payment) {
      if (payment.refusal) return payment.refusal;
      const answer = await options.ask(payment.network, payment.question);
      const judged = payment.judge(answer);
      if ('valid' in judged) return judged.valid ? { ...judged, asOf: answer.timestamp } : judged;
      return judged.explain(await options.ask(payment.network, judged.diagnose));
    },
  };
}

async function prepare(
  options: EngineOptions,
  request: PaymentRequest,
  purpose: Purpose,
): Promise<PreparedPayment | Refusal | Unreadable> {
  const { requirements, version } = request;
  const schemes = options.schemes.filter(
    (one) => one.scheme === requirements.scheme && one.versions.includes(version),
  );
  const [any] = schemes;
  if (!any) return refuse('unsupported_scheme', 'the scheme is not supported');
  const { mismatch } = any;
  const partial = any.partial === true && purpose === 'settle';
  if (request.scheme !== requirements.scheme) {
    return refuse(mismatch.scheme, 'payment and requirements name different schemes');
  }
  const network = options.networks.find(requirements.network);
  const paidOn = options.networks.find(request.network);
  if (!network || !paidOn) return refuse('invalid_network', 'the network is not supported');
  if (network.chainId !== paidOn.chainId) {
    return refuse(mismatch.network, 'payment and requirements name different networks');
  }
  const asset = await options.assets.findPaymentAsset(network.name, requirements.asset);
  if (!asset) return refuse('invalid_payment_requirements', 'the asset is not registered');
  if (requirements.amount < asset.minAmount && !partial) {
    return refuse('amount_too_low', 'the amount is below the least one accepted for this asset');
  }
  if (request.accepted && !acceptsAll(request.accepted, requirements.raw, partial)) {
    return refuse('invalid_payment_requirements', 'the accepted requirements are not those asked for');
  }
  const { marginSeconds, recover, factories, signers } = options;
  const now = unixSeconds(options.clock);
  const facts = { network, asset, now, marginSeconds, recover, factories, signers, purpose };
  return prepareBy(schemes, request, facts, options.builderCode);
}

/** By the first of a scheme's methods that knows the payload; then what the extensions say of it. */
function prepareBy(
  schemes: readonly PaymentScheme[],
  request: PaymentRequest,
  context: SchemeContext,
  builderCode: string | null,
): PreparedPayment | Refusal | Unreadable {
  const scheme = schemes.find((one) => one.recognises(request.payload));
  if (!scheme) {
    const field = 'paymentPayload.payload';
    return { fault: 'invalid_payload', field, message: `${field} is not a payload of this scheme` };
  }
  const id = readIdentifier(request.extensions);
  if (id !== null && typeof id === 'object') return id;
  const prepared = scheme.prepare(request, context);
  if (!('judge' in prepared)) return prepared;
  const suffix = builderSuffix(request, builderCode);
  if (id === null && suffix === null) return prepared;
  return {
    ...prepared,
    ...(id === null ? {} : { identifier: { id, by: scheme.partial ? 'proof' : 'fingerprint' } }),
    ...(suffix === null ? {} : { settlement: { ...prepared.settlement, suffix } }),
  };
}

type Terms = Readonly<Record<string, unknown>>;

/** Compared before, or no term. */
const apart = new Set(['network', 'x402Version']);

/** v2: what the payer accepted is what is asked, addresses in any case; a term that one alone names is another one. */
function acceptsAll(accepted: Terms, asked: Terms, partial: boolean): boolean {
  const same = (name: string): boolean => {
    if (apart.has(name) || (partial && name === 'amount')) return true;
    const [left, right] = [accepted[name], asked[name]];
    if (name === 'asset' || name === 'payTo') return asAddress(left) === asAddress(right);
    if (name === 'extra') return sameJson(left ?? {}, right ?? {});
    return Object.hasOwn(accepted, name) && Object.hasOwn(asked, name) && sameJson(left, right);
  };
  return (
    Object.keys(asked).every(same) &&
    Object.keys(accepted).every((name) => Object.hasOwn(asked, name) || same(name))
  );
}
