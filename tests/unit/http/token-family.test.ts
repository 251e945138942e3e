import fastify from 'fastify';
import { afterAll, expect, test } from 'vitest';
import { registerTokenFamily } from '#src/http/token-family.ts';

const app = fastify();
afterAll(() => app.close());

const options = { issuer: 'chronos-adapter', audience: 'blockchain-api', typ: 'access', ttl: 3600 };
const secret = 'a'.repeat(64);
const claims = { sub: 'client_1', jti: 'jti_1', tier: 'starter' };

test('a token of one family is refused by every other', async () => {
  const one = await registerTokenFamily<{ tier: string }>(app, { ...options, name: 'one', secret });
  const other = await registerTokenFamily(app, { ...options, name: 'other', secret });
  const token = one.sign(claims);
  expect(one.verify(token)).toMatchObject({
    ...claims,
    typ: 'access',
    iss: 'chronos-adapter',
    aud: 'blockchain-api',
  });
  const { iat, exp } = one.verify(token);
  expect(exp - iat).toBe(3600);
  expect(() => other.verify(token)).toThrow(expect.objectContaining({ kind: 'invalid_token' }));
});

test('an expired token is told from a bad one', async () => {
  const short = await registerTokenFamily(app, { ...options, name: 'short', secret, ttl: -1 });
  expect(() => short.verify(short.sign(claims))).toThrow(expect.objectContaining({ kind: 'token_expired' }));
  expect(() => short.verify('not.a.token')).toThrow(expect.objectContaining({ kind: 'invalid_token' }));
});

test('a token without a signature, or of another algorithm, is refused', async () => {
  const family = await registerTokenFamily(app, { ...options, name: 'pinned', secret });
  const [, payload] = family.sign(claims).split('.');
  const header = Buffer.from(JSON.stringify({ alg: 'none', typ: 'JWT' })).toString('base64url');
  expect(() => family.verify(`${header}.${payload}.`)).toThrow(
    expect.objectContaining({ kind: 'invalid_token' }),
  );
});

test('the previous secret verifies during a rotation', async () => {
  const before = await registerTokenFamily(app, { ...options, name: 'rotated', secret });
  const token = before.sign(claims);
  const host = fastify();
  const after = await registerTokenFamily(host, {
    ...options,
    name: 'rotated',
    secret: 'b'.repeat(64),
    previousSecret: secret,
  });
  expect(after.verify(token).sub).toBe('client_1');
  expect(() => before.verify(after.sign(claims))).toThrow(expect.objectContaining({ kind: 'invalid_token' }));
  await host.close();
});
