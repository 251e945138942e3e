import { randomBytes } from 'node:crypto';
import { hashMessage, recoverAddress } from 'viem';
import { expect, test } from 'vitest';
import { createKeyring } from '#src/chain/keys/keyring.ts';
import { createLocalKeys, parseEncryptionKeys } from '#src/chain/keys/local.ts';

const kek = (id: string) => `${id}:${randomBytes(32).toString('base64')}`;

test('a key opens for its own wallet and version only, and signs as its owner', async () => {
  const keys = createLocalKeys(parseEncryptionKeys(kek('a')));
  const key = await keys.create('wal_1', 1);
  const signer = await keys.open('wal_1', key);
  const signature = await signer.signMessage({ message: 'hello' });
  expect(await recoverAddress({ hash: hashMessage('hello'), signature })).toBe(key.owner);
  await expect(keys.open('wal_2', key)).rejects.toThrow();
  await expect(keys.open('wal_1', { ...key, version: 2 })).rejects.toThrow();
  await expect(keys.open('wal_1', { ...key, owner: `0x${'1'.repeat(40)}` })).rejects.toThrow('owner');
});

test('what is sealed holds the key in no readable form, and tampering is noticed', async () => {
  const keys = createLocalKeys(parseEncryptionKeys(kek('a')));
  const key = await keys.create('wal_1', 1);
  const text = Buffer.from(key.sealed['key']!, 'base64');
  expect(text).toHaveLength(12 + 32 + 16);
  text[20]! ^= 1;
  const forged = { ...key, sealed: { ...key.sealed, key: text.toString('base64') } };
  await expect(keys.open('wal_1', forged)).rejects.toThrow();
});

test('a new encryption key re-wraps without a new owner, and the old one can then go', async () => {
  const [old, next] = [kek('old'), kek('next')];
  const before = createLocalKeys(parseEncryptionKeys(old));
  const key = await before.create('wal_1', 1);
  expect(await before.rewrap('wal_1', key)).toBeNull();

  const during = createLocalKeys(parseEncryptionKeys(`${next},${old}`));
  const wrapped = await during.rewrap('wal_1', key);
  expect(wrapped).toMatchObject({ owner: key.owner, sealed: { kek: 'next' } });

  const after = createLocalKeys(parseEncryptionKeys(next));
  expect((await after.open('wal_1', wrapped!)).address).toBe(key.owner);
  await expect(after.open('wal_1', key)).rejects.toThrow('encryption key "old" is not configured');
});

test('bad encryption keys are told by their id, never by their value', () => {
  const short = randomBytes(16).toString('base64');
  expect(() => parseEncryptionKeys(`a:${short}`)).toThrow('encryption key "a" must be 32 bytes');
  expect(() => parseEncryptionKeys(`${kek('a')},${kek('a')}`)).toThrow('given twice');
});

test('a key opens with the backend it was made with, whatever makes new ones', async () => {
  const local = createLocalKeys(parseEncryptionKeys(kek('a')));
  const other = { ...local, backend: 'other' };
  const key = await local.create('wal_1', 1);
  const ring = createKeyring([other, local]);
  expect(ring.backend).toBe('other');
  expect((await ring.open('wal_1', key)).address).toBe(key.owner);
  await expect(createKeyring([other]).open('wal_1', key)).rejects.toThrow('local is not configured');
});
