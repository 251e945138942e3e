import { createWalletClient, http, parseEther } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { listTokenHolders } from '#schemas/platform/holders.ts';
import { burnToken, transferToken } from '#schemas/platform/token-moves.ts';
import { cloneERC20Abi } from '#src/chain/contracts/generated/clone-erc20.ts';
import type { Address } from '#src/core/hex.ts';
import { createLocalnetClient } from '#src/localnet/client.ts';
import { fundNative } from '#src/localnet/faucet.ts';
import { newAddress, until } from '#tests/facilitator/kit.ts';
import { bootApp, type TestApp } from '#tests/kit/app.ts';
import { attempt, call } from '#tests/kit/call.ts';
import { errorOf } from './kit.ts';
import { done } from './token-cases.ts';
import { type Headers, mint, newIssuer, newToken, reader, type Token } from './token-kit.ts';

let test: TestApp;
let headers: Headers;
beforeAll(async () => {
  test = await bootApp();
  ({ headers } = await newIssuer(test));
});
afterAll(() => test.close());

type Query = { item_id?: string; limit?: number; starting_after?: string };
const page = async ({ id }: Pick<Token, 'id'>, query: Query = {}) =>
  (await call(test.app, listTokenHolders, { headers, params: { id }, query })).body;

/** Who holds how much, once the chain was read up to a block. */
async function holdersAt(token: Pick<Token, 'id'>, block: bigint | number | null, query: Query = {}) {
  await until(async () => ((await page(token)).block?.number ?? 0) >= Number(block));
  const { data } = await page(token, query);
  return Object.fromEntries(data.map(({ account, balance }) => [account, balance]));
}

it('lists who holds a coin, whoever moved it, page by page, as the chain has it', async () => {
  const token = await newToken(test, headers, { decimals: 6, initial_supply: '1000000' });
  const client = createLocalnetClient(test.localnet.rpcUrl);
  const outsider = privateKeyToAccount(generatePrivateKey());
  await fundNative(test.localnet, outsider.address, parseEther('1'));
  const [ann, bob, gone] = [newAddress(), newAddress(), outsider.address];
  await mint(test, headers, token, { to: ann, amount: '1500000' });
  await done(test, headers, transferToken, token, { to: gone, amount: '400' });
  const { chain } = client;
  const wallet = createWalletClient({ account: outsider, chain, transport: http(test.localnet.rpcUrl) });
  const address = token.address as Address;
  const hash = await wallet.writeContract({
    address,
    abi: cloneERC20Abi,
    functionName: 'transfer',
    args: [bob, 400n],
  });
  const { blockNumber } = await client.waitForTransactionReceipt({ hash });
  const held = await holdersAt(token, blockNumber);
  expect(held).toEqual({ [token.treasury]: '999600', [ann]: '1500000', [bob]: '400' });
  const read = reader(test);
  for (const [account, balance] of Object.entries(held))
    expect(await read(cloneERC20Abi, token, 'balanceOf', account)).toBe(BigInt(balance));
  const first = await page(token, { limit: 2 });
  expect(first).toMatchObject({ object: 'list', has_more: true, total: 3 });
  const last = await page(token, { limit: 2, starting_after: first.data[1]!.id.toLowerCase() });
  expect(last).toMatchObject({ has_more: false, total: 3 });
  const ids = [...first.data, ...last.data].map(({ id }) => id);
  expect(ids.toSorted()).toEqual([token.treasury, ann, bob].toSorted());
  const whole = [...first.data, ...last.data].find(({ account }) => account === ann);
  expect(whole).toEqual({ object: 'holder', id: ann, account: ann, balance: '1500000', formatted: '1.5' });
  const { number, hash: named } = last.block!;
  expect((await client.getBlock({ blockNumber: BigInt(number) })).hash).toBe(named);
});

it('counts items of an owner, and units of an item', async () => {
  const [ann, bob] = [newAddress(), newAddress()];
  const items = await newToken(test, headers, { standard: 'ERC721' });
  for (const item_id of ['1', '2']) await mint(test, headers, items, { to: ann, item_id });
  await mint(test, headers, items, { to: items.treasury, item_id: '3' });
  const burned = await done(test, headers, burnToken, items, { item_id: '3' });
  expect(await holdersAt(items, burned.block_number)).toEqual({ [ann]: '2' });
  expect((await page(items)).data[0]!.formatted).toBeNull();
  expect((await page(items, { item_id: '2' })).data).toMatchObject([{ account: ann, balance: '1' }]);
  expect(await page(items, { item_id: '3' })).toMatchObject({ data: [], total: 0 });
  const kinds = await newToken(test, headers, { standard: 'ERC1155', base_uri: 'ipfs://{id}' });
  await mint(test, headers, kinds, { to: ann, item_id: '1', amount: '5' });
  const last = await mint(test, headers, kinds, { to: bob, item_id: '2', amount: '7' });
  await mint(test, headers, kinds, { to: ann, item_id: '2', amount: '1' });
  await until(async () => (await page(kinds, { item_id: '2' })).total === 2);
  expect(await holdersAt(kinds, last.block_number)).toEqual({ [ann]: '6', [bob]: '7' });
  expect(await holdersAt(kinds, 0, { item_id: '1' })).toEqual({ [ann]: '5' });
  expect(await holdersAt(kinds, 0, { item_id: '2' })).toEqual({ [ann]: '1', [bob]: '7' });
});

it('names what is wrong', async () => {
  const token = await newToken(test, headers);
  const params = { id: token.id };
  const asked = async (query: object, id = token.id) =>
    errorOf(await attempt(test.app, listTokenHolders, { headers, params: { id }, query }));
  expect(await asked({}, 'tok_unknown')).toMatchObject({ status: 404, code: 'token_not_found' });
  const cursor = { status: 400, code: 'invalid_address', param: 'starting_after' };
  expect(await asked({ starting_after: '0x1' })).toMatchObject(cursor);
  const item = { status: 400, code: 'validation_error', param: 'item_id' };
  expect(await asked({ item_id: '1' })).toMatchObject(item);
  const empty = await call(test.app, listTokenHolders, { headers, params });
  expect(empty.body).toMatchObject({ data: [], has_more: false, total: 0 });
});
