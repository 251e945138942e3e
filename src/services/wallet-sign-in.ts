import type { Clock } from '#src/core/clock.ts';
import { fail } from '#src/core/errors.ts';
import type { Address, Hex } from '#src/core/hex.ts';
import { newId } from '#src/core/ids.ts';
import type { SignInWalletRepository, SiweMessage, SiwePort } from '#src/core/ports/sign-in.ts';
import type { User, UserRepository } from '#src/core/ports/users.ts';
import type { Challenges } from './challenges.ts';

type Repositories = { users: UserRepository; signInWallets: SignInWalletRepository };

export type WalletSignInOptions = {
  store: Repositories & { transaction<T>(work: (tx: Repositories) => Promise<T>): Promise<T> };
  challenges: Challenges;
  siwe: SiwePort;
  clock: Clock;
};

export type SignedMessage = { message: string; signature: Hex };

/** Signing in with a wallet (EIP-4361). */
export type WalletSignIn = {
  nonce(): Promise<{ nonce: string; expiresAt: Date }>;
  /**
   * The person of the address; a new one when nobody has it. `domains` are the hosts a message may be for.
   * @throws validation · invalid_credentials · chain_unavailable
   */
  signIn(signed: SignedMessage, domains: readonly string[]): Promise<User>;
  /** Lets the address sign in for a person from now on. @throws as signIn · conflict when somebody else has it */
  link(signed: SignedMessage, domains: readonly string[], user: User): Promise<User>;
};

const refused = (message: string) => fail('invalid_credentials', { message });

export function createWalletSignIn({ store, challenges, siwe, clock }: WalletSignInOptions): WalletSignIn {
  /** Whose signature it is, after everything a message promises was checked and its nonce used up. */
  const addressOf = async (signed: SignedMessage, domains: readonly string[]): Promise<Address> => {
    const claimed = siwe.read(signed.message);
    if (!claimed) {
      throw fail('validation', { field: 'message', message: 'message is no EIP-4361 message' });
    }
    checkMessage(claimed, domains, clock.now());
    if (!(await siwe.signedBy(signed.message, signed.signature, claimed))) {
      throw refused('The signature is not of the address in the message');
    }
    if (!(await challenges.take(claimed.nonce, 'siwe'))) {
      throw refused('The nonce is unknown, expired or was used before');
    }
    return claimed.address.toLowerCase() as Address;
  };
  return {
    async nonce() {
      const nonce = newId('', 24).slice(1);
      return { nonce, expiresAt: await challenges.issue(nonce, 'siwe') };
    },
    async signIn(signed, domains) {
      const address = await addressOf(signed, domains);
      return (await store.signInWallets.findUser(address)) ?? signUp(store, address, clock.now());
    },
    async link(signed, domains, user) {
      const address = await addressOf(signed, domains);
      if (await store.signInWallets.insert(address, user.id, clock.now())) return user;
      const holder = await store.signInWallets.findUser(address);
      if (holder?.id === user.id) return user;
      throw fail('conflict', { resource: 'wallet', message: 'This address signs in for another account' });
    },
  };
}

function checkMessage(message: SiweMessage, domains: readonly string[], now: Date): void {
  if (!domains.includes(message.domain)) throw refused('The message is for another domain');
  if (message.expirationTime && message.expirationTime <= now) throw refused('The message has expired');
  if (message.notBefore && message.notBefore > now) throw refused('The message is not valid yet');
}

/** Two calls that race make one account: the address decides. */
async function signUp(store: WalletSignInOptions['store'], address: Address, at: Date): Promise<User> {
  const made = await store
    .transaction(async (tx) => {
      const nobody = {
        email: null,
        passwordHash: null,
        isAdmin: false,
        fullName: null,
        companyName: address,
      };
      const user = await tx.users.insert(nobody, at);
      if (user && (await tx.signInWallets.insert(address, user.id, at))) return user;
      throw new Taken();
    })
    .catch((error: unknown) => {
      if (error instanceof Taken) return null;
      throw error;
    });
  const user = made ?? (await store.signInWallets.findUser(address));
  if (!user) throw fail('unavailable', { retryAfter: 1 });
  return user;
}

/** Rolls the transaction back. */
class Taken extends Error {}
