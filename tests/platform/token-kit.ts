import { randomUUID } from 'node:crypto';
import type { BodyOf, SuccessOf } from '#schemas/kit/operation.ts';
import { mintToken } from '#schemas/platform/token-moves.ts';
import { deployToken, getToken } from '#schemas/platform/tokens.ts';
import { retrieveTransaction } from '#schemas/platform/transactions.ts';
import { createLocalnetClient } from '#src/localnet/client.ts';
import type { Address } from '#src/core/hex.ts';
import { afterAll } from 'vitest';
import { bootApp, type BootOptions, type TestApp } from '#tests/kit/app.ts';
import { call } from '#tests/kit/call.ts';
import { as, newKey, newTenant, type Tenant } from './kit.ts';

export type Token = SuccessOf<typeof getToken>;
export type Transaction = SuccessOf<typeof retrieveTransaction>;
export type Headers = Record<string, string>;

/** A tenant with a test key, and the key's headers. */
export type Issuer = { tenant: Tenant; headers: Headers };

export async function newIssuer({ app }: TestApp): Promise<Issuer> {
  const tenant = await newTenant(app);
  return { tenant, headers: as(await newKey(app, tenant)) };
}

/** The app of a test file with an issuer; it closes after the file. Call it at the top: `await issuerOfFile()`. */
export async function issuerOfFile(options: BootOptions = {}): Promise<Issuer & { test: TestApp }> {
  const test = await bootApp(options);
  afterAll(() => test.close());
  return { test, ...(await newIssuer(test)) };
}

export const newRequestKey = (): string => `key-${randomUUID()}`;

/** The transaction once it is final. */
export async function settled({ app }: TestApp, headers: Headers, id: string): Promise<Transaction> {
  const { body } = await call(app, retrieveTransaction, { headers, params: { id }, query: { wait: 30 } });
  return body;
}

/** The same, which must have gone through. */
export async function confirmed(test: TestApp, headers: Headers, id: string): Promise<Transaction> {
  const transaction = await settled(test, headers, id);
  if (transaction.status !== 'confirmed') throw new Error(JSON.stringify(transaction));
  return transaction;
}

/** A token that is deployed. */
export async function newToken(
  test: TestApp,
  headers: Headers,
  input: Partial<BodyOf<typeof deployToken>> = {},
): Promise<Token> {
  const body = { name: 'Example Euro', symbol: 'EEUR', standard: 'ERC20' as const, ...input };
  const { body: made } = await call(test.app, deployToken, { headers, body });
  await confirmed(test, headers, made.transaction_id);
  return (await call(test.app, getToken, { headers, params: { id: made.id } })).body;
}

/** Mints and waits. */
export async function mint(
  test: TestApp,
  headers: Headers,
  token: Token,
  body: Omit<BodyOf<typeof mintToken>, 'idempotency_key'>,
): Promise<Transaction> {
  const sent = await call(test.app, mintToken, {
    headers,
    params: { id: token.id },
    body: { ...body, idempotency_key: newRequestKey() },
  });
  return confirmed(test, headers, sent.body.id);
}

/** Reads a contract of the run's chain. */
export function reader({ localnet }: TestApp) {
  const client = createLocalnetClient(localnet.rpcUrl);
  return (abi: readonly unknown[], token: Pick<Token, 'address'>, functionName: string, ...args: unknown[]) =>
    client.readContract({ abi, address: token.address as Address, functionName, args } as never);
}
