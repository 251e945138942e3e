import fastify from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTokenFamily, type TokenFamily } from '#src/http/tokens.ts';

let now = new Date('2026-01-01T00:00:00Z');
const clock = { now: () => now };
const [old, current] = ['o'.repeat(64), 'c'.repeat(64)];
const family = (name: string, secrets: [string, ...string[]]) =>
  createTokenFamily({ name, secrets, issuer: 'chronos', audience: 'test', ttlSeconds: 60, clock });

const access = family('access', [current]);
const refresh = family('refresh', [current]);
const before = family('access', [old]);
const rotating = family('access', [current, old]);
const stranger = createTokenFamily({
  name: 'access',
  secrets: [current],
  issuer: 'other',
  audience: 'test',
  ttlSeconds: 60,
  clock,
});
const apps = [access, refresh, before, rotating, stranger].map((one) => ({ one, app: fastify() }));

beforeAll(async () => {
  for (const { one, app } of apps) await one.setup(app);
});
afterAll(async () => {
  for (const { app } of apps) await app.close();
});

const kindOf = (reader: TokenFamily, token: string) => {
  try {
    reader.verify(token);
    return 'accepted';
  } catch (error) {
    return (error as { kind?: string }).kind;
  }
};

describe('token families', () => {
  it('carry their claims until they expire', () => {
    const token = access.sign({ sub: 'usr_1', sid: 'ses_1' });
    const at = Math.floor(now.getTime() / 1000);
    const claims = { sub: 'usr_1', sid: 'ses_1', iss: 'chronos', aud: 'test', iat: at, exp: at + 60 };
    expect(access.verify(token)).toMatchObject(claims);
    now = new Date(now.getTime() + 60_000);
    expect(kindOf(access, token)).toBe('token_expired');
  });

  it('do not pass for each other', () => {
    const token = refresh.sign({ sub: 'usr_1' });
    expect(kindOf(refresh, token)).toBe('accepted');
    expect(kindOf(access, token)).toBe('invalid_token');
    expect(kindOf(access, stranger.sign({ sub: 'usr_1' }))).toBe('invalid_token');
  });

  it('refuse what nobody signed', () => {
    const token = access.sign({ sub: 'usr_1' });
    const [header, body] = token.split('.');
    const none = Buffer.from('{"alg":"none","typ":"access"}').toString('base64url');
    for (const bad of ['', 'x', `${header}.${body}.`, `${none}.${body}.`, `${token}x`]) {
      expect(kindOf(access, bad), bad).toBe('invalid_token');
    }
  });

  it('survive a rotation of the secret', () => {
    const token = before.sign({ sub: 'usr_1' });
    expect(kindOf(rotating, token)).toBe('accepted');
    expect(kindOf(access, token)).toBe('invalid_token');
    expect(kindOf(access, rotating.sign({ sub: 'usr_1' }))).toBe('accepted');
  });
});
