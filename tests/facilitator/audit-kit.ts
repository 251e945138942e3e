import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { registerClient } from '#schemas/adapter/auth.ts';
import { registerClientToken } from '#schemas/adapter/client-tokens.ts';
import { revokeClient, rotateClientSecret, updateClient } from '#schemas/adapter/clients.ts';
import * as admin from '#schemas/facilitator/admin.ts';
import * as assets from '#schemas/facilitator/admin-assets.ts';
import * as clients from '#schemas/facilitator/clients.ts';
import { pauseNetwork, resumeNetwork } from '#schemas/facilitator/operators.ts';
import type { Operation } from '#schemas/kit/operation.ts';
import { updateMe } from '#schemas/platform/accounts.ts';
import * as apiKeys from '#schemas/platform/api-keys.ts';
import { revokeSession } from '#schemas/platform/sessions.ts';
import * as signIn from '#schemas/platform/sign-in.ts';
import * as webhooks from '#schemas/platform/webhooks.ts';
import { admin as adminOf, newClient } from '#tests/adapter/kit.ts';
import { deployMintable } from '#tests/adapter/own-token.ts';
import type { TestApp } from '#tests/kit/app.ts';
import { newAuthenticator } from '#tests/kit/authenticator.ts';
import { attempt, call } from '#tests/kit/call.ts';
import type { SmtpDouble } from '#tests/kit/smtp-double.ts';
import { as, newKey, newTenant } from '#tests/platform/kit.ts';
import { newMerchant, newPerson, password } from './kit.ts';

/** An app whose letters can be read. */
export type Stage = { test: TestApp; smtp: SmtpDouble };

const email = () => `user-${randomUUID()}@example.com`;

export type Done = {
  answer: { status: number; body: Record<string, unknown> };
  target: string;
  fields: string[];
};
type Step = { op: Operation; params?: object; body?: object; as: Record<string, string>; target?: string };

/** Calls it under a request id of its own; the target is told, or is what `made` reads from the answer. */
async function act(on: Stage, step: Step, id: string, made: (body: never) => string | number): Promise<Done> {
  const { op, params, body, as } = step;
  const answer = await attempt(on.test.app, op, {
    headers: { ...as, 'x-request-id': id, 'x-forwarded-for': '203.0.113.7' },
    ...(params ? { params } : {}),
    ...(body ? { body } : {}),
  });
  expect(answer, JSON.stringify(answer.body)).toMatchObject({ status: op.success.status });
  const target = step.target ?? String(made(answer.body as never));
  return { answer, target, fields: Object.keys(body ?? {}) };
}

const newUser = async (on: Stage) => (await newPerson(on.test.app)).id;
const none = () => '';
const operator = ({ test }: Stage) => ({ authorization: `Bearer ${test.secrets.ADMIN_MASTER_KEY}` });
/** The serial id of a person, which operators see. */
const accountNumber = async ({ test }: Stage, address: string): Promise<string> => {
  const { rows } = await test.database.database.executeSql(`select id from users where email = '${address}'`);
  return String(rows[0]!['id']);
};

/** One way to make each audited change; the actor is the operator unless `by` says who. */
export const drivers: Record<string, (on: Stage, id: string) => Promise<Done & { by?: string }>> = {
  createUser: (on, id) =>
    act(
      on,
      { op: admin.createUser, as: operator(on), body: { email: email(), password } },
      id,
      (body: { data: { user: { id: number } } }) => body.data.user.id,
    ),
  updateUser: async (on, id) => {
    const user = await newUser(on);
    const body = { password: 'AnotherPassword1!', is_admin: true, unlock: true };
    return act(
      on,
      { op: admin.updateUser, as: operator(on), params: { id: user }, body, target: `${user}` },
      id,
      none,
    );
  },
  deleteUser: async (on, id) => {
    const user = await newUser(on);
    return act(
      on,
      { op: admin.deleteUser, as: operator(on), params: { id: user }, target: `${user}` },
      id,
      none,
    );
  },
  registerAsset: (on, id) =>
    act(
      on,
      { op: assets.registerAsset, as: operator(on), body: asset() },
      id,
      (body: { data: { id: number } }) => body.data.id,
    ),
  updateAsset: async (on, id) => {
    const target = await newAsset(on);
    return act(
      on,
      { op: assets.updateAsset, as: operator(on), params: { id: target }, body: { active: false }, target },
      id,
      none,
    );
  },
  deleteAsset: async (on, id) => {
    const target = await newAsset(on);
    return act(on, { op: assets.deleteAsset, as: operator(on), params: { id: target }, target }, id, none);
  },
  pauseNetwork: (on, id) => onNetwork(on, pauseNetwork, id),
  resumeNetwork: (on, id) => onNetwork(on, resumeNetwork, id),
  createMerchantClient: async (on, id) => {
    const person = await newPerson(on.test.app);
    const done = await act(
      on,
      { op: clients.createMerchantClient, as: person.bearer, body: { title: 'shop' } },
      id,
      (body: { data: { client: { clientId: string } } }) => body.data.client.clientId,
    );
    return { ...done, by: `user:${person.id}` };
  },
  rotateMerchantClient: (on, id) => onMerchantKey(on, clients.rotateMerchantClient, id, { grace_hours: 1 }),
  deleteMerchantClient: (on, id) => onMerchantKey(on, clients.deleteMerchantClient, id),
  registerClient: (on, id) =>
    act(
      on,
      {
        op: registerClient,
        as: adminOf(on.test),
        body: { name: 'app', scopes: ['wallet'], tier: 'starter' },
      },
      id,
      (body: { client: { clientId: string } }) => body.client.clientId,
    ),
  updateClient: (on, id) => onApp(on, updateClient, id, { name: 'renamed' }),
  revokeClient: (on, id) => onApp(on, revokeClient, id),
  rotateClientSecret: (on, id) => onApp(on, rotateClientSecret, id, { gracePeriodSeconds: 0 }),
  registerClientToken: async (on, id) => {
    const { address } = await deployMintable(on.test.localnet);
    return onApp(on, registerClientToken, id, { token: address });
  },
  createApiKey: async (on, id) => {
    const { user, userId } = await newTenant(on.test.app);
    const step = { op: apiKeys.createApiKey, as: user, body: { name: 'server' } };
    return { ...(await act(on, step, id, (body: { id: string }) => body.id)), by: `user:${userId}` };
  },
  updateApiKey: (on, id) => onApiKey(on, apiKeys.updateApiKey, id, { name: 'renamed' }),
  rotateApiKey: (on, id) => onApiKey(on, apiKeys.rotateApiKey, id, {}),
  revokeApiKey: (on, id) => onApiKey(on, apiKeys.revokeApiKey, id),
  createWebhookEndpoint: async (on, id) => {
    const { key, by } = await newServer(on);
    const step = { op: webhooks.createWebhookEndpoint, as: key, body: endpoint };
    return { ...(await act(on, step, id, (body: { id: string }) => body.id)), by };
  },
  updateWebhookEndpoint: (on, id) =>
    onEndpoint(on, webhooks.updateWebhookEndpoint, id, { status: 'disabled' }),
  deleteWebhookEndpoint: (on, id) => onEndpoint(on, webhooks.deleteWebhookEndpoint, id),
  rotateWebhookSecret: (on, id) =>
    onEndpoint(on, webhooks.rotateWebhookSecret, id, { grace_period_seconds: 60 }),
  verifyPasskey: async (on, id) => {
    const { user, userId } = await newTenant(on.test.app);
    const body = { intent: 'register' as const, name: 'Laptop', response: await passkeyOf(on, user) };
    const step = { op: signIn.verifyPasskey, as: user, body };
    return { ...(await act(on, step, id, (made: { id: string }) => made.id)), by: `user:${userId}` };
  },
  deletePasskey: async (on, id) => {
    const { user, userId } = await newTenant(on.test.app);
    const body = { intent: 'register' as const, name: 'Laptop', response: await passkeyOf(on, user) };
    const made = await call(on.test.app, signIn.verifyPasskey, { headers: user, body });
    const target = (made.body as { id: string }).id;
    const step = { op: signIn.deletePasskey, as: user, params: { id: target }, target };
    return { ...(await act(on, step, id, none)), by: `user:${userId}` };
  },
  resetPassword: async (on, id) => {
    const { email: to } = await newTenant(on.test.app);
    const target = await accountNumber(on, to);
    await call(on.test.app, signIn.forgotPassword, { body: { email: to } });
    const letter = () => on.smtp.mails.find((one) => one.to === to)?.text;
    await expect.poll(letter, { timeout: 10_000 }).toBeDefined();
    const token = /token: ([\w-]{43})/.exec(letter()!)![1]!;
    const body = { token, password: 'AnotherPassword1!' };
    return {
      ...(await act(on, { op: signIn.resetPassword, as: {}, body, target }, id, none)),
      by: 'anonymous',
    };
  },
  updateMe: async (on, id) => {
    const { user, userId, email: to } = await newTenant(on.test.app);
    const body = { current_password: 'secure-password', password: 'AnotherPassword1!' };
    const step = { op: updateMe, as: user, body, target: await accountNumber(on, to) };
    return { ...(await act(on, step, id, none)), by: `user:${userId}` };
  },
  revokeSession: async (on, id) => {
    const { user, userId, sessionId } = await newTenant(on.test.app);
    const step = { op: revokeSession, as: user, params: { id: sessionId }, target: sessionId };
    return { ...(await act(on, step, id, none)), by: `user:${userId}` };
  },
};

const endpoint = { url: 'https://example.com/hook', events: ['*'] };
const newServer = async (on: Stage) => {
  const { id, key } = await newKey(on.test.app, await newTenant(on.test.app));
  return { key: as(key), by: `key:${id}` };
};
const onEndpoint = async (on: Stage, op: Operation, id: string, body?: object) => {
  const { key, by } = await newServer(on);
  const made = await call(on.test.app, webhooks.createWebhookEndpoint, { headers: key, body: endpoint });
  const step = { op, as: key, params: { id: made.body.id }, target: made.body.id };
  return { ...(await act(on, { ...step, ...(body ? { body } : {}) }, id, none)), by };
};
/** What a browser answers to the offer of a passkey. */
const passkeyOf = async (on: Stage, user: Record<string, string>) => {
  const given = { query: { intent: 'register' as const }, headers: user };
  const { options } = (await call(on.test.app, signIn.getPasskeyChallenge, given)).body;
  return newAuthenticator('https://dashboard.example.com').create(options as never) as Record<
    string,
    unknown
  >;
};

let nextAsset = 1;
const asset = () => ({
  network: 'base-sepolia',
  asset: `0x${(nextAsset++).toString(16).padStart(40, '0')}`,
  symbol: 'X',
  decimals: 6,
  name: 'X',
  version: '1',
});
const newAsset = async (on: Stage) =>
  String(
    (await call(on.test.app, assets.registerAsset, { headers: operator(on), body: asset() })).body.data.id,
  );
const onNetwork = (on: Stage, op: Operation, id: string) =>
  act(on, { op, as: operator(on), params: { id: 'base-sepolia' }, target: 'base-sepolia' }, id, none);
const onMerchantKey = async (on: Stage, op: Operation, id: string, body?: object) => {
  const { person, clientId } = await newMerchant(on.test.app);
  const step = { op, as: person.bearer, params: { id: clientId }, target: clientId };
  return { ...(await act(on, { ...step, ...(body ? { body } : {}) }, id, none)), by: `user:${person.id}` };
};
const onApp = async (on: Stage, op: Operation, id: string, body?: object) => {
  const { clientId } = await newClient(on.test);
  const step = { op, as: adminOf(on.test), params: { clientId }, target: clientId };
  return act(on, { ...step, ...(body ? { body } : {}) }, id, none);
};
const onApiKey = async (on: Stage, op: Operation, id: string, body?: object) => {
  const tenant = await newTenant(on.test.app);
  const key = await newKey(on.test.app, tenant);
  const step = { op, as: tenant.user, params: { id: key.id }, target: key.id };
  return {
    ...(await act(on, { ...step, ...(body ? { body } : {}) }, id, none)),
    by: `user:${tenant.userId}`,
  };
};
