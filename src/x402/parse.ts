import type { PaymentRequest, Refusal, Requirements, Unreadable, X402Version } from '#src/core/payment.ts';
import { catalogueName } from '#src/core/listing.ts';
import { refuse } from '#src/core/payment.ts';
import { asAddress, asFields, asText, asUint, type Fields } from './fields.ts';

const maxWord = 128;
const maxPayload = 32_768;
const maxResource = 4_096;
/** It is indexed. */
const maxOffer = 2_048;

/** Reads a verify or settle body of either version, as seed and specifications spell it. */
export function parsePaymentRequest(body: unknown): PaymentRequest | Refusal | Unreadable {
  const outer = asFields(body);
  if (!outer) return unreadable('body', 'must be a JSON object');
  const payment = asFields(outer['paymentPayload']);
  if (!payment) return unreadable('paymentPayload', 'must be an object');
  const asked = asFields(outer['paymentRequirements']);
  if (!asked) return unreadable('paymentRequirements', 'must be an object');

  const version = readVersion(outer, payment, asked);
  if (typeof version === 'object') return version;
  const requirements = readRequirements(version, asked);
  if ('fault' in requirements) return requirements;
  const accepted = version === 2 ? asFields(payment['accepted']) : null;
  if (version === 2 && !accepted) return unreadable('paymentPayload.accepted', 'must be an object');
  const where = accepted ? 'paymentPayload.accepted' : 'paymentPayload';
  const spelled = accepted ?? payment;
  const scheme = asText(spelled['scheme'], maxWord);
  if (!scheme) return unreadable(`${where}.scheme`, 'must be a string');
  const network = asText(spelled['network'], maxWord);
  if (!network) return unreadable(`${where}.network`, 'must be a string');
  const payload = readPayload(payment['payload']);
  if ('fault' in payload) return payload;
  const extensions = asFields(payment['extensions']) ?? {};
  const resource = version === 1 ? requirements.resource : resourceOf(payment);
  const offer = catalogueName(resource, asFields(extensions['bazaar'])?.['routeTemplate']).slice(0, maxOffer);
  return {
    version,
    scheme,
    network,
    requirements: { ...requirements, resource },
    accepted,
    payload: payload.fields,
    extensions,
    offer,
  };
}

function unreadable(
  field: string,
  problem: string,
  fault: Unreadable['fault'] = 'invalid_request',
): Unreadable {
  return { fault, field, message: `${field} ${problem}` };
}

/** The version may stand outside, in the payload or (seed 002) in the requirements; two that differ are refused. */
function readVersion(...places: Fields[]): X402Version | Refusal | Unreadable {
  const told = new Set(places.map((place) => place['x402Version']).filter((value) => value !== undefined));
  if (told.size === 0) return unreadable('x402Version', 'is missing');
  const [version] = told;
  if (typeof version !== 'number') return unreadable('x402Version', 'must be a number');
  if (told.size > 1) return refuse('invalid_x402_version', 'the versions told do not agree');
  if (version === 1 || version === 2) return version;
  return refuse('invalid_x402_version', 'this version of x402 is not supported');
}

function readRequirements(version: X402Version, raw: Fields): Requirements | Unreadable {
  const at = (name: string, problem: string) => unreadable(`paymentRequirements.${name}`, problem);
  const scheme = asText(raw['scheme'], maxWord);
  if (!scheme) return at('scheme', 'must be a string');
  const network = asText(raw['network'], maxWord);
  if (!network) return at('network', 'must be a string');
  const amountField = version === 1 ? 'maxAmountRequired' : 'amount';
  const amount = asUint(raw[amountField]);
  if (amount === null) return at(amountField, 'must be a decimal string of atomic units');
  const asset = asAddress(raw['asset']);
  if (!asset) return at('asset', 'must be an address');
  const payTo = asAddress(raw['payTo']);
  if (!payTo) return at('payTo', 'must be an address');
  const seconds = raw['maxTimeoutSeconds'] ?? 60;
  if (typeof seconds !== 'number' || !(seconds >= 0))
    return at('maxTimeoutSeconds', 'must be a number of seconds');
  const extra = raw['extra'] ?? {};
  const fields = asFields(extra);
  if (!fields) return at('extra', 'must be an object');
  const resource = asText(raw['resource'], maxResource) ?? '';
  return { scheme, network, amount, asset, payTo, maxTimeoutSeconds: seconds, extra: fields, resource, raw };
}

/** Version 2 names what is paid for beside the payment. */
function resourceOf(payment: Fields): string {
  return asText(asFields(payment['resource'])?.['url'], maxResource) ?? '';
}

/** The scheme's object, as it is or as base64 of its JSON (seed 002). */
function readPayload(value: unknown): { fields: Fields } | Unreadable {
  const place = 'paymentPayload.payload';
  if (value === undefined) return unreadable(place, 'is missing');
  if (typeof value !== 'string') {
    const fields = asFields(value);
    return fields ? { fields } : unreadable(place, 'must be an object or base64', 'invalid_payload');
  }
  const problem = 'must be base64 of a JSON object';
  if (value.length > maxPayload || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(value)) {
    return unreadable(place, problem, 'invalid_payload');
  }
  try {
    const fields = asFields(JSON.parse(Buffer.from(value, 'base64').toString('utf8')));
    return fields ? { fields } : unreadable(place, problem, 'invalid_payload');
  } catch {
    return unreadable(place, problem, 'invalid_payload');
  }
}
