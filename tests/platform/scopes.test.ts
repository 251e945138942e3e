import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operations } from '#schemas/index.ts';
import type { Operation } from '#schemas/kit/operation.ts';
import { authNames } from '#schemas/kit/plane.ts';
import { bootApp, type TestApp } from '#tests/kit/app.ts';
import { urlOf } from '#tests/kit/call.ts';
import { as, newKey, newTenant, type Tenant } from './kit.ts';

/** The table of seed 003, written out by hand: every scope there is. */
const seedScopes = [
  'tokens:read',
  'tokens:write',
  'wallets:read',
  'wallets:write',
  'transactions:read',
  'transactions:write',
  'nfts:read',
  'nfts:write',
  'identities:read',
  'identities:write',
  'compliance:read',
  'compliance:write',
  'governance:read',
  'governance:write',
  'roles:read',
  'roles:write',
  'vesting:read',
  'vesting:write',
  'vaults:read',
  'vaults:write',
  'webhooks:read',
  'webhooks:write',
  'events:read',
  'gas_estimates:read',
  'batch:write',
  'networks:read',
] as const;

type Scope = (typeof seedScopes)[number];

/** What the seed says of each group, as paths; the first line that fits decides. */
const rules: readonly [method: 'GET' | 'write' | 'any', path: RegExp, scope: Scope][] = [
  ['GET', /^\/v1\/networks(\/|$)/, 'networks:read'],
  ['GET', /^\/v1\/wallets(\/|$)/, 'wallets:read'],
  ['write', /^\/v1\/wallets(\/|$)/, 'wallets:write'],
  ['GET', /^\/v1\/tokens\/:id\/roles(\/|$)/, 'roles:read'],
  ['write', /^\/v1\/tokens\/:id\/roles(\/|$)/, 'roles:write'],
  [
    'write',
    /^\/v1\/tokens\/:id\/(mint|transfer|burn|approve|mint_batch|transfer_batch|burn_batch|set_approval_for_all|permit|transfer_and_call)$/,
    'transactions:write',
  ],
  ['GET', /^\/v1\/tokens(\/|$)/, 'tokens:read'],
  ['write', /^\/v1\/tokens(\/|$)/, 'tokens:write'],
  ['GET', /^\/v1\/transactions(\/|$)/, 'transactions:read'],
  ['write', /^\/v1\/transactions(\/|$)/, 'transactions:write'],
  ['GET', /^\/v1\/nfts(\/|$)/, 'nfts:read'],
  ['write', /^\/v1\/nfts(\/|$)/, 'nfts:write'],
  ['GET', /^\/v1\/webhook/, 'webhooks:read'],
  ['write', /^\/v1\/webhook/, 'webhooks:write'],
  ['GET', /^\/v1\/events(\/|$)/, 'events:read'],
  ['any', /^\/v1\/gas_estimates$/, 'gas_estimates:read'],
  ['any', /^\/v1\/batch(es)?(\/|$)/, 'batch:write'],
];

const scopeOf = ({ method, path }: Pick<Operation, 'method' | 'path'>): Scope | undefined => {
  const kind = method === 'GET' ? 'GET' : 'write';
  return rules.find(([which, pattern]) => (which === 'any' || which === kind) && pattern.test(path))?.[2];
};

const walked = operations.filter((op) => op.plane === 'platform' && authNames(op).includes('key'));
/** Nobody has such a field: what passes the scope ends at validation, and nothing is done. */
const harmless = JSON.stringify({ scope_walk: true });

let test: TestApp;
let base: string;
let tenant: Tenant;
beforeAll(async () => {
  test = await bootApp();
  base = await test.app.listen({ host: '127.0.0.1', port: 0 });
  tenant = await newTenant(test.app);
});
afterAll(() => test.close());

/** Status and error of a call; a stream is left as soon as it has begun. */
async function ask(op: Operation, key: string): Promise<{ status: number; error?: Record<string, unknown> }> {
  const leave = new AbortController();
  const body = op.body
    ? { body: harmless, headers: { 'content-type': 'application/json' } }
    : { headers: {} };
  const response = await fetch(base + urlOf(op, op.examples.params), {
    method: op.method,
    ...body,
    headers: { ...body.headers, ...as(key) },
    signal: leave.signal,
  });
  const { status } = response;
  if (status >= 400) return { status, ...((await response.json()) as { error: Record<string, unknown> }) };
  leave.abort();
  return { status };
}

describe('scopes', () => {
  it('has a line for every operation, and it is what the contract says', () => {
    expect(walked.length).toBeGreaterThan(1);
    for (const op of walked) expect([op.id, op.scope]).toEqual([op.id, scopeOf(op)]);
  });

  it.each(seedScopes)('a key of %s alone is refused everything else', async (scope) => {
    const { key } = await newKey(test.app, tenant, { scopes: [scope], rate_limit: 100_000 });
    for (const op of walked) {
      const wanted = scopeOf(op);
      const { status, error } = await ask(op, key);
      if (wanted === scope) expect([401, 403], `${op.id} ${status}`).not.toContain(status);
      else {
        const refused = { status: 403, code: 'forbidden', required_scope: wanted };
        expect({ id: op.id, ...error }).toMatchObject({ id: op.id, ...refused });
      }
    }
  });

  it('a key without scopes may do everything', async () => {
    const { key } = await newKey(test.app, tenant, { rate_limit: 100_000 });
    for (const op of walked) expect([401, 403], op.id).not.toContain((await ask(op, key)).status);
  });

  it('a publishable key reads and never writes, whatever it was granted', async () => {
    const granted = { type: 'publishable', rate_limit: 100_000 } as const;
    const keys = [
      await newKey(test.app, tenant, granted),
      await newKey(test.app, tenant, { ...granted, scopes: [...seedScopes] }),
    ];
    for (const { key } of keys) {
      for (const op of walked) {
        const { status, error } = await ask(op, key);
        if (op.method !== 'GET' && scopeOf(op)!.endsWith(':write'))
          expect({ id: op.id, ...error }).toMatchObject({
            id: op.id,
            status: 403,
            code: 'secret_key_required',
            type: 'authorization_error',
          });
        else expect([401, 403], op.id).not.toContain(status);
      }
    }
  });
});
