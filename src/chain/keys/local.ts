import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { bytesToHex, type LocalAccount } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import type { KeyProvider, SealedKey } from '#src/core/ports/keys.ts';

/** Key-encryption keys by id; `current` seals what is new. */
export type EncryptionKeys = { current: string; byId: ReadonlyMap<string, Buffer> };

/** Reads `id:base64,…`, the first current. @throws Error naming the id when one is not 32 bytes or told twice */
export function parseEncryptionKeys(text: string): EncryptionKeys {
  const byId = new Map<string, Buffer>();
  for (const part of text.split(',')) {
    const [id = '', encoded = ''] = part.trim().split(':');
    const key = Buffer.from(encoded, 'base64');
    if (!id || key.length !== 32) throw new Error(`encryption key "${id}" must be 32 bytes in base64`);
    if (byId.has(id)) throw new Error(`encryption key "${id}" is given twice`);
    byId.set(id, key);
  }
  const [current = ''] = byId.keys();
  return { current, byId };
}

/** One random key per wallet in an AES-256-GCM envelope; wallet id and version are authenticated with it. */
export function createLocalKeys(encryption: EncryptionKeys): KeyProvider<LocalAccount> {
  const wrapping = (id: string): Buffer => {
    const key = encryption.byId.get(id);
    if (!key) throw new Error(`encryption key "${id}" is not configured: add it to KEY_ENCRYPTION_KEYS`);
    return key;
  };
  const unwrap = (walletId: string, key: SealedKey): Buffer => {
    const kek = field(key, 'kek');
    const wrapped = wrapping(kek);
    try {
      return open(wrapped, field(key, 'dek'), context(walletId, key.version, 'dek'));
    } catch (error) {
      const told = `encryption key "${kek}" has another value than when the key of wallet ${walletId} was sealed`;
      throw new Error(`${told}, or its row was changed`, { cause: error });
    }
  };
  const reveal = (walletId: string, key: SealedKey): LocalAccount => {
    if (key.backend !== 'local') throw new Error(`key of backend ${key.backend} given to the local one`);
    const secret = open(unwrap(walletId, key), field(key, 'key'), context(walletId, key.version, 'key'));
    const account = privateKeyToAccount(bytesToHex(secret));
    if (account.address !== key.owner) throw new Error('the sealed key is not the key of this owner');
    return account;
  };

  return {
    backend: 'local',
    async create(walletId, version) {
      const dataKey = randomBytes(32);
      const secret = randomSecret();
      const owner = privateKeyToAccount(bytesToHex(secret)).address;
      const sealed = {
        kek: encryption.current,
        dek: seal(wrapping(encryption.current), dataKey, context(walletId, version, 'dek')),
        key: seal(dataKey, secret, context(walletId, version, 'key')),
      };
      return { backend: 'local', version, owner, sealed };
    },
    open: async (walletId, key) => reveal(walletId, key),
    check: async (walletId, key) => {
      reveal(walletId, key);
    },
    async rewrap(walletId, key) {
      if (key.sealed['kek'] === encryption.current) return null;
      const dek = seal(
        wrapping(encryption.current),
        unwrap(walletId, key),
        context(walletId, key.version, 'dek'),
      );
      return { ...key, sealed: { ...key.sealed, kek: encryption.current, dek } };
    },
  };
}

function field(key: SealedKey, name: string): string {
  const value = key.sealed[name];
  if (value === undefined) throw new Error(`the sealed key lacks its ${name}`);
  return value;
}

function context(walletId: string, version: number, part: string): Buffer {
  return Buffer.from(`${walletId}|${version}|${part}`);
}

/** 1 … n-1 of secp256k1; the chance of a second draw is 2^-128. */
function randomSecret(): Buffer {
  for (;;) {
    const secret = randomBytes(32);
    const value = BigInt(bytesToHex(secret));
    if (value > 0n && value < 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n)
      return secret;
  }
}

function seal(key: Buffer, plain: Buffer, aad: Buffer): string {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(aad);
  return Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]).toString('base64');
}

function open(key: Buffer, sealed: string, aad: Buffer): Buffer {
  const bytes = Buffer.from(sealed, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12), { authTagLength: 16 }).setAAD(
    aad,
  );
  decipher.setAuthTag(bytes.subarray(-16));
  return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]);
}
