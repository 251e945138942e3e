import { expect, it } from 'vitest';
import { createMetadataHost } from '#src/services/nfts/hosting.ts';

const token = { id: 'tok_a', owner: 'tenant:ten_a:test' };
const to = '0x90F79bf6EB2c4f870365E785982E1f101E93b906';
const minted = { to, amount: 1n, itemId: 1n, uri: null, metadata: '{"name":"A"}' } as const;

it('gives each item a URI of its own, and leaves others as they are', () => {
  const host = createMetadataHost('https://api.example');
  const other = { ...minted, uri: 'ipfs://x', metadata: undefined } as never;
  const { action, documents } = host(token, { method: 'mint_batch', items: [minted, other, minted] });
  const uris = documents.map(({ uri }) => uri);
  expect(new Set(uris).size).toBe(2);
  expect(documents[0]).toMatchObject({ tokenId: 'tok_a', owner: token.owner, text: minted.metadata });
  expect(action).toMatchObject({ items: [{ uri: uris[0] }, { uri: 'ipfs://x' }, { uri: uris[1] }] });
  expect(JSON.stringify(action, (_, value) => (typeof value === 'bigint' ? 1 : value))).not.toContain('name');
  const burn = { method: 'burn', amount: 1n, itemId: 1n } as const;
  expect(host(token, burn)).toEqual({ action: burn, documents: [] });
});

it('keeps nothing where nobody knows how this server is reached', () => {
  const host = createMetadataHost(null);
  expect(() => host(token, { method: 'mint', ...minted })).toThrow('PUBLIC_URL');
  expect(() => host(token, { method: 'mint_batch', items: [minted] })).toThrow('items.0.metadata');
  const own = { ...minted, uri: 'ipfs://x', metadata: undefined } as never;
  expect(host(token, { method: 'mint', ...(own as typeof minted) }).documents).toEqual([]);
});
