import { type Address, zeroAddress } from 'viem';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { listEvents } from '#schemas/platform/events.ts';
import { getNftMetadata } from '#schemas/platform/nft-metadata.ts';
import { burnNft, setNftMetadata, setNftRoyalty, transferNft } from '#schemas/platform/nft-moves.ts';
import { mintNft } from '#schemas/platform/nfts.ts';
import { grantTokenRole } from '#schemas/platform/roles.ts';
import { retryTransaction } from '#schemas/platform/transaction-actions.ts';
import { createPlatformWallet } from '#schemas/platform/wallets.ts';
import { cloneERC1155Abi } from '#src/chain/contracts/generated/clone-erc1155.ts';
import { cloneERC721Abi } from '#src/chain/contracts/generated/clone-erc721.ts';
import { createLocalnetClient } from '#src/localnet/client.ts';
import { newAddress } from '#tests/facilitator/kit.ts';
import { bootApp, type TestApp } from '#tests/kit/app.ts';
import { attempt, call } from '#tests/kit/call.ts';
import { errorOf } from './kit.ts';
import { caughtUp, nftsOf, outsider } from './nft-kit.ts';
import { done } from './token-cases.ts';
import {
  confirmed,
  type Headers,
  mint as mintToken,
  newIssuer,
  newRequestKey,
  newToken,
  reader,
  settled,
} from './token-kit.ts';

const base = 'https://api.example/chronos';
const metadata = {
  name: 'Example #1',
  image: 'ipfs://bafy/1.png',
  attributes: [
    { trait_type: 'Colour', value: 'blue' },
    { display_type: 'number', trait_type: 'Year', value: 7 },
  ],
  odd: { '</script>': '\u2028 ü' },
};

let test: TestApp;
let headers: Headers;
let nfts: ReturnType<typeof nftsOf>;
let read: ReturnType<typeof reader>;
beforeAll(async () => {
  test = await bootApp({ env: { PUBLIC_URL: `${base}/` } });
  ({ headers } = await newIssuer(test));
  nfts = nftsOf(test, headers);
  read = reader(test);
});
afterAll(() => test.close());

const told = async (id: string) => {
  const { body } = await call(test.app, listEvents, { headers, query: { limit: 100 } });
  return body.data.filter(({ data }) => (data as { id?: string }).id === id).map(({ type }) => type);
};
const served = (uri: string | null, more: Record<string, string> = {}) =>
  test.app.inject({ url: String(uri).replace(base, ''), headers: more });

it('mints with metadata that it serves where the contract says', async () => {
  const token = await newToken(test, headers, { standard: 'ERC721' });
  const to = newAddress();
  const { metadata: _odd, ...first } = await nfts.send(token, { to, metadata: { ...metadata } });
  expect(first).toMatchObject({
    object: 'nft',
    token_id: token.id,
    item_id: '1',
    status: 'pending',
    owner: null,
  });
  const nft = await nfts.mint(token, { to, metadata });
  expect(nft).toMatchObject({
    item_id: '2',
    standard: 'ERC721',
    contract_address: token.address,
    status: 'minted',
    owner: to,
    supply: '1',
    balance: null,
    metadata,
    royalty: null,
    source: 'chain',
  });
  expect(nft.uri).toMatch(/^https:\/\/api\.example\/chronos\/v1\/metadata\/mtd_[0-9a-z]{24}$/);
  expect(nft.metadata_uri).toBe(nft.uri);
  expect(await read(cloneERC721Abi, token, 'tokenURI', 2n)).toBe(nft.uri);
  expect(await read(cloneERC721Abi, token, 'ownerOf', 2n)).toBe(to);
  const answer = await served(nft.uri);
  expect(answer.body).toBe(JSON.stringify(metadata));
  expect(answer.headers).toMatchObject({
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'public, max-age=31536000, immutable',
    'access-control-allow-origin': '*',
    'x-content-type-options': 'nosniff',
    'content-security-policy': expect.stringContaining("default-src 'none'") as string,
    etag: expect.stringMatching(/^"[\w-]{43}"$/) as string,
  });
  const etag = String(answer.headers['etag']);
  for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
    const again = await served(nft.uri, { 'if-none-match': known });
    expect([again.statusCode, again.body, again.headers['etag']]).toEqual([304, '', etag]);
  }
  expect((await served(nft.uri, { 'if-none-match': '"other"' })).statusCode).toBe(200);
  const head = await test.app.inject({ method: 'HEAD', url: String(nft.uri).replace(base, '') });
  expect([head.statusCode, head.body, head.headers['etag']]).toEqual([200, '', etag]);
  expect(answer.headers['ratelimit-limit']).toBe('3000');
  const [one, two] = [await served(nft.uri), await served(nft.uri)];
  expect(Number(two.headers['ratelimit-remaining'])).toBe(Number(one.headers['ratelimit-remaining']) - 1);
  const elsewhere = await test.app.inject({ url: '/auth/siwe/nonce' });
  expect(elsewhere.headers['ratelimit-limit']).toBe('100');
  expect(Number(elsewhere.headers['ratelimit-remaining'])).toBeGreaterThan(90);
  const none = await attempt(test.app, getNftMetadata, { params: { id: 'mtd_unknown' } });
  expect(errorOf(none)).toMatchObject({ status: 404, code: 'nft_not_found' });
});

it('mints once for a key, and each number once', async () => {
  const token = await newToken(test, headers, { standard: 'ERC721' });
  const body = { token_id: token.id, to: newAddress(), uri: 'ipfs://one', idempotency_key: newRequestKey() };
  const send = (change: object = {}) => attempt(test.app, mintNft, { headers, body: { ...body, ...change } });
  const [first, again] = [await send(), await send()];
  expect([first.status, again.status, again.headers['idempotent-replayed']]).toEqual([201, 200, 'true']);
  expect(again.body['id']).toBe(first.body['id']);
  expect(errorOf(await send({ uri: 'ipfs://two' }))).toMatchObject({
    status: 409,
    code: 'idempotency_conflict',
  });
  const many = await Promise.all(Array.from({ length: 5 }, () => send({ idempotency_key: newRequestKey() })));
  const numbers = many.map((one) => Number(one.body['item_id']));
  expect(numbers.toSorted((a, b) => a - b)).toEqual([2, 3, 4, 5, 6]);
  for (const one of many) await confirmed(test, headers, String(one.body['transaction_id']));
  await caughtUp(test);
  expect(await nfts.mint(token, { to: body.to, item_id: '40' })).toMatchObject({ item_id: '40', uri: null });
  expect((await send()).body).toMatchObject({ item_id: '1', status: 'minted' });
  expect((await nfts.send(token, { ...body, idempotency_key: newRequestKey() })).item_id).toBe('41');
});

it('transfers, describes anew, gives a royalty and burns', async () => {
  const token = await newToken(test, headers, { standard: 'ERC721', royalty_bps: 100 });
  const { body: wallet } = await call(test.app, createPlatformWallet, { headers, body: {} });
  const nft = await nfts.mint(token, { to: wallet.address, metadata: { name: 'Old' } });
  const receiver = newAddress();
  expect(await nfts.moved(setNftRoyalty, nft, { receiver, bps: 500 })).toMatchObject({
    type: 'set_royalty',
    token_id: token.id,
    item_id: nft.item_id,
  });
  expect(await read(cloneERC721Abi, token, 'royaltyInfo', 1n, 10_000n)).toEqual([receiver, 500n]);
  await nfts.moved(setNftMetadata, nft, { metadata: { name: 'New' } });
  const described = await nfts.get(nft.id);
  expect(described).toMatchObject({ metadata: { name: 'New' }, royalty: { receiver, bps: 500 } });
  expect(described.uri).not.toBe(nft.uri);
  expect(await read(cloneERC721Abi, token, 'tokenURI', 1n)).toBe(described.uri);
  expect((await served(nft.uri)).json()).toEqual({ name: 'Old' });
  await nfts.moved(setNftMetadata, nft, { uri: 'ipfs://else' });
  expect(await nfts.get(nft.id)).toMatchObject({ uri: 'ipfs://else', metadata: null });
  await nfts.moved(setNftRoyalty, nft, { receiver: zeroAddress, bps: 0 });
  expect((await nfts.get(nft.id)).royalty).toEqual({ receiver: token.treasury, bps: 100 });
  // The wallet that has it sends it, unasked.
  expect(await nfts.moved(transferNft, nft, { to: token.treasury })).toMatchObject({ from: wallet.address });
  expect(await read(cloneERC721Abi, token, 'ownerOf', 1n)).toBe(token.treasury);
  await caughtUp(test);
  await nfts.moved(burnNft, nft, { from: token.treasury });
  await caughtUp(test);
  expect(await nfts.get(nft.id)).toMatchObject({ status: 'burned', owner: null, supply: '0', uri: null });
  expect(await told(nft.id)).toEqual(['nft.burned', 'nft.minted']);
});

it('keeps soulbound items where they are', async () => {
  const token = await newToken(test, headers, { standard: 'SBT' });
  const nft = await nfts.mint(token, { to: newAddress(), metadata });
  const key = () => ({ idempotency_key: newRequestKey() });
  for (const [op, body] of [
    [transferNft, { to: newAddress() }],
    [setNftRoyalty, { receiver: newAddress(), bps: 1 }],
  ] as const) {
    const refused = await attempt(test.app, op, {
      headers,
      params: { id: nft.id },
      body: { ...body, ...key() },
    });
    expect(errorOf(refused)).toMatchObject({
      status: 400,
      code: 'validation_error',
      message: expect.stringContaining('soulbound') as string,
    });
  }
  await nfts.moved(setNftMetadata, nft, { uri: 'ipfs://badge' });
  expect(await read(cloneERC721Abi, token, 'tokenURI', 1n)).toBe('ipfs://badge');
  await nfts.moved(burnNft, nft, {});
  expect((await nfts.get(nft.id)).status).toBe('burned');
});

it('counts kinds of an ERC-1155, and fills in their numbers', async () => {
  const token = await newToken(test, headers, {
    standard: 'ERC1155',
    base_uri: 'https://cdn.example/{id}.json',
  });
  const nft = await nfts.mint(token, { to: token.treasury, amount: '9' });
  expect(nft).toMatchObject({
    item_id: '1',
    owner: null,
    supply: '9',
    uri: 'https://cdn.example/{id}.json',
    metadata_uri: `https://cdn.example/${'1'.padStart(64, '0')}.json`,
    metadata: null,
  });
  const more = await nfts.mint(token, { to: token.treasury, amount: '1', item_id: '1', metadata });
  expect(more).toMatchObject({ id: nft.id, supply: '10', metadata });
  expect(await read(cloneERC1155Abi, token, 'uri', 1n)).toBe(more.uri);
  expect((await nfts.send(token, { to: token.treasury, amount: '1' })).item_id).toBe('2');
  const to = newAddress();
  await nfts.moved(transferNft, nft, { to, amount: '4' });
  await nfts.moved(burnNft, nft, { amount: '3' });
  await nfts.moved(setNftRoyalty, nft, { receiver: to, bps: 700 });
  await caughtUp(test);
  expect(await read(cloneERC1155Abi, token, 'balanceOf', to, 1n)).toBe(4n);
  expect(await nfts.get(nft.id)).toMatchObject({ supply: '7', royalty: { receiver: to, bps: 700 } });
  expect((await nfts.list({ owner: to.toLowerCase() })).data).toMatchObject([{ id: nft.id, balance: '4' }]);
  expect((await nfts.list({ owner: token.treasury, item_id: '1' })).data).toMatchObject([{ balance: '3' }]);
  expect(await told(nft.id)).toEqual(['nft.minted']);
});

it('lists what others minted and moved on the chain, and finds it by who has it', async () => {
  const token = await newToken(test, headers, { standard: 'ERC721', base_uri: 'ipfs://folder/' });
  const [minter, holder] = [await outsider(test), await outsider(test)];
  const ours = await nfts.mint(token, { to: holder.account.address });
  await done(test, headers, grantTokenRole, token, { role: 'MINTER_ROLE', account: minter.account.address });
  const address = token.address as Address;
  const contract = { address, abi: cloneERC721Abi } as const;
  const [ann, bob] = [newAddress(), newAddress()];
  const hashes = [
    await minter.writeContract({ ...contract, functionName: 'mint', args: [ann, 77n, 'ipfs://theirs'] }),
    await holder.writeContract({
      ...contract,
      functionName: 'transferFrom',
      args: [holder.account.address, bob, 1n],
    }),
  ];
  const client = createLocalnetClient(test.localnet.rpcUrl);
  for (const hash of hashes) await client.waitForTransactionReceipt({ hash });
  await caughtUp(test);
  const { data, total } = await nfts.list({ token_id: token.id, network: 'eip155:84532' });
  expect(total).toBe(2);
  expect(data).toMatchObject([
    {
      item_id: '77',
      owner: ann,
      uri: 'ipfs://theirs',
      transaction_id: null,
      status: 'minted',
      source: 'chain',
    },
    { id: ours.id, item_id: '1', owner: bob, uri: 'ipfs://folder/1' },
  ]);
  expect((await nfts.list({ owner: ann })).data).toMatchObject([{ id: data[0]!.id, balance: '1' }]);
  expect((await nfts.list({ owner: bob })).data).toMatchObject([{ id: ours.id }]);
  expect((await nfts.list({ owner: holder.account.address })).total).toBe(0);
  expect(await told(data[0]!.id)).toEqual(['nft.minted']);
  // What the mint of the token made is an item, too.
  await mintToken(test, headers, token, { to: ann, item_id: '5', uri: 'ipfs://five' });
  expect((await nfts.list({ token_id: token.id, item_id: '5' })).data).toMatchObject([
    { uri: 'ipfs://five' },
  ]);
});

it('lists page by page and by wallet', async () => {
  const token = await newToken(test, headers, { standard: 'ERC721' });
  const { body: wallet } = await call(test.app, createPlatformWallet, { headers, body: {} });
  const all = [];
  for (let n = 0; n < 3; n += 1)
    all.unshift(await nfts.mint(token, { to: wallet.address, uri: `ipfs://${n}` }));
  const mine = { token_id: token.id, limit: 2 };
  const page = await nfts.list(mine);
  expect(page).toEqual({ object: 'list', data: all.slice(0, 2), has_more: true, total: 3 });
  const rest = await nfts.list({ ...mine, starting_after: page.data[1]!.id });
  expect(rest).toEqual({ object: 'list', data: all.slice(2), has_more: false, total: 3 });
  expect((await nfts.list({ wallet_id: wallet.id })).total).toBe(3);
  expect(await nfts.list({ ...mine, network: 'nowhere' })).toMatchObject({ data: [], total: 0 });
});

it('tells of a mint that failed, and of one that is tried again', async () => {
  const token = await newToken(test, headers, { standard: 'ERC721', cap: '1' });
  const to = token.treasury;
  const sent = await Promise.all([nfts.send(token, { to }), nfts.send(token, { to, metadata })]);
  for (const one of sent) await settled(test, headers, one.transaction_id!);
  await caughtUp(test);
  const now = await Promise.all(sent.map(({ id }) => nfts.get(id)));
  expect(now.map(({ status }) => status).toSorted()).toEqual(['failed', 'minted']);
  const failed = now.find(({ status }) => status === 'failed')!;
  expect(failed).toMatchObject({ owner: null, supply: '0', uri: null });
  expect(await told(failed.id)).toEqual(['nft.failed']);
  await nfts.moved(
    burnNft,
    now.find(({ status }) => status === 'minted')!,
    {},
  );
  const retry = { headers, params: { id: failed.transaction_id! } };
  const { body: retried } = await call(test.app, retryTransaction, retry);
  await confirmed(test, headers, retried.id);
  await caughtUp(test);
  const there = await nfts.get(failed.id);
  expect(there).toMatchObject({ status: 'minted', owner: to, transaction_id: retried.id });
  await nfts.moved(burnNft, there, {});
  await caughtUp(test);
  const again = await nfts.mint(token, { to, item_id: failed.item_id, uri: 'ipfs://again' });
  expect(again).toMatchObject({ id: failed.id, status: 'minted', uri: 'ipfs://again' });
});
