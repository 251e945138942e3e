import { mayReach } from './public-address.ts';

export type CallbackRules = {
  /** This machine may be called, and without TLS (development). */
  allowLoopback: boolean;
};

/** Names that never leave a machine or a network, RFC 6761, 6762, 8375 and what clouds use. */
const insiders = new Set([
  'localhost',
  'local',
  'internal',
  'intranet',
  'lan',
  'home',
  'corp',
  'private',
  'arpa',
]);
const maxLength = 2_048;

/**
 * Why a URL that somebody gave us must not be called; null when nothing speaks against it. A name may still lead to a
 * forbidden address: whoever connects looks again.
 */
export function refusalOf(text: string, rules: CallbackRules): string | null {
  if (text.length > maxLength) return `must have at most ${maxLength} characters`;
  // The parser of WHATWG URLs also turns decimal, octal, hexadecimal and short IPv4 spellings into the usual one.
  const url = URL.parse(text);
  if (!url) return 'must be an absolute URL';
  const host = hostOf(url);
  const local = rules.allowLoopback && (host === 'localhost' || isLoopback(host));
  if (url.protocol !== 'https:' && !(local && url.protocol === 'http:')) return 'must be an https URL';
  if (url.username || url.password) return 'must not hold credentials';
  if (url.hash) return 'must not hold a fragment';
  if (local) return null;
  const port = url.port === '' ? 443 : Number(url.port);
  if (port !== 443 && port < 1024) return 'must use port 443 or one above 1023';
  return mayLead(host) ? null : 'must lead to a public address';
}

/** Host without the brackets of IPv6 and without the root's dot. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
}

/** True for IPv4 and IPv6 literals, as a parsed URL spells them. */
export function isLiteral(host: string): boolean {
  return host.includes(':') || /^\d+(\.\d+){3}$/.test(host);
}

function isLoopback(host: string): boolean {
  return (
    isLiteral(host) && mayReach(host, { allowLoopback: true }) && !mayReach(host, { allowLoopback: false })
  );
}

function mayLead(host: string): boolean {
  if (isLiteral(host)) return mayReach(host, { allowLoopback: false });
  const labels = host.split('.');
  return labels.length > 1 && !labels.includes('') && !insiders.has(labels.at(-1) ?? '');
}
