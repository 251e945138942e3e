import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { issueToken, registerClient } from '#schemas/adapter/auth.ts';
import type { AdapterTransaction } from '#schemas/adapter/common.ts';
import { executeMint, signMint } from '#schemas/adapter/mint.ts';
import { getTransaction } from '#schemas/adapter/transactions.ts';
import { createWallet } from '#schemas/adapter/wallet.ts';
import type { BodyOf } from '#schemas/kit/operation.ts';
import type { Static } from '@sinclair/typebox';
import { attempt, call } from '#tests/kit/call.ts';
import type { TestApp } from '#tests/kit/app.ts';

export type Transaction = Static<typeof AdapterTransaction>;

/** An app's client with a token, and what its calls look like. */
export type Client = {
  clientId: string;
  clientSecret: string;
  accessToken: string;
  /** Headers of a call on behalf of a user. */
  as(userId: string, more?: Record<string, string>): Record<string, string>;
};

export const admin = ({ secrets }: TestApp) => ({ 'x-admin-key': secrets.ADMIN_MASTER_KEY });
export const newUser = (): string => `user_${randomUUID()}`;
export const newReceipt = (): string => `receipt_${randomUUID()}`;
export const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** Registers a client and takes a token for it. */
export async function newClient(
  world: TestApp,
  settings: Partial<BodyOf<typeof registerClient>> = {},
): Promise<Client> {
  const body = {
    name: 'Test app',
    scopes: ['wallet', 'mint', 'transfer', 'claim', 'external'] as BodyOf<typeof registerClient>['scopes'],
    tier: 'enterprise' as const,
    ...settings,
  };
  const made = await call(world.app, registerClient, { body, headers: admin(world) });
  const { clientId, clientSecret } = made.body.client;
  const accessToken = await tokenOf(world.app, clientId, clientSecret);
  return {
    clientId,
    clientSecret,
    accessToken,
    as: (userId, more) => ({ ...bearer(accessToken), 'x-user-id': userId, ...more }),
  };
}

export async function tokenOf(app: FastifyInstance, clientId: string, clientSecret: string): Promise<string> {
  return (await call(app, issueToken, { body: { clientId, clientSecret } })).body.accessToken;
}

export async function walletOf(world: TestApp, client: Client, userId: string): Promise<`0x${string}`> {
  const { body } = await call(world.app, createWallet, { headers: client.as(userId) });
  return body.wallet.address as `0x${string}`;
}

/** The transaction once it is final. */
export async function final(
  world: TestApp,
  client: Client,
  userId: string,
  id: string,
): Promise<Transaction> {
  const given = { params: { id }, query: { wait: 30 }, headers: client.as(userId) };
  return (await call(world.app, getTransaction, given)).body.transaction;
}

/** Mints to a user and waits until it is on the chain. */
export async function mintTo(
  world: TestApp,
  client: Client,
  userId: string,
  amount: bigint,
): Promise<Transaction> {
  const receiptId = newReceipt();
  const headers = client.as(userId);
  await call(world.app, signMint, { headers, body: { receiptId, amount: amount.toString() } });
  const { body } = await call(world.app, executeMint, { headers, body: { receiptId } });
  return final(world, client, userId, body.transaction.id);
}

/** Status and code of an answer. */
export async function outcome(...given: Parameters<typeof attempt>): Promise<[number, string]> {
  const { status, body } = await attempt(...given);
  return [status, body['success'] === true ? 'ok' : (body['error'] as { code: string }).code];
}
