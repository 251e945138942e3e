import jwt from '@fastify/jwt';
import type { FastifyInstance } from 'fastify';
import { deriveKey } from '#src/core/derive.ts';
import { fail } from '#src/core/errors.ts';

export type TokenFamilyOptions = {
  /** Unique in the process; also the key's purpose, so that no family's token passes for another's. */
  name: string;
  issuer: string;
  audience: string;
  /** Value of the `typ` claim. */
  typ: string;
  /** Seconds. */
  ttl: number;
  secret: string;
  /** Still verifies during a rotation. */
  previousSecret?: string | undefined;
};

/** Claims every token has beside its own. */
export type TokenClaims = { sub: string; jti: string; iat: number; exp: number; typ: string };

export type TokenFamily<Claims extends object> = {
  ttl: number;
  /** `jti` must be unique; `sub` names the principal. */
  sign(claims: Claims & { sub: string; jti: string }): string;
  /** @throws token_expired, invalid_token */
  verify(token: string): Claims & TokenClaims;
};

type Codec = { sign(payload: object): string; verify(token: string): TokenClaims };

async function codec(
  app: FastifyInstance,
  options: TokenFamilyOptions,
  secret: string,
  namespace: string,
): Promise<Codec> {
  await app.register(jwt, {
    namespace,
    secret: deriveKey(secret, `jwt:${options.name}`),
    sign: { algorithm: 'HS256', iss: options.issuer, aud: options.audience, expiresIn: options.ttl * 1000 },
    verify: {
      algorithms: ['HS256'],
      allowedIss: options.issuer,
      allowedAud: options.audience,
      cache: 10_000,
    },
  });
  return (app.jwt as unknown as Record<string, Codec>)[namespace]!;
}

/** Registers one kind of token: its own key, issuer, audience and `typ`, algorithm pinned, verified tokens cached. */
export async function registerTokenFamily<Claims extends object>(
  app: FastifyInstance,
  options: TokenFamilyOptions,
): Promise<TokenFamily<Claims>> {
  const current = await codec(app, options, options.secret, options.name);
  const previous = options.previousSecret
    ? await codec(app, options, options.previousSecret, `${options.name}-previous`)
    : undefined;
  return {
    ttl: options.ttl,
    sign: (claims) => current.sign({ ...claims, typ: options.typ }),
    verify(token) {
      const claims = read(current, previous, token);
      if (claims.typ !== options.typ) throw fail('invalid_token');
      return claims as Claims & TokenClaims;
    },
  };
}

function read(current: Codec, previous: Codec | undefined, token: string): TokenClaims {
  try {
    return current.verify(token);
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === 'FAST_JWT_EXPIRED') throw fail('token_expired', { cause: error });
    if (code === 'FAST_JWT_INVALID_SIGNATURE' && previous) return read(previous, undefined, token);
    throw fail('invalid_token', { cause: error });
  }
}
