import { catalogueName, listingFacts } from '#src/core/listing.ts';
import type { Offer, OfferReading } from '#src/core/ports/discovery.ts';
import { asFields, asText, type Fields } from '../fields.ts';
import { schemaProblem } from './schema.ts';
import { outputInfo } from './version-1.ts';

/** x402 extension: a payment says what it buys, so that others find it. */
export const bazaarExtension = 'bazaar';

const queryMethods = ['GET', 'HEAD', 'DELETE'];
const bodyMethods = ['POST', 'PUT', 'PATCH'];
const bodyTypes = ['json', 'form-data', 'text'];
const transports = ['streamable-http', 'sse'];
const acceptFields = [
  'scheme',
  'network',
  'amount',
  'maxAmountRequired',
  'asset',
  'payTo',
  'maxTimeoutSeconds',
  'extra',
];

type Told = { version: 1 | 2; resource: Fields; accept: Fields; bazaar: Fields };

/**
 * Reads what a verify or settle body (one that the protocol has taken already) offers to the catalogue: `bazaar` among the
 * extensions in version 2, `outputSchema` of the requirements in version 1. Null when it offers nothing.
 */
export function readOffer(body: unknown): OfferReading | null {
  const told = toldBy(asFields(body) ?? {});
  if (!told) return null;
  const { bazaar, version, resource, accept } = told;
  const info = asFields(bazaar['info']);
  if (!info) return { rejected: 'info must be an object' };
  const input = asFields(info['input']);
  if (!input) return { rejected: 'info.input must be an object' };
  const problem = inputProblem(input) ?? schemaProblem({ info, schema: bazaar['schema'] });
  if (problem) return { rejected: problem };
  const type = input['type'] === 'mcp' ? 'mcp' : 'http';
  const name = catalogueName(
    asText(resource['url'], 4_096) ?? '',
    type === 'http' ? bazaar['routeTemplate'] : null,
  );
  if (!isListable(name)) {
    return { rejected: 'resource.url must be an absolute http(s) URL' };
  }
  const kept = Object.fromEntries(acceptFields.flatMap((key) => (key in accept ? [[key, accept[key]]] : [])));
  if (JSON.stringify(kept).length > 4_096) return { rejected: 'the requirements are too long to be listed' };
  return {
    resource: name,
    type,
    x402Version: version,
    action: asText(input[type === 'mcp' ? 'toolName' : 'method'], 128) ?? '',
    accept: kept,
    facts: listingFacts(resource),
    extensions: { [bazaarExtension]: keptOf(bazaar, name) },
  } satisfies Offer;
}

function keptOf({ info, schema, routeTemplate }: Fields, name: string): Fields {
  const used = typeof routeTemplate === 'string' && name.endsWith(routeTemplate);
  return { info, schema, ...(used ? { routeTemplate } : {}) };
}

function isListable(name: string): boolean {
  const url = /^https?:\/\//.test(name) && name.length <= 2_048 ? URL.parse(name) : null;
  return url !== null && !url.username && !url.password && name.isWellFormed();
}

/** Where each version says it. What the payer accepted are the merchant's terms; for upto they hold the maximum. */
function toldBy(body: Fields): Told | null {
  const payment = asFields(body['paymentPayload']) ?? {};
  const asked = asFields(body['paymentRequirements']) ?? {};
  const accepted = asFields(payment['accepted']);
  if (accepted) {
    const bazaar = asFields(payment['extensions'])?.[bazaarExtension];
    if (bazaar === undefined) return null;
    const resource = asFields(payment['resource']) ?? {};
    return { version: 2, resource, accept: accepted, bazaar: asFields(bazaar) ?? {} };
  }
  const info = outputInfo(asked['outputSchema']);
  if (!info) return null;
  const { resource: url, description, mimeType } = asked;
  const schema = { type: 'object', properties: { input: { type: 'object' } }, required: ['input'] };
  return { version: 1, resource: { url, description, mimeType }, accept: asked, bazaar: { info, schema } };
}

/** What the protocol itself asks of `info.input`, whatever the schema says. */
function inputProblem(input: Fields): string | null {
  const oneOf = (name: string, words: readonly string[]) =>
    input[name] === undefined || words.includes(asText(input[name], 32) ?? '')
      ? null
      : `info.input.${name} must be one of ${words.join(', ')}`;
  if (input['type'] === 'http') {
    const methods = input['bodyType'] === undefined ? [...queryMethods, ...bodyMethods] : bodyMethods;
    return oneOf('method', methods) ?? oneOf('bodyType', bodyTypes);
  }
  if (input['type'] !== 'mcp') return 'info.input.type must be http or mcp';
  const { toolName } = input;
  if (typeof toolName !== 'string' || !/^[^\p{Cc}]{1,128}$/u.test(toolName)) {
    return 'info.input.toolName must be a text of 1 to 128 characters';
  }
  if (!asFields(input['inputSchema'])) return 'info.input.inputSchema must be an object';
  return oneOf('transport', transports);
}
