import { randomBytes } from 'node:crypto';
import { hashMessage, recoverAddress } from 'viem';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { createKeys } from '#src/chain/keys/keyring.ts';
import { createSmartAccounts } from '#src/chain/smart-accounts/accounts.ts';
import type { WalletKeyRepository } from '#src/core/ports/wallet-keys.ts';
import { createStore, type Store } from '#src/db/store.ts';
import { KeysMissingError, rewrapKeys, verifyKeys } from '#src/services/key-custody.ts';
import { startCdpDouble } from '#tests/kit/cdp-double.ts';
import { freshDatabase, type TestDatabase } from '#tests/kit/database.ts';

const kek = (id: string) => `${id}:${randomBytes(32).toString('base64')}`;
const local = (encryptionKeys: string) => createKeys({ provider: 'local', encryptionKeys });
type Keys = ReturnType<typeof local>;

let database: TestDatabase;
let store: Store;

beforeEach(async () => {
  database = await freshDatabase();
  store = createStore(database.database.db);
  onTestFinished(() => database.drop());
});

async function newWallets(keys: Keys, count: number, prefix = 'wal'): Promise<void> {
  const accounts = createSmartAccounts(keys);
  for (let i = 0; i < count; i += 1) {
    const id = `${prefix}_${i}`;
    const key = await keys.create(id, 1);
    const plan = accounts.plan({ owner: key.owner, subject: [id] });
    await store.wallets.insert({ ...plan, id, owner: 'client:a', subject: `user:${id}`, key }, new Date());
  }
}

const all = () => store.walletKeys.listAfter(null, 10_000);
const silent = () => undefined;

/** How many keys open with these and sign as their owners. */
async function signing(keys: Keys): Promise<number> {
  let count = 0;
  for (const { walletId, key } of await all()) {
    const signer = await keys.open(walletId, key).catch(() => null);
    const signature = await signer?.signMessage({ message: 'x' });
    if (signature && (await recoverAddress({ hash: hashMessage('x'), signature })) === key.owner) count += 1;
  }
  return count;
}

test('an empty database asks for no key, a key under a known one for nothing more', async () => {
  const keys = local(kek('a'));
  await expect(verifyKeys({ store, keys })).resolves.toBeUndefined();
  await newWallets(keys, 3);
  await expect(verifyKeys({ store, keys })).resolves.toBeUndefined();
});

test('every missing key-encryption key is named, and so is a backend that is gone', async () => {
  const double = await startCdpDouble();
  onTestFinished(() => double.stop());
  await newWallets(local(kek('old1')), 2, 'a');
  await newWallets(local(kek('old2')), 2, 'b');
  await newWallets(createKeys({ provider: 'cdp', cdp: double.access }), 2, 'c');
  const refused = verifyKeys({ store, keys: local(kek('new')) });
  await expect(refused).rejects.toThrow(KeysMissingError);
  await expect(refused).rejects.toThrow('"old1" is not configured');
  await expect(refused).rejects.toThrow('"old2" is not configured');
  await expect(refused).rejects.toThrow('key backend cdp is not configured: set CDP_API_KEY_ID');
  await expect(rewrapKeys({ store, keys: local(kek('new')) }, silent)).rejects.toThrow(KeysMissingError);
});

test('a key-encryption key of the same name and another value is told apart', async () => {
  await newWallets(local(kek('a')), 1);
  await expect(verifyKeys({ store, keys: local(kek('a')) })).rejects.toThrow('"a" has another value');
});

test('re-wrapping that breaks off anywhere leaves every key readable, and the next run does the rest', async () => {
  const [old, next] = [kek('old'), kek('next')];
  await newWallets(local(old), 7);
  const before = await all();
  const both = local(`${next},${old}`);

  let writes = 0;
  const walletKeys: WalletKeyRepository = {
    ...store.walletKeys,
    replaceSealed: (...given) => {
      writes += 1;
      return writes === 4 ? Promise.reject(new Error('killed')) : store.walletKeys.replaceSealed(...given);
    },
  };
  await expect(rewrapKeys({ store: { walletKeys }, keys: both }, silent, 2)).rejects.toThrow('killed');
  expect([await signing(both), await signing(local(old)), await signing(local(next))]).toEqual([7, 4, 3]);

  expect(await rewrapKeys({ store, keys: both }, silent, 2)).toEqual({
    checked: 7,
    rewrapped: 4,
    failed: [],
  });
  expect(await rewrapKeys({ store, keys: both }, silent, 2)).toEqual({
    checked: 7,
    rewrapped: 0,
    failed: [],
  });
  expect([await signing(local(next)), await signing(local(old))]).toEqual([7, 0]);
  const owners = (rows: typeof before) => rows.map(({ walletId, key }) => [walletId, key.owner]);
  expect(owners(await all())).toEqual(owners(before));
  await verifyKeys({ store, keys: local(next) });
});

test('two runs at once do no harm', async () => {
  const [old, next] = [kek('old'), kek('next')];
  await newWallets(local(old), 6);
  const both = local(`${next},${old}`);
  const runs = await Promise.all([1, 2].map(() => rewrapKeys({ store, keys: both }, silent, 2)));
  expect(runs.flatMap((run) => run.failed)).toEqual([]);
  expect(await signing(local(next))).toBe(6);
});

test('a row that was tampered with is told and left alone; the others go on', async () => {
  const [old, next] = [kek('old'), kek('next')];
  await newWallets(local(old), 3);
  const [, second, third] = await all();
  const stolen = { ...second!.key, sealed: third!.key.sealed };
  expect(await store.walletKeys.replaceSealed(second!, stolen)).toBe(true);
  const done = await rewrapKeys({ store, keys: local(`${next},${old}`) }, silent);
  expect(done).toMatchObject({ checked: 3, rewrapped: 2, failed: [{ walletId: second!.walletId }] });
  expect(await signing(local(`${next},${old}`))).toBe(2);
});

test('what was replaced meanwhile is not overwritten', async () => {
  await newWallets(local(kek('old')), 1);
  const [stored] = await all();
  const next = { ...stored!.key, sealed: { ...stored!.key.sealed, kek: 'x' } };
  expect(await store.walletKeys.replaceSealed(stored!, next)).toBe(true);
  expect(await store.walletKeys.replaceSealed(stored!, next)).toBe(false);
});
