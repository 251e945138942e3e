import { expect, it } from 'vitest';
import * as roles from '#schemas/platform/roles.ts';
import * as batches from '#schemas/platform/token-batches.ts';
import { approveToken } from '#schemas/platform/token-moves.ts';
import * as reads from '#schemas/platform/token-reads.ts';
import * as settings from '#schemas/platform/token-settings.ts';
import { getToken } from '#schemas/platform/tokens.ts';
import { newAddress } from '#tests/facilitator/kit.ts';
import { call } from '#tests/kit/call.ts';
import { done, newReceiver, nobody, permitOf } from './token-cases.ts';
import { issuerOfFile, mint, newToken, type Token } from './token-kit.ts';

const { test, headers } = await issuerOfFile();

const state = async ({ id }: Token) =>
  (await call(test.app, getToken, { headers, params: { id } })).body.on_chain;
const balances = async ({ id }: Token, ...of: string[]) => {
  const query = { of: of.join(',') };
  const { body } = await call(test.app, reads.getTokenBalanceBatch, { headers, params: { id }, query });
  return body.data.map(({ balance }) => balance);
};

it('pauses and goes on', async () => {
  const token = await newToken(test, headers);
  await done(test, headers, settings.pauseToken, token, {});
  expect((await state(token))?.paused).toBe(true);
  await done(test, headers, settings.unpauseToken, token, {});
  expect((await state(token))?.paused).toBe(false);
});

it('sets royalties and takes them away', async () => {
  const token = await newToken(test, headers, { standard: 'ERC721' });
  const receiver = newAddress();
  await done(test, headers, settings.setTokenRoyalty, token, { receiver, bps: 500 });
  expect((await state(token))?.royalty).toEqual({ receiver, bps: 500 });
  await done(test, headers, settings.setTokenRoyalty, token, { receiver: nobody, bps: 0 });
  expect((await state(token))?.royalty).toBeNull();
});

it('hands a token over with all its roles', async () => {
  const token = await newToken(test, headers);
  const heir = newAddress();
  await done(test, headers, settings.transferTokenOwnership, token, { new_owner: heir });
  expect((await state(token))?.owner).toBe(heir);
  const { body } = await call(test.app, roles.listTokenRoles, { headers, params: { id: token.id } });
  expect(body.data.map(({ holders }) => holders)).toEqual([[heir], [heir], [heir]]);
});

it('grants, revokes and renounces roles, as the chain says', async () => {
  const token = await newToken(test, headers);
  const account = newAddress();
  const params = { id: token.id };
  const query = { role: 'MINTER_ROLE', account } as const;
  const check = async () => (await call(test.app, roles.checkTokenRole, { headers, params, query })).body;
  expect(await check()).toEqual({ object: 'role_check', ...query, has_role: false });
  await done(test, headers, roles.grantTokenRole, token, query);
  expect((await check()).has_role).toBe(true);
  await done(test, headers, roles.renounceTokenRole, token, { role: 'PAUSER_ROLE' });
  const listed = async () => {
    const { body } = await call(test.app, roles.listTokenRoles, { headers, params });
    return Object.fromEntries(body.data.map(({ role, holders }) => [role, holders]));
  };
  expect(await listed()).toEqual({
    DEFAULT_ADMIN_ROLE: [token.treasury],
    MINTER_ROLE: [token.treasury, account],
    PAUSER_ROLE: [],
  });
  await done(test, headers, roles.revokeTokenRole, token, query);
  expect((await listed())['MINTER_ROLE']).toEqual([token.treasury]);
});

it('moves many at once in one operation', async () => {
  const token = await newToken(test, headers, { decimals: 2 });
  const [a, b] = [newAddress(), newAddress()];
  const all = [
    { to: a, amount: '10' },
    { to: b, amount: '20' },
    { to: token.treasury, amount: '100' },
  ];
  await done(test, headers, batches.mintTokenBatch, token, { items: all });
  await done(test, headers, batches.transferTokenBatch, token, { items: all.slice(0, 2) });
  await done(test, headers, batches.burnTokenBatch, token, { items: [{ amount: '3' }, { amount: '4' }] });
  expect(await balances(token, a, b, token.treasury)).toEqual(['20', '40', '63']);
  const { body } = await call(test.app, reads.getTokenBalance, { headers, params: { id: token.id } });
  expect(body).toEqual({
    object: 'balance',
    account: token.treasury,
    item_id: null,
    balance: '63',
    formatted: '0.63',
  });
});

it('moves many items of an ERC-721 and says who may move them', async () => {
  const token = await newToken(test, headers, { standard: 'ERC721' });
  const [a, operator] = [newAddress(), newAddress()];
  const to = token.treasury;
  const minted = [1, 2, 3, 4].map((n) => ({ to, item_id: String(n), uri: `ipfs://${n}` }));
  await done(test, headers, batches.mintTokenBatch, token, { items: minted });
  const sent = [1, 2].map((n) => ({ to: a, item_id: String(n) }));
  await done(test, headers, batches.transferTokenBatch, token, { items: sent });
  await done(test, headers, batches.burnTokenBatch, token, { items: [{ item_id: '3' }] });
  expect(await balances(token, a, to)).toEqual(['2', '1']);
  await done(test, headers, approveToken, token, { spender: operator, item_id: '4' });
  await done(test, headers, batches.setTokenApprovalForAll, token, { operator, approved: true });
  const params = { id: token.id };
  const approvedOf = async (item_id: string) =>
    (await call(test.app, reads.getTokenApproved, { headers, params, query: { item_id } })).body.approved;
  expect([await approvedOf('4'), await approvedOf('3')]).toEqual([operator, null]);
  const all = await call(test.app, reads.getTokenApprovalForAll, { headers, params, query: { operator } });
  expect(all.body).toMatchObject({ holder: to, operator, approved: true });
});

it('moves many kinds of an ERC-1155, each receiver in one call', async () => {
  const token = await newToken(test, headers, { standard: 'ERC1155', base_uri: 'ipfs://{id}' });
  const [a, b] = [newAddress(), newAddress()];
  const items = [
    { to: token.treasury, item_id: '1', amount: '10' },
    { to: token.treasury, item_id: '2', amount: '10' },
    { to: a, item_id: '1', amount: '1' },
  ];
  await done(test, headers, batches.mintTokenBatch, token, { items });
  const sent = [
    { to: b, item_id: '1', amount: '2' },
    { to: b, item_id: '2', amount: '3' },
    { to: a, item_id: '2', amount: '4' },
  ];
  await done(test, headers, batches.transferTokenBatch, token, { items: sent });
  const burned = [
    { item_id: '1', amount: '1' },
    { item_id: '2', amount: '1' },
  ];
  await done(test, headers, batches.burnTokenBatch, token, { items: burned });
  const held = await balances(token, `${a}:1`, `${a}:2`, `${b}:1`, `${b}:2`, `${token.treasury}:2`);
  expect(held).toEqual(['1', '4', '2', '3', '2']);
});

it("brings a holder's permit to the chain", async () => {
  const token = await newToken(test, headers);
  const permit = await permitOf(token, '7');
  await done(test, headers, batches.permitToken, token, permit);
  const query = { holder: permit.holder, spender: permit.spender };
  const { body } = await call(test.app, reads.getTokenAllowance, {
    headers,
    params: { id: token.id },
    query,
  });
  expect(body).toEqual({ object: 'allowance', ...query, amount: '7' });
});

it('transfers and calls', async () => {
  const token = await newToken(test, headers, { standard: 'ERC1363' });
  await mint(test, headers, token, { to: token.treasury, amount: '9' });
  const receiver = await newReceiver(test);
  await done(test, headers, batches.transferTokenAndCall, token, { to: receiver, amount: '4', data: '0x01' });
  expect(await balances(token, receiver)).toEqual(['4']);
});
