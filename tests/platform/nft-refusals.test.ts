import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import type { Operation } from '#schemas/kit/operation.ts';
import { createBatch } from '#schemas/platform/batch.ts';
import { estimateGas } from '#schemas/platform/gas-estimates.ts';
import * as moves from '#schemas/platform/nft-moves.ts';
import { getNft, listNfts, mintNft } from '#schemas/platform/nfts.ts';
import { transferTokenOwnership } from '#schemas/platform/token-settings.ts';
import { mintToken } from '#schemas/platform/token-moves.ts';
import { mintTokenBatch } from '#schemas/platform/token-batches.ts';
import { deployToken } from '#schemas/platform/tokens.ts';
import { cloneERC721Abi } from '#src/chain/contracts/generated/clone-erc721.ts';
import { newAddress } from '#tests/facilitator/kit.ts';
import { appOfTest, bootApp, type TestApp } from '#tests/kit/app.ts';
import { attempt, call } from '#tests/kit/call.ts';
import { rpcProxy } from '#tests/kit/rpc-proxy.ts';
import { as, errorOf, newKey } from './kit.ts';
import { caughtUp, type Nft, nftsOf } from './nft-kit.ts';
import { done, nobody } from './token-cases.ts';
import {
  type Headers,
  type Issuer,
  newIssuer,
  newRequestKey,
  newToken,
  reader,
  settled,
  type Token,
} from './token-kit.ts';

let test: TestApp;
let issuer: Issuer;
let headers: Headers;
let nfts: ReturnType<typeof nftsOf>;
let art: Token;
let kinds: Token;
let item: Nft;
let kind: Nft;
beforeAll(async () => {
  test = await bootApp();
  issuer = await newIssuer(test);
  ({ headers } = issuer);
  nfts = nftsOf(test, headers);
  art = await newToken(test, headers, { standard: 'ERC721' });
  kinds = await newToken(test, headers, { standard: 'ERC1155' });
  item = await nfts.mint(art, { to: art.treasury });
  kind = await nfts.mint(kinds, { to: kinds.treasury, amount: '5' });
});
afterAll(() => test.close());

const account = newAddress();
const bodies: [Operation, Record<string, unknown>][] = [
  [moves.transferNft, { to: account, amount: '1' }],
  [moves.burnNft, { amount: '1' }],
  [moves.setNftMetadata, { uri: 'ipfs://x' }],
  [moves.setNftRoyalty, { receiver: account, bps: 1 }],
];
const asked = (op: Operation, id: string, body: object, who = headers) =>
  attempt(test.app, op, {
    headers: who,
    params: { id },
    body: { idempotency_key: newRequestKey(), ...body },
  });
const refused = async (op: Operation, id: string, body: object) => errorOf(await asked(op, id, body));
const minted = (change: object, who = headers) =>
  attempt(test.app, mintNft, {
    headers: who,
    body: { token_id: art.id, to: account, idempotency_key: newRequestKey(), ...change },
  });

it('a mint names what is wrong', async () => {
  const coin = await newToken(test, headers);
  const metadata = { name: 'x' };
  const cases = [
    [{ token_id: 'tok_unknown' }, 404, 'token_not_found', undefined],
    [{ to: '0x1' }, 400, 'invalid_address', 'to'],
    [{ amount: '-1' }, 400, 'invalid_amount', 'amount'],
    [{ amount: '2' }, 400, 'validation_error', 'amount'],
    [{ token_id: kinds.id }, 400, 'missing_field', 'amount'],
    [{ token_id: coin.id, amount: '1' }, 400, 'validation_error', 'token_id'],
    [{ item_id: '1' }, 502, 'blockchain_error', undefined],
    [{ uri: 'ipfs://x', metadata }, 400, 'validation_error', 'metadata'],
    [{ metadata: { name: 7 } }, 400, 'validation_error', 'metadata.name'],
    [{ metadata: { image: 'javascript:alert(1)' } }, 400, 'validation_error', 'metadata.image'],
    [{ metadata: { note: 'ü'.repeat(8_200) } }, 400, 'validation_error', 'metadata'],
    [{ idempotency_key: undefined }, 400, 'missing_field', 'idempotency_key'],
  ] as const;
  for (const [change, status, code, param] of cases) {
    const error = errorOf(await minted(change));
    expect(error, JSON.stringify(error)).toMatchObject({ status, code, ...(param ? { param } : {}) });
  }
  // The token's own way to mint takes the same words.
  const own = await refused(mintToken, coin.id, { to: account, amount: '1', metadata });
  expect(own).toMatchObject({ status: 400, code: 'validation_error', param: 'metadata' });
  const items = [{ to: account, item_id: '60', uri: 'ipfs://x', metadata }];
  const many = await refused(mintTokenBatch, art.id, { items });
  expect(many).toMatchObject({ status: 400, param: 'items.0.metadata' });
});

it('every action knows its own items alone, and names what is wrong', async () => {
  for (const [op, body] of bodies) {
    const unknown = await refused(op, 'nft_unknown', body);
    expect(unknown, op.id).toMatchObject({ status: 404, code: 'nft_not_found' });
    for (const [field, value] of Object.entries(body)) {
      const address = typeof value === 'string' && value.startsWith('0x');
      if (!address && field !== 'amount') continue;
      const code = address ? 'invalid_address' : 'invalid_amount';
      expect(await refused(op, kind.id, { ...body, [field]: 'x' }), op.id).toMatchObject({
        code,
        param: field,
      });
    }
  }
  const none = await attempt(test.app, getNft, { headers, params: { id: 'nft_unknown' } });
  expect(errorOf(none)).toMatchObject({ status: 404, code: 'nft_not_found' });
  const undescribed = await refused(moves.setNftMetadata, item.id, {});
  expect(undescribed).toMatchObject({ status: 400, code: 'missing_field', param: 'metadata' });
  const stranger = await refused(moves.burnNft, item.id, { from: nobody });
  expect(stranger).toMatchObject({ status: 400, code: 'validation_error', param: 'from' });
});

it('nothing asks for more than there is', async () => {
  for (const [op, body] of bodies.filter(([, one]) => 'amount' in one)) {
    const answer = await refused(op, kind.id, { ...body, amount: '6' });
    expect(answer, op.id).toMatchObject({ status: 422, code: 'insufficient_balance' });
  }
});

it('every action says what the contract would', async () => {
  const bare = await newToken(test, headers, { standard: 'ERC721', features: { mintable: true } });
  const stuck = await nfts.mint(bare, { to: bare.treasury });
  await done(test, headers, transferTokenOwnership, bare, { new_owner: newAddress() });
  const reasons: Record<string, object> = {
    transferNft: { to: nobody },
    burnNft: {},
    setNftMetadata: {},
    setNftRoyalty: {},
  };
  for (const [op, { amount: _amount, ...body }] of bodies) {
    const answer = await refused(op, stuck.id, { ...body, ...reasons[op.id] });
    expect(answer, op.id).toMatchObject({ status: 502, code: 'blockchain_error' });
  }
  const late = errorOf(await minted({ token_id: bare.id }));
  expect(late).toMatchObject({ status: 502, code: 'blockchain_error' });
});

it('every action happens once for a key, and another body under it is a conflict', async () => {
  for (const [op, { ...body }] of bodies) {
    const key = { idempotency_key: newRequestKey() };
    const first = await asked(op, kind.id, { ...body, ...key });
    const again = await asked(op, kind.id, { ...body, ...key });
    expect([first.status, again.status, again.headers['idempotent-replayed']]).toEqual([201, 200, 'true']);
    expect(again.body['id']).toBe(first.body['id']);
    const other = await refused(op, item.id, { ...body, ...key });
    expect(other, op.id).toMatchObject({ status: 409, code: 'idempotency_conflict' });
  }
});

it('nothing is done on a token that is not there, nor is an item minted twice at once', async () => {
  const idle = await appOfTest({ env: { ROLE: 'api' } });
  const { headers: mine } = await newIssuer(idle);
  const body = { name: 'Late', symbol: 'LATE', standard: 'ERC721' as const };
  const { body: token } = await call(idle.app, deployToken, { headers: mine, body });
  const mint = (change: object = {}) =>
    attempt(idle.app, mintNft, {
      headers: mine,
      body: { token_id: token.id, to: account, idempotency_key: newRequestKey(), ...change },
    });
  expect(errorOf(await mint())).toMatchObject({ status: 409, code: 'conflict' });
  // What a deployment looks like that a reorg took back.
  const now = { status: 'deployed', id: token.id };
  const say = ({ status, id }: typeof now) =>
    idle.database.database.executeSql(`update platform_tokens set status = '${status}' where id = '${id}'`);
  await say(now);
  const pending = await mint({ item_id: '3', metadata: { name: 'Waits' } });
  expect(pending.body).toMatchObject({ status: 'pending', source: 'index', metadata: { name: 'Waits' } });
  expect(errorOf(await mint({ item_id: '3' }))).toMatchObject({
    status: 409,
    code: 'conflict',
    param: 'item_id',
  });
  const params = { id: String(pending.body['id']) };
  await say({ ...now, status: 'deploying' });
  for (const [op, change] of bodies) {
    const { amount: _amount, ...rest } = change;
    const asking = { ...rest, idempotency_key: newRequestKey() };
    const answer = await attempt(idle.app, op, { headers: mine, params, body: asking });
    expect(errorOf(answer), op.id).toMatchObject({ status: 409, code: 'conflict' });
  }
}, 120_000);

it('lists name what is wrong', async () => {
  const listed = async (query: object) => errorOf(await attempt(test.app, listNfts, { headers, query }));
  expect(await listed({ owner: '0x1' })).toMatchObject({ code: 'invalid_address', param: 'owner' });
  expect(await listed({ wallet_id: 'wal_unknown' })).toMatchObject({ status: 404, code: 'wallet_not_found' });
  const both = { owner: account, wallet_id: 'wal_unknown' };
  expect(await listed(both)).toMatchObject({ status: 400, param: 'wallet_id' });
});

it('batches and estimates take metadata, under the scope of items', async () => {
  const set = {
    method: 'set_metadata' as const,
    token_id: art.id,
    params: { item_id: '1', metadata: { name: 'B' } },
  };
  const mint = {
    method: 'mint' as const,
    token_id: art.id,
    params: { to: account, item_id: '50', metadata: { name: 'Batched' } },
  };
  const batched = (operations: object[], who = headers) =>
    attempt(test.app, createBatch, {
      headers: who,
      body: { operations, mode: 'atomic', idempotency_key: newRequestKey() },
    });
  const scopes = ['batch:write', 'transactions:write'] as const;
  const few = as(await newKey(test.app, issuer.tenant, { scopes: [...scopes] }));
  const scope = { status: 403, param: 'operations.1.method', required_scope: 'nfts:write' };
  expect(errorOf(await batched([mint, set], few))).toMatchObject(scope);
  const wrong = await batched([mint, { ...set, params: { item_id: '1' } }]);
  expect(errorOf(wrong)).toMatchObject({
    status: 400,
    code: 'missing_field',
    param: 'operations.1.params.metadata',
  });
  const { body } = await batched([mint, set]);
  const [{ transaction_id: id }] = body['operations'] as [{ transaction_id: string }];
  expect(await settled(test, headers, id)).toMatchObject({ status: 'confirmed', type: 'batch' });
  await caughtUp(test);
  const { data } = await nfts.list({ token_id: art.id });
  expect(data).toMatchObject([
    { item_id: '50', metadata: { name: 'Batched' }, transaction_id: id, owner: account },
    { item_id: '1', metadata: { name: 'B' } },
  ]);
  const asking = { ...set, params: { ...set.params, metadata: { name: 'Priced' } } };
  const priced = await call(test.app, estimateGas, { headers, body: asking });
  expect(priced.body).toMatchObject({ method: 'set_metadata', would_revert: false });
  expect(await reader(test)(cloneERC721Abi, art, 'tokenURI', 1n)).toBe(data[1]!.uri);
  const { rows } = await test.database.database.executeSql(
    `select count(*)::int as n from nft_metadata where text like '%Priced%'`,
  );
  expect(rows).toEqual([{ n: 0 }]);
});

it('items of a batch bring metadata of their own, more of it than other bodies hold', async () => {
  const big = await newToken(test, headers, { standard: 'ERC1155' });
  const names = Array.from({ length: 10 }, (_, n) => `Item ${n}`);
  const items = names.map((name, n) => {
    const metadata = { name, description: 'x'.repeat(8_000) };
    return { to: account, item_id: String(n), amount: '1', metadata };
  });
  await done(test, headers, mintTokenBatch, big, { items });
  const { data } = await nfts.list({ token_id: big.id, limit: 100 });
  expect(new Set(data.map(({ metadata }) => metadata?.name))).toEqual(new Set(names));
  expect(new Set(data.map(({ uri }) => uri)).size).toBe(10);
});

it('says what it knows while the chain does not answer', async () => {
  const { localnet } = test;
  const proxy = await rpcProxy(localnet.rpcUrl);
  onTestFinished(() => proxy.close());
  const far = await appOfTest({ localnet: { ...localnet, rpcUrl: proxy.url } });
  const { headers: mine } = await newIssuer(far);
  const theirs = nftsOf(far, mine);
  const token = await newToken(far, mine, { standard: 'ERC721', royalty_bps: 5 });
  const nft = await theirs.mint(token, { to: account, uri: 'ipfs://x' });
  proxy.rule = ({ method }) => (method === 'eth_call' ? 'drop' : 'pass');
  const known = { ...nft, source: 'index', uri: null, metadata_uri: null, royalty: null };
  expect(await theirs.get(nft.id)).toEqual(known);
  expect((await theirs.list({})).data).toEqual([known]);
}, 120_000);
