import { erc20Abi, type Hex, parseEventLogs, zeroAddress } from 'viem';
import { entryPoint07Abi } from 'viem/account-abstraction';
import { expect } from 'vitest';
import { createLocalnetClient } from '#src/localnet/client.ts';
import { setUsdc } from '#src/localnet/faucet.ts';
import type { LocalnetInfo } from '#src/localnet/types.ts';
import { newReceipt, newUser, type Transaction } from './kit.ts';

type Person = { user: string; wallet: Hex; receiptId: string };

/** One client's writes: for each person a mint of 5 and a transfer of 1 USDC to one receiver, each with a key. */
export type Writes = { token: string; people: Person[]; receiver: { user: string; wallet: Hex } };

export type Place = { base: string; adminKey: string; localnet: LocalnetInfo };
type Answer = { status: number; replayed: boolean; body: Record<string, unknown> };

export async function send(
  base: string,
  method: 'GET' | 'POST',
  path: string,
  headers: Record<string, string>,
  body?: object,
): Promise<Answer> {
  const response = await fetch(base + path, {
    method,
    headers: { ...headers, connection: 'close', ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const replayed = response.headers.get('idempotent-replayed') === 'true';
  return { status: response.status, replayed, body: (await response.json()) as Record<string, unknown> };
}

const as = ({ token }: Writes, user: string) => ({ authorization: `Bearer ${token}`, 'x-user-id': user });

/** A client, people with wallets and money, and receipts that are signed for. */
export async function prepareWrites({ base, adminKey, localnet }: Place, count: number): Promise<Writes> {
  const settings = { name: 'Faults', scopes: ['wallet', 'mint', 'transfer'], tier: 'enterprise' };
  const made = await send(base, 'POST', '/api/v1/auth/register', { 'x-admin-key': adminKey }, settings);
  const { clientId, clientSecret } = made.body['client'] as Record<string, string>;
  const taken = await send(base, 'POST', '/api/v1/auth/token', {}, { clientId, clientSecret });
  const writes: Writes = {
    token: String(taken.body['accessToken']),
    people: [],
    receiver: { user: '', wallet: '0x' },
  };
  const someone = async () => {
    const user = newUser();
    const { body } = await send(base, 'POST', '/api/v1/wallet/create', as(writes, user));
    return { user, wallet: (body['wallet'] as { address: Hex }).address };
  };
  writes.receiver = await someone();
  for (let i = 0; i < count; i += 1) {
    const person = { ...(await someone()), receiptId: newReceipt() };
    await setUsdc(localnet, person.wallet, 1n);
    const receipt = { receiptId: person.receiptId, amount: '5' };
    expect((await send(base, 'POST', '/api/v1/mint/sign', as(writes, person.user), receipt)).status).toBe(
      200,
    );
    writes.people.push(person);
  }
  return writes;
}

/** The requests of the writes; each may be sent any number of times. */
export function requestsOf(writes: Writes, localnet: LocalnetInfo) {
  return writes.people.flatMap(({ user, receiptId }) => {
    const transfer = { toUserId: writes.receiver.user, token: localnet.addresses.usdc, amount: '1' };
    return [
      { user, path: '/api/v1/mint/execute', key: `mint-${receiptId}`, body: { receiptId } },
      { user, path: '/api/v1/wallet/transfer', key: `send-${receiptId}`, body: transfer },
    ].map((request) => ({
      ...request,
      send: (base: string) =>
        send(
          base,
          'POST',
          request.path,
          { ...as(writes, user), 'x-idempotency-key': request.key },
          request.body,
        ),
    }));
  });
}

type Request = ReturnType<typeof requestsOf>[number];

/** Sends a request until it is accepted, as an app that lost the answer would. */
async function accepted(base: string, request: Request): Promise<string> {
  let answer: Answer | undefined;
  await expect
    .poll(async () => (answer = await request.send(base)).status, { timeout: 20_000, interval: 100 })
    .toBe(202);
  return (answer!.body['transaction'] as Transaction).id;
}

export async function endOf(base: string, writes: Writes, user: string, id: string): Promise<Transaction> {
  const path = `/api/v1/transactions/${id}?wait=30`;
  const read = async () => {
    const { status, body } = await send(base, 'GET', path, as(writes, user));
    if (status !== 200) throw new Error(`${id} answered ${status}: ${JSON.stringify(body)}`);
    return body['transaction'] as Transaction;
  };
  const first = await read();
  return first.status === 'confirmed' || first.status === 'failed' ? first : read();
}

/** In the end each write has had one effect, the journal says so with the chain's own facts, and replays are equal. */
export async function expectOnceEach({ base, localnet }: Omit<Place, 'adminKey'>, writes: Writes) {
  const requests = requestsOf(writes, localnet);
  const ids = await Promise.all(requests.map((request) => accepted(base, request)));
  const ends = await Promise.all(requests.map(({ user }, i) => endOf(base, writes, user, ids[i]!)));
  expect(ends.map(({ status, error }) => error ?? status)).toEqual(ends.map(() => 'confirmed'));
  await expectReplays(base, requests, ends);
  for (const { user } of writes.people) {
    const { body } = await send(base, 'GET', '/api/v1/wallet/transactions', as(writes, user));
    expect((body['transactions'] as Transaction[]).map(({ type }) => type).toSorted()).toEqual([
      'mint',
      'transfer',
    ]);
  }
  await expectOnChain(localnet, writes, ends);
}

async function expectReplays(base: string, requests: Request[], ends: Transaction[]) {
  for (const [i, request] of requests.entries()) {
    const { status, replayed, body } = await request.send(base);
    expect([status, replayed, body]).toEqual([202, true, { success: true, transaction: ends[i] }]);
  }
}

async function expectOnChain(localnet: LocalnetInfo, { people, receiver }: Writes, ends: Transaction[]) {
  const chain = createLocalnetClient(localnet.rpcUrl);
  const moved = async (address: Hex, from: Hex, to: Hex) => {
    const logs = await chain.getContractEvents({
      abi: erc20Abi,
      eventName: 'Transfer',
      address,
      args: { from, to },
      fromBlock: 0n,
      strict: true,
    });
    return logs.map(({ args }) => args.value);
  };
  for (const { wallet } of people) {
    expect(await moved(localnet.addresses.usdc, wallet, receiver.wallet)).toEqual([1n]);
    expect(await moved(localnet.addresses.token, zeroAddress, wallet)).toEqual([5n]);
  }
  for (const { txHash, userOpHash, blockNumber } of ends) {
    const receipt = await chain.getTransactionReceipt({ hash: txHash as Hex });
    expect(receipt.blockNumber).toBe(BigInt(blockNumber!));
    const events = parseEventLogs({
      abi: entryPoint07Abi,
      eventName: 'UserOperationEvent',
      logs: receipt.logs,
    });
    const own = events.filter(({ args }) => args.userOpHash === userOpHash);
    expect(own.map(({ args }) => args.success)).toEqual([true]);
  }
}
