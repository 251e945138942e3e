import postgres from 'postgres';
import type { Arena } from './arena.ts';
import { settleOnce } from './gas.ts';
import type { Load } from './load.ts';
import { type Caller, type Ours, post } from './ours.ts';

type Read = Pick<Load, 'path' | 'callers' | 'expect' | 'refused'>;

/** Rows that are read in turn. */
const rowCount = 8;
/** One may make 2,000 calls a minute. */
const appCount = 40;

const password = 'Bench of reads, 7 words and a digit';
const bearer = (token: string): Caller => ({ authorization: `Bearer ${token}` });

/** Settlements of a merchant, by its keys. */
export async function merchantReads(arena: Arena): Promise<Read> {
  const { ours } = arena;
  await settleOnce(arena);
  const listed = await fetch(`${ours.url}/api/v1/settlements?limit=${rowCount}`, {
    headers: ours.callers[0] ?? {},
  });
  const { data } = (await listed.json()) as { data: { settlements: { id: string }[] } };
  const path = data.settlements.map(({ id }) => `/api/v1/settlements/${id}`);
  return { path, callers: ours.callers, expect: '"id"' };
}

/** Transactions of a tenant, by its API key: those that stand in the journal, since the bench's chain has no bundler. */
export async function platformReads({ ours: { url, databaseUrl } }: Arena): Promise<Read> {
  const account = { email: `reads-${Date.now()}@example.com`, password };
  const { tenant_id: tenant } = await post<{ tenant_id: string }>(url, '/auth/register', account);
  const { access_token: token } = await post<{ access_token: string }>(url, '/auth/login', account);
  const wanted = { name: 'bench', scopes: ['transactions:read'], rate_limit: 1_000_000 };
  const { key } = await post<{ key: string }>(url, '/v1/api_keys', wanted, bearer(token));
  const ids = Array.from({ length: rowCount }, (_, i) => `tx_bench${i}`);
  await writeTransactions(databaseUrl, `tenant:${tenant}:test`, ids);
  return { path: ids.map((id) => `/v1/transactions/${id}`), callers: [bearer(key)], expect: '"id"' };
}

async function writeTransactions(databaseUrl: string, owner: string, ids: readonly string[]): Promise<void> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => undefined });
  try {
    for (const id of ids) {
      await sql`insert into transactions
        (id, owner, type, network, lane, calls, expect, meta, status, created_at, updated_at)
        values (${id}, ${owner}, 'transfer', 'base-sepolia', 'bench', '[]', '[]',
          '{"tokenId": "tok_bench", "amount": "1"}', 'confirmed', now(), now())`;
    }
  } finally {
    await sql.end();
  }
}

/** What an app's token costs before anything is done for it: it is checked, counted, and refused for its scope. */
export async function tokenChecks({ ours }: Arena): Promise<Read> {
  const callers = await Promise.all(Array.from({ length: appCount }, () => appToken(ours)));
  return {
    path: '/api/v1/wallet',
    callers: callers.map((token) => ({ ...bearer(token), 'x-user-id': 'bench' })),
    expect: 'INSUFFICIENT_SCOPE',
    refused: true,
  };
}

async function appToken({ url, adminKey }: Ours): Promise<string> {
  const app = { name: 'bench', scopes: ['mint'], tier: 'enterprise' };
  type Made = { client: { clientId: string; clientSecret: string } };
  const { client } = await post<Made>(url, '/api/v1/auth/register', app, { 'x-admin-key': adminKey });
  const { clientId, clientSecret } = client;
  const answer = await post<{ accessToken: string }>(url, '/api/v1/auth/token', { clientId, clientSecret });
  return answer.accessToken;
}
