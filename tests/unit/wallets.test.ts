import { expect, test } from 'vitest';
import type { SealedKey } from '#src/core/ports/keys.ts';
import type { NewWallet, Wallet } from '#src/core/ports/wallets.ts';
import { createWallets } from '#src/services/wallets.ts';

const address = `0x${'11'.repeat(20)}` as const;
const salt = `0x${'22'.repeat(32)}` as const;
const plan = { kind: 'account', factory: address, entryPoint: address, initialOwner: address, salt, address };

/** A store whose second answer comes late; what answers hold is read when they are asked for, as in a database. */
function lateStore(late: Promise<void>) {
  const kept = new Map<string, Wallet>();
  let asked = 0;
  return {
    wallets: {
      async find(owner: string, subject: string) {
        const found = kept.get(`${owner} ${subject}`) ?? null;
        asked += 1;
        if (asked === 2) await late;
        return found;
      },
      insert(wallet: NewWallet, createdAt: Date) {
        const who = `${wallet.owner} ${wallet.subject}`;
        if (kept.has(who)) return Promise.resolve(null);
        const made = { ...wallet, walletId: wallet.id, createdAt };
        kept.set(who, made);
        return Promise.resolve(made);
      },
      findAccount: () => Promise.resolve(null),
      findOwned: () => Promise.resolve(null),
    },
  };
}

test('a first call whose answer from the database comes after its twin has made the wallet makes no second key', async () => {
  const late = Promise.withResolvers<void>();
  const store = lateStore(late.promise);
  const made: string[] = [];
  const create = (walletId: string, version: number): Promise<SealedKey> => {
    made.push(walletId);
    return Promise.resolve({ backend: 'vault', version, owner: address, sealed: {} });
  };
  const clock = { now: () => new Date(0) };
  const wallets = createWallets({ store, keys: { create }, accounts: { plan: () => plan }, clock });

  const twins = [wallets.open('client:a', 'user:1'), wallets.open('client:a', 'user:1')] as const;
  const first = await twins[0];
  late.resolve();
  const second = await twins[1];

  expect(second.wallet.id).toBe(first.wallet.id);
  expect([first.isNew, second.isNew]).toEqual([true, false]);
  expect(made).toHaveLength(1);
});
