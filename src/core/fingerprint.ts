import { createHash } from 'node:crypto';

/** Same request, same text, whatever the order of its fields. */
export function fingerprintOf(request: unknown): string {
  const text = JSON.stringify(sorted(request)) ?? '';
  return createHash('sha256').update(text).digest('base64url');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, inner]) => [name, sorted(inner)]));
}
