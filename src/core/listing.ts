import { domainToASCII } from 'node:url';

/** What people read of a resource; only fields that may be shown. */
export type ListingFacts = {
  description?: string;
  mimeType?: string;
  serviceName?: string;
  tags?: string[];
  iconUrl?: string;
};

const printable = /^[\x20-\x7e]+$/;
const controls = /\p{Cc}/u;
const maxName = 32;
const maxTags = 5;
const maxIconUrl = 2_048;
const maxDescription = 1_000;
const maxWords = 300;

/** Keeps what a catalogue may show of a merchant's or payer's words and drops the rest (x402 `bazaar`, service metadata). */
export function listingFacts(told: Readonly<Record<string, unknown>>): ListingFacts {
  const description = shortText(told['description'], maxDescription);
  const mimeType = shortText(told['mimeType'], 128);
  const serviceName = asciiName(told['serviceName']);
  const tags = tagsOf(told['tags']);
  const iconUrl = told['iconUrl'];
  return {
    ...(description ? { description } : {}),
    ...(mimeType ? { mimeType } : {}),
    ...(serviceName ? { serviceName } : {}),
    ...(tags.length > 0 ? { tags } : {}),
    ...(isIconUrl(iconUrl) ? { iconUrl } : {}),
  };
}

function shortText(value: unknown, max: number): string | null {
  if (typeof value !== 'string' || !value.isWellFormed()) return null;
  return (
    value
      .replaceAll(/\p{Cc}/gu, ' ')
      .trim()
      .slice(0, max)
      .toWellFormed() || null
  );
}

function asciiName(value: unknown): string | null {
  return typeof value === 'string' && value.length <= maxName && printable.test(value) ? value : null;
}

/** At most five, each once whatever its case. */
function tagsOf(value: unknown): string[] {
  const tags = new Map<string, string>();
  for (const one of Array.isArray(value) ? value.slice(0, 100) : []) {
    const tag = asciiName(one);
    if (tag && !tags.has(tag.toLowerCase())) tags.set(tag.toLowerCase(), tag);
  }
  return [...tags.values()].slice(0, maxTags);
}

const loopback = new Set(['localhost', 'localhost.localdomain', 'ip6-localhost', 'ip6-loopback']);

/** An absolute http(s) URL of a named host: whoever shows the icon must not be led to its own network. */
export function isIconUrl(value: unknown): value is string {
  if (typeof value !== 'string' || value.length > maxIconUrl || controls.test(value)) return false;
  const url = URL.parse(value);
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password) return false;
  if (url.host.startsWith('[')) return false;
  const host = domainToASCII(decoded(url.hostname) ?? '')
    .toLowerCase()
    .replace(/\.$/, '');
  if (host === '' || loopback.has(host) || host.endsWith('.localhost')) return false;
  return !/^(?:[\d.]+|0x[0-9a-f]+)$/.test(host);
}

function decoded(value: string): string | null {
  try {
    return decodeURIComponent(value);
  } catch {
    return null;
  }
}

/** `/users/:id`: a path without traversal or scheme, however often its percent signs are encoded. */
export function isRouteTemplate(value: unknown): value is string {
  if (typeof value !== 'string' || value.length > 1_024) return false;
  if (!/^\/[a-zA-Z0-9_/:.\-~%]+$/.test(value)) return false;
  let path: string | null = value;
  for (let turn = 0; turn < 6; turn++) {
    const next: string | null = decoded(path);
    if (next === null) return false;
    if (next === path) return !path.includes('..') && !path.includes('://');
    path = next;
  }
  return false;
}

/**
 * The name of a resource in the catalogue: its URL without query, by the template of its route when it has one; a
 * path stays a path.
 */
export function catalogueName(resource: string, template: unknown): string {
  const url = /^https?:/i.test(resource) ? URL.parse(resource) : null;
  const [path = ''] = resource.split(/[?#]/, 1);
  if (!url || url.username || url.password) return path;
  return url.origin + (isRouteTemplate(template) ? template : url.pathname);
}

/** The words by which something is found, each once, in lower case. */
export function wordsOf(...texts: unknown[]): string {
  const words = new Set<string>();
  for (const text of texts) {
    const plain = typeof text === 'string' ? text : (JSON.stringify(text) ?? '');
    for (const [word] of plain
      .slice(0, 20_000)
      .toLowerCase()
      .matchAll(/[\p{L}\p{N}]{1,64}/gu))
      words.add(word);
  }
  return [...words].slice(0, maxWords).join(' ');
}
