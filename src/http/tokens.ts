import { hash, randomUUID } from 'node:crypto';
import jwt from '@fastify/jwt';
import type { FastifyInstance } from 'fastify';
import { LRUCache } from 'lru-cache';
import { type Clock, unixSeconds } from '#src/core/clock.ts';
import { fail } from '#src/core/errors.ts';
import { deriveKey } from '#src/core/secrets.ts';

export type TokenFamilyOptions = {
  /** Unique among all families; its key and its `typ` derive from it. */
  name: string;
  /** JWT_SECRET, and JWT_SECRET_PREVIOUS during a rotation. */
  secrets: readonly [string, ...string[]];
  issuer: string;
  audience: string;
  ttlSeconds: number;
  clock: Clock;
};

export type Claims = { sub: string; jti: string; iat: number; exp: number } & Record<string, unknown>;

/** JWTs of one purpose; none of another passes for them. */
export type TokenFamily = {
  ttlSeconds: number;
  /** Call in the plane's setup, before the first token. */
  setup(app: FastifyInstance): Promise<void>;
  sign(claims: { sub: string; jti?: string } & Record<string, unknown>): string;
  /** @throws invalid_token or token_expired */
  verify(token: string): Claims;
};

type Engine = { sign(payload: object): string; verify(token: string): unknown };

/** A family over @fastify/jwt: HS256 alone, a key of its own (HKDF), `iss`, `aud` and `typ` checked. */
export function createTokenFamily(options: TokenFamilyOptions): TokenFamily {
  const { name, issuer, audience, ttlSeconds, clock } = options;
  let engines: Engine[] = [];
  /** Claims of genuine tokens by the token's hash: whether they still count is asked each time. */
  const genuine = new LRUCache<string, Claims>({ max: 10_000 });
  return {
    ttlSeconds,
    async setup(app) {
      engines = [];
      genuine.clear();
      for (const [i, secret] of options.secrets.entries()) {
        const namespace = `${name}-${i}`;
        await app.register(jwt, {
          secret: deriveKey(secret, `token:${name}`),
          namespace,
          sign: { algorithm: 'HS256', iss: issuer, aud: audience, header: { typ: name } } as never,
          verify: {
            algorithms: ['HS256'],
            allowedIss: issuer,
            allowedAud: audience,
            checkTyp: name,
            // The clock below decides: it can be moved in tests, and what is remembered would outlive an expiry.
            ignoreExpiration: true,
            requiredClaims: ['sub', 'jti', 'iat', 'exp'],
          } as never,
        });
        engines.push((app.jwt as unknown as Record<string, Engine>)[namespace]!);
      }
    },
    sign({ jti = randomUUID(), ...claims }) {
      const iat = unixSeconds(clock);
      return engines[0]!.sign({ ...claims, jti, iat, exp: iat + ttlSeconds });
    },
    verify(token) {
      const name = hash('sha256', token);
      const claims = genuine.get(name) ?? read(engines, token);
      genuine.set(name, claims);
      if (claims.exp <= unixSeconds(clock)) throw fail('token_expired');
      return claims;
    },
  };
}

function read(engines: readonly Engine[], token: string): Claims {
  let cause: unknown;
  for (const engine of engines) {
    try {
      return engine.verify(token) as Claims;
    } catch (error) {
      cause = error;
    }
  }
  throw fail('invalid_token', { cause });
}
