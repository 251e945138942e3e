import { createHash, type KeyObject, verify } from 'node:crypto';

export type Claims = Record<string, unknown> & { uris?: unknown; exp?: number; nbf?: number; iat?: number };
export type Jwt = { header: Record<string, unknown>; claims: Claims };

/** Reads a JWT whose signature is good for the key; throws with what is wrong. */
export function readJwt(token: string, key: KeyObject): Jwt {
  const [head = '', body = '', signature = ''] = token.split('.');
  const decode = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Claims;
  const [header, claims] = [decode(head), decode(body)];
  const ed25519 = key.asymmetricKeyType === 'ed25519';
  if (header['alg'] !== (ed25519 ? 'EdDSA' : 'ES256')) throw new Error('algorithm of another key');
  if (header['typ'] !== 'JWT') throw new Error('not a JWT');
  const how = ed25519 ? key : { key, dsaEncoding: 'ieee-p1363' as const };
  const good = verify(
    ed25519 ? null : 'sha256',
    Buffer.from(`${head}.${body}`),
    how,
    Buffer.from(signature, 'base64url'),
  );
  if (!good) throw new Error('signature of another key');
  return { header, claims };
}

/** Throws unless the claims are for this very request, now. */
export function checkClaims({ claims }: Jwt, uri: string): void {
  const now = Math.floor(Date.now() / 1000);
  if (JSON.stringify(claims.uris) !== JSON.stringify([uri])) throw new Error(`uris are not [${uri}]`);
  if (claims.nbf === undefined || claims.nbf > now + 1) throw new Error('not valid yet');
  if (claims.iat === undefined || now - claims.iat > 60) throw new Error('made long ago');
}

/** SHA-256 of the JSON with its keys sorted at every depth, as the wallet's token must carry it. */
export function requestHash(body: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(body)))
    .digest('hex');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}
