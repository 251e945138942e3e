import { randomBytes, randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import {
  createPublicClient,
  encodeFunctionData,
  erc20Abi,
  getAddress,
  type Hex,
  http,
  parseAbi,
  parseAbiItem,
  parseEther,
} from 'viem';
import { generatePrivateKey, privateKeyToAccount, type PrivateKeyAccount } from 'viem/accounts';
import { expect } from 'vitest';
import { createMerchantClient } from '#schemas/facilitator/clients.ts';
import { logIn, signUp } from '#schemas/facilitator/accounts.ts';
import { settlePayment, verifyPayment } from '#schemas/facilitator/payments.ts';
import { listSettlements } from '#schemas/facilitator/settlements.ts';
import { encodeAggregate3 } from '#src/chain/multicall3.ts';
import { createLocalnetClient } from '#src/localnet/client.ts';
import { fundNative, setUsdc } from '#src/localnet/faucet.ts';
import type { LocalnetInfo } from '#src/localnet/types.ts';
import type { TestApp } from '#tests/kit/app.ts';
import { type Answered, attempt, call } from '#tests/kit/call.ts';

export const password = 'StrongPassword123!';
export const price = 10_000n;

export type Person = { id: number; email: string; bearer: Record<string, string>; refreshToken: string };
export type Merchant = {
  person: Person;
  clientId: string;
  token: string;
  headers: Record<string, string>;
  payTo: Hex;
};

/** A user of its own, logged in. */
export async function newPerson(app: FastifyInstance): Promise<Person> {
  const email = `user-${randomUUID()}@example.com`;
  const { body } = await call(app, signUp, { body: { email, password } });
  const tokens = (await call(app, logIn, { body: { email, password } })).body.data;
  return {
    id: body.data.user.id,
    email,
    bearer: { authorization: `Bearer ${tokens.access_token}` },
    refreshToken: tokens.refresh_token,
  };
}

/** A merchant with a client key and an address of its own. */
export async function newMerchant(
  app: FastifyInstance,
  input: { scope?: string; ttl_hours?: number; pay_to?: string[]; quota_per_minute?: number } = {},
): Promise<Merchant> {
  const person = await newPerson(app);
  const { body } = await call(app, createMerchantClient, {
    headers: person.bearer,
    body: { title: 'my-resource-server', ...input },
  });
  const { clientId, token } = body.data.client;
  return { person, clientId, token, headers: keyHeaders(clientId, token), payTo: newAddress() };
}

export function keyHeaders(clientId: string, token: string): Record<string, string> {
  return { 'x-client-id': clientId, 'x-client-token': token };
}

export function newAddress(): Hex {
  return privateKeyToAccount(generatePrivateKey()).address;
}

/** An account with test USDC. */
export async function newPayer(localnet: LocalnetInfo, amount = 1_000_000n): Promise<PrivateKeyAccount> {
  const account = privateKeyToAccount(generatePrivateKey());
  if (amount > 0n) await setUsdc(localnet, account.address, amount);
  return account;
}

export function chainOf(localnet: LocalnetInfo) {
  const client = createPublicClient({ transport: http(localnet.rpcUrl), pollingInterval: 50 });
  return {
    client,
    usdc: (owner: Hex) =>
      client.readContract({
        abi: erc20Abi,
        address: localnet.addresses.usdc,
        functionName: 'balanceOf',
        args: [owner],
      }),
  };
}

const types = {
  TransferWithAuthorization: [
    { name: 'from', type: 'address' },
    { name: 'to', type: 'address' },
    { name: 'value', type: 'uint256' },
    { name: 'validAfter', type: 'uint256' },
    { name: 'validBefore', type: 'uint256' },
    { name: 'nonce', type: 'bytes32' },
  ],
} as const;

export type PaymentInput = {
  localnet: LocalnetInfo;
  payer: PrivateKeyAccount;
  payTo: Hex;
  version?: 1 | 2;
  amount?: bigint;
  value?: bigint;
  validAfter?: number;
  validBefore?: number;
  nonce?: Hex;
  asset?: Hex;
  extra?: Record<string, unknown>;
  domain?: { name?: string; version?: string };
  requirements?: Record<string, unknown>;
};

export type PaymentBody = {
  x402Version: number;
  paymentPayload: Record<string, unknown> & {
    payload: {
      signature: Hex;
      authorization: Record<'from' | 'to' | 'value' | 'validAfter' | 'validBefore' | 'nonce', string>;
    };
  };
  paymentRequirements: Record<string, unknown>;
};

/** A signed request body for verify and settle. */
export async function paymentBody(input: PaymentInput): Promise<PaymentBody> {
  const { localnet, payer, payTo, version = 2, amount = price } = input;
  const asset = input.asset ?? localnet.addresses.usdc;
  const now = Math.floor(Date.now() / 1000);
  const message = {
    from: payer.address,
    to: getAddress(payTo),
    value: input.value ?? amount,
    validAfter: BigInt(input.validAfter ?? now - 600),
    validBefore: BigInt(input.validBefore ?? now + 120),
    nonce: input.nonce ?? `0x${randomBytes(32).toString('hex')}`,
  };
  const signature = await payer.signTypedData({
    domain: {
      name: 'USDC',
      version: '2',
      chainId: localnet.chainId,
      verifyingContract: asset,
      ...input.domain,
    },
    types,
    primaryType: 'TransferWithAuthorization',
    message,
  });
  const authorization = {
    ...message,
    value: message.value.toString(),
    validAfter: message.validAfter.toString(),
    validBefore: message.validBefore.toString(),
  };
  const payload = { signature, authorization };
  const common = {
    scheme: 'exact',
    asset,
    payTo,
    maxTimeoutSeconds: 60,
    extra: input.extra ?? { name: 'USDC', version: '2' },
  };
  if (version === 2) {
    const asked = { ...common, network: 'eip155:84532', amount: amount.toString(), ...input.requirements };
    return {
      x402Version: 2,
      paymentPayload: { x402Version: 2, accepted: asked, payload },
      paymentRequirements: asked,
    };
  }
  return {
    x402Version: 1,
    paymentPayload: { x402Version: 1, scheme: 'exact', network: 'base-sepolia', payload },
    paymentRequirements: {
      ...common,
      network: 'base-sepolia',
      maxAmountRequired: amount.toString(),
      resource: 'http://localhost/report',
      description: 'A report',
      mimeType: 'application/json',
      ...input.requirements,
    },
  };
}

export const verify = (app: FastifyInstance, merchant: Pick<Merchant, 'headers'>, body: unknown) =>
  attempt(app, verifyPayment, { headers: merchant.headers, body });

export const settle = (
  app: FastifyInstance,
  merchant: Pick<Merchant, 'headers'>,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Answered<Record<string, unknown>>> =>
  attempt(app, settlePayment, { headers: { ...merchant.headers, ...headers }, body });

/**
 * What must hold in the end, whatever happened on the way: the payment is on the chain once, its merchant has the money,
 * the journal says so, and success is not said again.
 */
export async function expectSettledOnce(
  { app, localnet }: Pick<TestApp, 'app' | 'localnet'>,
  merchant: Merchant,
  payment: PaymentBody,
): Promise<void> {
  const used = await authorizationsUsed(localnet, payment);
  expect(used).toHaveLength(1);
  expect(await chainOf(localnet).usdc(merchant.payTo)).toBe(price);
  const { authorization } = payment.paymentPayload.payload;
  const { settlements } = (await call(app, listSettlements, { headers: merchant.headers })).body.data;
  expect(settlements.filter((one) => one.nonce === authorization.nonce)).toEqual([
    expect.objectContaining({
      status: 'settled',
      transaction: used[0],
      payer: authorization.from,
      amount: price.toString(),
      reason: null,
      delivered: true,
    }),
  ]);
  expect((await settle(app, merchant, payment)).body).toMatchObject({
    success: false,
    errorReason: 'duplicate_settlement',
    transaction: used[0],
  });
}

/** Transactions that the app's signers have in the chain. */
export async function sentBy({ localnet, signers }: Pick<TestApp, 'localnet' | 'signers'>): Promise<number> {
  const { client } = chainOf(localnet);
  const counts = await Promise.all(
    signers.map((key) => client.getTransactionCount({ address: privateKeyToAccount(key).address })),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Hashes of the transactions that used the payment's authorization. */
export async function authorizationsUsed(localnet: LocalnetInfo, payment: PaymentBody): Promise<Hex[]> {
  const { from, nonce } = payment.paymentPayload.payload.authorization;
  const logs = await chainOf(localnet).client.getLogs({
    address: localnet.addresses.usdc,
    event: parseAbiItem('event AuthorizationUsed(address indexed authorizer, bytes32 indexed nonce)'),
    args: { authorizer: from as Hex, nonce: nonce as Hex },
    fromBlock: 0n,
  });
  return logs.map((log) => log.transactionHash);
}

const transferAbi = parseAbi([
  'function transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,bytes)',
]);

/** Call data that puts a payment on the chain. */
export function transferCall({ paymentPayload: { payload } }: PaymentBody): Hex {
  const { signature, authorization: a } = payload;
  return encodeFunctionData({
    abi: transferAbi,
    args: [
      a.from as Hex,
      a.to as Hex,
      BigInt(a.value),
      BigInt(a.validAfter),
      BigInt(a.validBefore),
      a.nonce as Hex,
      signature,
    ],
  });
}

/** Puts payments on the chain from outside: one as it is, several in one transaction of Multicall3. */
export async function submitElsewhere(
  localnet: TestApp['localnet'],
  ...payments: PaymentBody[]
): Promise<Hex> {
  return callElsewhere(
    localnet,
    ...payments.map((one) => ({ to: localnet.addresses.usdc, data: transferCall(one) })),
  );
}

/** Calls of a stranger: one as it is, several in one transaction of Multicall3. */
export async function callElsewhere(
  localnet: TestApp['localnet'],
  ...legs: { to: Hex; data: Hex }[]
): Promise<Hex> {
  const account = privateKeyToAccount(generatePrivateKey());
  await fundNative(localnet, account.address, parseEther('1'));
  const client = createLocalnetClient(localnet.rpcUrl);
  const [alone] = legs;
  const call =
    legs.length === 1 && alone
      ? alone
      : { to: localnet.addresses.multicall3, data: encodeAggregate3(legs), gas: 1_000_000n };
  const transaction = await client.sendTransaction({ account, ...call });
  await client.waitForTransactionReceipt({ hash: transaction });
  return transaction;
}

/** Resolves once `test` holds; the test's own time limit ends a wait in vain. */
export async function until(test: () => Promise<boolean>): Promise<void> {
  while (!(await test())) await new Promise((resolve) => setTimeout(resolve, 20));
}
