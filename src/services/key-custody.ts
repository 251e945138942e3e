import type { KeyProvider } from '#src/core/ports/keys.ts';
import type { StoredKey, WalletKeyRepository } from '#src/core/ports/wallet-keys.ts';

type Ports = {
  store: { walletKeys: WalletKeyRepository };
  keys: Pick<KeyProvider, 'check' | 'rewrap'>;
};

/** Wallets have keys that this process could not open; it must not start. */
export class KeysMissingError extends Error {
  constructor(faults: readonly string[]) {
    super(
      `Keys of wallets in this database can't be opened:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`,
    );
    this.name = 'KeysMissingError';
  }
}

/** Opens one key of each backend and encryption key in use. @throws KeysMissingError naming all that are missing */
export async function verifyKeys({ store, keys }: Ports): Promise<void> {
  const samples = await store.walletKeys.listSamples();
  const told = await Promise.all(samples.map((one) => faultOf(keys, one)));
  const faults = [...new Set(told.filter((fault) => fault !== null))];
  if (faults.length > 0) throw new KeysMissingError(faults);
}

async function faultOf(
  keys: Pick<KeyProvider, 'check'>,
  { walletId, key }: StoredKey,
): Promise<string | null> {
  try {
    await keys.check(walletId, key);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

export type Rewrapped = {
  checked: number;
  rewrapped: number;
  failed: { walletId: string; reason: string }[];
};

/**
 * Seals every key under the current encryption key, one row at a time, so that it may be killed and run again, also
 * beside a running server. Owners and addresses stay. @throws KeysMissingError before anything is written
 */
export async function rewrapKeys(
  ports: Ports,
  onProgress: (so: Rewrapped) => void,
  pageSize = 200,
): Promise<Rewrapped> {
  await verifyKeys(ports);
  const done: Rewrapped = { checked: 0, rewrapped: 0, failed: [] };
  let last: StoredKey | null = null;
  for (;;) {
    const page: StoredKey[] = await ports.store.walletKeys.listAfter(last, pageSize);
    last = page.at(-1) ?? null;
    if (last === null) return done;
    for (const stored of page) await rewrapOne(ports, stored, done);
    onProgress(done);
  }
}

async function rewrapOne({ store, keys }: Ports, stored: StoredKey, done: Rewrapped): Promise<void> {
  done.checked += 1;
  const next = await sealedAnew(keys, stored, done);
  if (next && (await store.walletKeys.replaceSealed(stored, next))) done.rewrapped += 1;
}

/** The row is the only copy of the key: what will stand in it is opened before. */
async function sealedAnew(keys: Ports['keys'], { walletId, key }: StoredKey, done: Rewrapped) {
  try {
    const next = await keys.rewrap(walletId, key);
    if (next) await keys.check(walletId, next);
    return next;
  } catch (error) {
    done.failed.push({ walletId, reason: error instanceof Error ? error.message : String(error) });
    return null;
  }
}
