import { describe, expect, it, test as one } from 'vitest';
import { approveToken, burnToken, mintToken, transferToken } from '#schemas/platform/token-moves.ts';
import { deployToken, getToken, listTokens } from '#schemas/platform/tokens.ts';
import { getTransactionTimeline } from '#schemas/platform/transaction-actions.ts';
import { listTokenTransactions, listTransactions } from '#schemas/platform/transactions.ts';
import { createPlatformWallet } from '#schemas/platform/wallets.ts';
import { cloneERC1155Abi } from '#src/chain/contracts/generated/clone-erc1155.ts';
import { cloneERC20Abi } from '#src/chain/contracts/generated/clone-erc20.ts';
import { cloneERC721Abi } from '#src/chain/contracts/generated/clone-erc721.ts';
import { createLocalnetClient } from '#src/localnet/client.ts';
import { attempt, call } from '#tests/kit/call.ts';
import { newAddress } from '#tests/facilitator/kit.ts';
import { errorOf, newKey, as } from './kit.ts';
import {
  confirmed,
  issuerOfFile,
  mint,
  newIssuer,
  newRequestKey,
  newToken,
  reader,
  settled,
} from './token-kit.ts';

const { test, tenant, headers } = await issuerOfFile();

const fungible = ['ERC20', 'ERC20_VOTES', 'ERC1363'] as const;
const others = ['ERC721', 'SBT', 'ERC1155'] as const;
const euro = { name: 'Example Euro', symbol: 'EEUR', decimals: 6 };
const moved = (op: typeof burnToken, id: string, body: object) =>
  call(test.app, op, {
    headers,
    params: { id },
    body: { ...body, idempotency_key: newRequestKey() } as never,
  });

describe('deploys', () => {
  one.each(fungible)('%s: as asked, at the address told before, owned by the treasury', async (standard) => {
    const { body: made } = await call(test.app, deployToken, {
      headers,
      body: { ...euro, standard, initial_supply: '500', cap: '1000', features: { mintable: true } },
    });
    expect(made).toMatchObject({ status: 'deploying', on_chain: null, block_number: null });
    const transaction = await confirmed(test, headers, made.transaction_id);
    expect(transaction).toMatchObject({ type: 'token_deploy', token_id: made.id, sponsored: true });
    const { body: token } = await call(test.app, getToken, { headers, params: { id: made.id } });
    expect(token).toMatchObject({
      ...euro,
      standard,
      address: made.address,
      status: 'deployed',
      block_number: transaction.block_number,
      features: { mintable: true, burnable: false, pausable: false },
      on_chain: { total_supply: '500', cap: '1000', paused: false, owner: made.treasury, royalty: null },
    });
    const read = reader(test);
    expect(await read(cloneERC20Abi, token, 'decimals')).toBe(6);
    expect(await read(cloneERC20Abi, token, 'balanceOf', made.treasury)).toBe(500n);
  });

  one.each(others)('%s with base URI, and royalties where it can be sold', async (standard) => {
    const royalty = standard === 'SBT' ? {} : { royalty_bps: 250 };
    const token = await newToken(test, headers, { standard, base_uri: 'ipfs://folder/', ...royalty });
    expect(token).toMatchObject({ decimals: null, base_uri: 'ipfs://folder/', status: 'deployed' });
    expect(token.on_chain).toMatchObject({
      total_supply: standard === 'ERC1155' ? null : '0',
      royalty: standard === 'SBT' ? null : { receiver: token.treasury, bps: 250 },
    });
  });

  it('lists them with their state, filtered, page by page', async () => {
    const mine = await newIssuer(test);
    const first = await newToken(test, mine.headers, euro);
    const second = await newToken(test, mine.headers, { ...euro, standard: 'ERC1363' });
    const list = (query: object) => call(test.app, listTokens, { headers: mine.headers, query });
    const { body } = await list({ limit: 1, network: 'eip155:84532', status: 'deployed' });
    expect(body).toEqual({ object: 'list', data: [second], has_more: true, total: 2 });
    const next = await list({ limit: 1, starting_after: second.id });
    expect(next.body).toEqual({ object: 'list', data: [first], has_more: false, total: 2 });
    expect((await list({ standard: 'ERC1363' })).body.data.map(({ id }) => id)).toEqual([second.id]);
    expect((await list({ network: 'nowhere' })).body).toMatchObject({ data: [], total: 0 });
  });

  it('once for a key, whether in the body or the header', async () => {
    const key = newRequestKey();
    const body = { ...euro, standard: 'ERC20' as const };
    const header = { ...headers, 'idempotency-key': key };
    const first = await attempt(test.app, deployToken, { headers: header, body });
    const again = await attempt(test.app, deployToken, { headers, body: { ...body, idempotency_key: key } });
    expect([first.status, again.status]).toEqual([201, 200]);
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect(again.body).toMatchObject({ id: first.body['id'], address: first.body['address'] });
    const other = await attempt(test.app, deployToken, { headers: header, body: { ...body, decimals: 7 } });
    expect(errorOf(other)).toMatchObject({ status: 409, code: 'idempotency_conflict' });
    const two = { ...body, idempotency_key: newRequestKey() };
    const both = await attempt(test.app, deployToken, { headers: header, body: two });
    expect(errorOf(both)).toMatchObject({ status: 400, param: 'idempotency_key' });
  });

  it.each([
    [{ standard: 'ERC721', decimals: 6 }, 'validation_error', 'decimals'],
    [{ standard: 'ERC721', initial_supply: '1' }, 'validation_error', 'initial_supply'],
    [{ standard: 'ERC20', base_uri: 'ipfs://x' }, 'validation_error', 'base_uri'],
    [{ standard: 'SBT', royalty_bps: 1 }, 'validation_error', 'royalty_bps'],
    [{ standard: 'ERC1155', cap: '1' }, 'validation_error', 'cap'],
    [{ standard: 'ERC20', cap: '1', initial_supply: '2' }, 'validation_error', 'initial_supply'],
    [{ standard: 'ERC20', cap: '-1' }, 'invalid_amount', 'cap'],
    [{ standard: 'ERC20', features: { mintabel: true } }, 'validation_error', 'features.mintabel'],
    [{ standard: 'ERC20', network: 'base' }, 'invalid_network', 'network'],
    [{ symbol: 'X' }, 'missing_field', 'standard'],
  ])('refuses %j', async (body, code, param) => {
    const answer = await attempt(test.app, deployToken, {
      headers,
      body: { ...euro, decimals: undefined, ...body },
    });
    expect(errorOf(answer)).toMatchObject({ status: 400, code, param });
  });
});

describe('moves', () => {
  it('mints, transfers, approves and burns an ERC-20, and tells of each', async () => {
    const token = await newToken(test, headers, euro);
    const receiver = newAddress();
    const minted = await mint(test, headers, token, { to: token.treasury, amount: '100' });
    expect(minted).toMatchObject({ type: 'mint', to: token.treasury, amount: '100', error: null });
    const sent = await moved(transferToken as never, token.id, { to: receiver, amount: '30' });
    const burned = await moved(burnToken, token.id, { amount: '20' });
    const approved = await moved(approveToken as never, token.id, { spender: receiver, amount: '7' });
    for (const { body } of [sent, burned, approved]) await confirmed(test, headers, body.id);
    const read = reader(test);
    expect(await read(cloneERC20Abi, token, 'balanceOf', receiver)).toBe(30n);
    expect(await read(cloneERC20Abi, token, 'balanceOf', token.treasury)).toBe(50n);
    expect(await read(cloneERC20Abi, token, 'allowance', token.treasury, receiver)).toBe(7n);
    const query = { token_id: token.id };
    const { body } = await call(test.app, listTransactions, { headers, query });
    expect(body.data.map(({ type }) => type)).toEqual([
      'approve',
      'burn',
      'transfer',
      'mint',
      'token_deploy',
    ]);
    const params = { id: token.id };
    const page = { type: 'mint', status: 'confirmed', network: token.network, limit: 1 } as const;
    const ofToken = await call(test.app, listTokenTransactions, { headers, params, query: page });
    expect(ofToken.body).toEqual({ object: 'list', data: [minted], has_more: false, total: 1 });
    const after = { limit: 2, starting_after: burned.body.id };
    const rest = await call(test.app, listTokenTransactions, { headers, params, query: after });
    expect(rest.body).toMatchObject({
      data: [{ type: 'transfer' }, { type: 'mint' }],
      has_more: true,
      total: 5,
    });
  });

  it('mints, transfers, approves and burns items of an ERC-721', async () => {
    const token = await newToken(test, headers, { standard: 'ERC721', base_uri: 'ipfs://folder/' });
    const receiver = newAddress();
    await mint(test, headers, token, { to: token.treasury, item_id: '1' });
    await mint(test, headers, token, { to: token.treasury, item_id: '2', uri: 'ipfs://own' });
    const sent = await moved(transferToken as never, token.id, { to: receiver, item_id: '1' });
    const approved = await moved(approveToken as never, token.id, { spender: receiver, item_id: '2' });
    for (const { body } of [sent, approved]) await confirmed(test, headers, body.id);
    const read = reader(test);
    expect(await read(cloneERC721Abi, token, 'ownerOf', 1n)).toBe(receiver);
    expect(await read(cloneERC721Abi, token, 'getApproved', 2n)).toBe(receiver);
    expect(await read(cloneERC721Abi, token, 'tokenURI', 1n)).toBe('ipfs://folder/1');
    expect(await read(cloneERC721Abi, token, 'tokenURI', 2n)).toBe('ipfs://own');
    const burned = await moved(burnToken, token.id, { item_id: '2' });
    expect(await confirmed(test, headers, burned.body.id)).toMatchObject({ type: 'burn', item_id: '2' });
    const { body } = await call(test.app, getToken, { headers, params: { id: token.id } });
    expect(body.on_chain?.total_supply).toBe('1');
  });

  it('mints and burns soulbound items, and moves kinds of an ERC-1155', async () => {
    const bound = await newToken(test, headers, { standard: 'SBT' });
    await mint(test, headers, bound, { to: newAddress(), item_id: '5' });
    const gone = await moved(burnToken, bound.id, { item_id: '5' });
    const kinds = await newToken(test, headers, { standard: 'ERC1155', base_uri: 'ipfs://{id}' });
    const receiver = newAddress();
    await mint(test, headers, kinds, { to: kinds.treasury, item_id: '3', amount: '9', uri: 'ipfs://three' });
    const sent = await moved(transferToken as never, kinds.id, { to: receiver, item_id: '3', amount: '4' });
    const burned = await moved(burnToken, kinds.id, { item_id: '3', amount: '2' });
    for (const { body } of [gone, sent, burned]) await confirmed(test, headers, body.id);
    const read = reader(test);
    expect(await read(cloneERC721Abi, bound, 'totalSupply')).toBe(0n);
    expect(await read(cloneERC1155Abi, kinds, 'balanceOf', receiver, 3n)).toBe(4n);
    expect(await read(cloneERC1155Abi, kinds, 'balanceOf', kinds.treasury, 3n)).toBe(3n);
    expect(await read(cloneERC1155Abi, kinds, 'uri', 3n)).toBe('ipfs://three');
  });

  it('takes from a wallet of the tenant, never from a plain key', async () => {
    const token = await newToken(test, headers, euro);
    const { body: wallet } = await call(test.app, createPlatformWallet, { headers, body: {} });
    const receiver = newAddress();
    await mint(test, headers, token, { to: wallet.address, amount: '9' });
    const sent = await moved(transferToken as never, token.id, {
      to: receiver,
      amount: '4',
      from: wallet.id,
    });
    expect(await confirmed(test, headers, sent.body.id)).toMatchObject({ from: wallet.address });
    const again = { to: receiver, amount: '5', from: wallet.address.toLowerCase() };
    await confirmed(test, headers, (await moved(transferToken as never, token.id, again)).body.id);
    expect(await reader(test)(cloneERC20Abi, token, 'balanceOf', receiver)).toBe(9n);
    const plain = await call(test.app, createPlatformWallet, { headers, body: { type: 'eoa' } });
    const refused = await attempt(test.app, burnToken, {
      headers,
      params: { id: token.id },
      body: { amount: '1', from: plain.body.id, idempotency_key: newRequestKey() },
    });
    expect(errorOf(refused)).toMatchObject({ status: 400, param: 'from' });
  });

  it('happens once for a key', async () => {
    const token = await newToken(test, headers, euro);
    const body = { to: newAddress(), amount: '5', idempotency_key: newRequestKey() };
    const send = () => attempt(test.app, mintToken, { headers, params: { id: token.id }, body });
    const answers = await Promise.all(Array.from({ length: 6 }, send));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(5);
    expect(new Set(answers.map((answer) => answer.body['id'])).size).toBe(1);
    await confirmed(test, headers, String(answers[0]?.body['id']));
    const late = await send();
    expect([late.status, late.headers['idempotent-replayed'], late.body['status']]).toEqual([
      200,
      'true',
      'confirmed',
    ]);
    expect(await reader(test)(cloneERC20Abi, token, 'totalSupply')).toBe(5n);
  });

  it('that fit only apart: what the chain refuses later says why', async () => {
    const token = await newToken(test, headers, { ...euro, initial_supply: '10' });
    const send = () => moved(transferToken as never, token.id, { to: newAddress(), amount: '6' });
    const sent = await Promise.all([send(), send()]);
    const done = await Promise.all(sent.map(({ body }) => settled(test, headers, body.id)));
    expect(done.map(({ status }) => status).toSorted()).toEqual(['confirmed', 'failed']);
    expect(done.find(({ status }) => status === 'failed')?.error).toMatchObject({
      code: 'user_operation_failed',
      reason: 'execution_reverted',
      revert_reason: expect.stringContaining('ERC20InsufficientBalance'),
    });
  });
});

describe('callers', () => {
  it('of another tenant or environment find nothing', async () => {
    const token = await newToken(test, headers, euro);
    const stranger = await newIssuer(test);
    const live = as(await newKey(test.app, tenant, { environment: 'live' }));
    for (const who of [stranger.headers, live]) {
      const asked = await attempt(test.app, getToken, { headers: who, params: { id: token.id } });
      expect(errorOf(asked)).toMatchObject({ status: 404, code: 'token_not_found' });
      expect((await call(test.app, listTokens, { headers: who })).body).toMatchObject({ data: [], total: 0 });
      expect((await call(test.app, listTransactions, { headers: who })).body).toMatchObject({
        data: [],
        total: 0,
      });
    }
    const far = await attempt(test.app, deployToken, { headers: live, body: { ...euro, standard: 'ERC20' } });
    expect(errorOf(far)).toMatchObject({ status: 400, code: 'invalid_network' });
  });

  it('with a publishable key only read', async () => {
    const publishable = as(await newKey(test.app, tenant, { type: 'publishable' }));
    await call(test.app, listTokens, { headers: publishable });
    const body = { ...euro, standard: 'ERC20' };
    const refused = await attempt(test.app, deployToken, { headers: publishable, body });
    expect(errorOf(refused)).toMatchObject({ status: 403, code: 'secret_key_required' });
  });
});

describe('votes', () => {
  it('are counted by the second, and mints one after the other go through at their first try in each', async () => {
    const token = await newToken(test, headers, { standard: 'ERC20_VOTES', features: { mintable: true } });
    const client = createLocalnetClient(test.localnet.rpcUrl);
    const to = newAddress();
    const seconds = new Set<bigint>();
    while (seconds.size < 4) {
      const { id, block_number } = await mint(test, headers, token, { to, amount: '1' });
      const { timestamp } = await client.getBlock({ blockNumber: BigInt(block_number ?? 0) });
      seconds.add(timestamp);
      const { body } = await call(test.app, getTransactionTimeline, { headers, params: { id } });
      expect(body.attempts).toHaveLength(1);
    }
  });
});
