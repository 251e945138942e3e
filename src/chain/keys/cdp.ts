import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import {
  hashMessage,
  hashTypedData,
  isAddressEqual,
  type Hex,
  isAddress,
  type LocalAccount,
  recoverAddress,
  recoverTransactionAddress,
} from 'viem';
import { toAccount } from 'viem/accounts';
import type { Address } from '#src/core/hex.ts';
import type { KeyProvider, SealedKey } from '#src/core/ports/keys.ts';
import { cdpFault, isTorn, unavailable } from './cdp-errors.ts';
import { type CdpAccess, type CdpAccounts, checkCredentials, connectCdp } from './cdp-sdk.ts';

type CdpAccount = Awaited<ReturnType<CdpAccounts['getAccount']>>;
type Ask = <T>(doing: string, work: (accounts: CdpAccounts) => Promise<T>) => Promise<T>;

/** Accounts whose signers are kept; one more asks CDP once. */
const keptAccounts = 2_000;

/** Keys that never leave Coinbase's vault: we keep their names, CDP signs. @throws Error on malformed credentials */
export function createCdpKeys(given: CdpAccess): KeyProvider<LocalAccount> {
  const ask = asking(checkCredentials(given));
  const known = new LRUCache<Address, Promise<CdpAccount>>({ max: keptAccounts });
  const accountOf = (owner: Address): Promise<CdpAccount> => {
    const kept = known.get(owner);
    if (kept) return kept;
    const asked = ask('reading an account', async (accounts) => {
      const account = await accounts.getAccount({ address: owner });
      if (account.address !== owner) throw unavailable('CDP answered another account than was asked for');
      return account;
    });
    known.set(owner, asked);
    asked.catch(() => known.delete(owner));
    return asked;
  };
  return {
    backend: 'cdp',
    async create(walletId, version) {
      const name = accountName(walletId, version);
      const options = { name, idempotencyKey: idempotencyKey(name) };
      const { address } = await ask('making an account', (accounts) => accounts.getOrCreateAccount(options));
      if (!isAddress(address, { strict: false }))
        throw unavailable('CDP answered an account without address');
      return { backend: 'cdp', version, owner: address, sealed: { name } };
    },
    async open(walletId, key) {
      checkName(walletId, key);
      return signer(ask, key, await accountOf(key.owner));
    },
    check: async (walletId, key) => checkName(walletId, key),
    rewrap: () => Promise.resolve(null),
  };
}

function checkName(walletId: string, key: SealedKey): void {
  if (key.backend !== 'cdp') throw new Error(`key of backend ${key.backend} given to the cdp one`);
  if (key.sealed['name'] !== accountName(walletId, key.version))
    throw new Error('the key is not the key of this wallet and version');
}

/** 36 characters of [A-Za-z0-9-], the longest a name may be; it tells nothing of the wallet. */
export function accountName(walletId: string, version: number): string {
  return `c-${createHash('sha256').update(`${walletId}|${version}`).digest('hex').slice(0, 34)}`;
}

/** A version 4 UUID that every attempt to make this account shares. */
function idempotencyKey(name: string): string {
  const hex = createHash('sha256').update(`create|${name}`).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}

/** Calls the SDK, which is loaded at the first one; every fault has its kind and holds no credential. */
function asking(access: CdpAccess): Ask {
  const { timeoutMs = 10_000 } = access;
  let connected: CdpAccounts | undefined;
  return async (doing, work) => {
    try {
      const accounts = (connected ??= connectCdp(access, timeoutMs));
      // Every call may be made twice: names and idempotency keys tell twins, signing changes nothing.
      const twice = () =>
        work(accounts).catch((error: unknown) =>
          isTorn(error) ? work(accounts) : Promise.reject(error as Error),
        );
      return await within(timeoutMs, doing, twice());
    } catch (error) {
      throw cdpFault(error, doing, [access.apiKeySecret, access.walletSecret]);
    }
  };
}

/** One call may be several requests, each of which has the whole time. */
async function within<T>(ms: number, doing: string, work: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(unavailable(`CDP, ${doing}: no answer within ${ms} ms`)), ms);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** What CDP signs is checked here: a wrong signature costs one retry, not a failed operation. */
function signer(ask: Ask, key: SealedKey, account: CdpAccount): LocalAccount {
  const checked = async (doing: string, hash: Hex, sign: () => Promise<Hex>): Promise<Hex> => {
    const signature = await ask(doing, sign);
    const by = await recoverAddress({ hash, signature }).catch(() => null);
    if (!by || !isAddressEqual(by, key.owner)) throw unavailable(`CDP, ${doing}: not the owner's signature`);
    return signature;
  };
  return toAccount({
    address: key.owner,
    sign: ({ hash }) => checked('signing a hash', hash, () => account.sign({ hash })),
    signMessage: ({ message }) =>
      checked('signing a message', hashMessage(message), () => account.signMessage({ message })),
    signTypedData: (data) =>
      checked('signing typed data', hashTypedData(data), () => account.signTypedData(data)),
    async signTransaction(transaction) {
      const signed = await ask('signing a transaction', () => account.signTransaction(transaction));
      const by = await recoverTransactionAddress({ serializedTransaction: signed as never }).catch(
        () => null,
      );
      if (!by || !isAddressEqual(by, key.owner))
        throw unavailable("CDP, signing a transaction: not the owner's signature");
      return signed as never;
    },
  });
}
