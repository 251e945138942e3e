import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import type { Clock } from '#src/core/clock.ts';
import { fail } from '#src/core/errors.ts';
import type { Hex } from '#src/core/hex.ts';
import { newId } from '#src/core/ids.ts';
import type { Passkey, PasskeyRepository } from '#src/core/ports/sign-in.ts';
import type { User } from '#src/core/ports/users.ts';
import type { Challenges } from './challenges.ts';

export type PasskeysOptions = {
  store: { passkeys: PasskeyRepository };
  challenges: Challenges;
  clock: Clock;
};

/** Where a passkey is used: the page's origin; its host is the relying party. */
export type RelyingParty = { origins: readonly string[]; id: string };

/** WebAuthn credentials (Level 3); what the browser says is passed through as the library's JSON. */
export type Passkeys = {
  /** Options of `navigator.credentials.create`. */
  offer(user: User, party: RelyingParty): Promise<Record<string, unknown>>;
  /** @throws invalid_credentials · conflict */
  register(user: User, input: { name: string; response: unknown }, party: RelyingParty): Promise<Passkey>;
  /** Options of `navigator.credentials.get`; any passkey of the site may answer. */
  challenge(party: RelyingParty): Promise<Record<string, unknown>>;
  /** Whose passkey answered. @throws invalid_credentials */
  signIn(response: unknown, party: RelyingParty): Promise<User>;
  list(userId: number): Promise<Passkey[]>;
  /** @throws not_found */
  remove(userId: number, id: string): Promise<void>;
};

// Loaded with the first passkey: its ASN.1 and CBOR parsers would slow every start.
const webAuthn = () => import('@simplewebauthn/server');
const refused = (cause?: unknown) =>
  fail('invalid_credentials', { message: 'The passkey did not prove who you are', cause });

type Answered = { response?: { clientDataJSON?: unknown } };

/** The challenge that a response claims to answer; the library checks that it does. */
function challengeOf(response: unknown): string {
  try {
    const data = (response as Answered).response?.clientDataJSON;
    const { challenge } = JSON.parse(Buffer.from(String(data), 'base64url').toString()) as {
      challenge: unknown;
    };
    return String(challenge);
  } catch (cause) {
    throw refused(cause);
  }
}

export function createPasskeys({ store, challenges, clock }: PasskeysOptions): Passkeys {
  return {
    async offer(user, { id: rpID }) {
      const known = await store.passkeys.list(user.id);
      const options = await (
        await webAuthn()
      ).generateRegistrationOptions({
        rpName: rpID,
        rpID,
        userName: user.email ?? user.publicId,
        userID: new TextEncoder().encode(user.publicId),
        attestationType: 'none',
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
        excludeCredentials: known.map(({ credentialId }) => ({ id: credentialId })),
      });
      await challenges.issue(options.challenge, 'passkey_register', user.id);
      return { ...options };
    },
    async register(user, { name, response }, party) {
      const challenge = challengeOf(response);
      const asked = await challenges.take(challenge, 'passkey_register');
      if (asked?.userId !== user.id) throw refused();
      const { verifyRegistrationResponse } = await webAuthn();
      const { registrationInfo: made } = await verifyRegistrationResponse({
        response: response as RegistrationResponseJSON,
        expectedChallenge: challenge,
        expectedOrigin: [...party.origins],
        expectedRPID: party.id,
      }).catch((cause: unknown) => Promise.reject(refused(cause)));
      if (!made) throw refused();
      const { id: credentialId, publicKey, counter, transports = [] } = made.credential;
      const passkey = await store.passkeys.insert(
        {
          id: newId('psk'),
          userId: user.id,
          credentialId,
          publicKey: `0x${Buffer.from(publicKey).toString('hex')}`,
          counter,
          transports,
          name,
        },
        clock.now(),
      );
      if (!passkey)
        throw fail('conflict', { resource: 'passkey', message: 'This passkey is registered already' });
      return passkey;
    },
    async challenge({ id: rpID }) {
      const { generateAuthenticationOptions } = await webAuthn();
      const options = await generateAuthenticationOptions({ rpID, userVerification: 'required' });
      await challenges.issue(options.challenge, 'passkey_login');
      return { ...options };
    },
    async signIn(response, party) {
      const challenge = challengeOf(response);
      if (!(await challenges.take(challenge, 'passkey_login'))) throw refused();
      const { id } = response as { id?: unknown };
      const known = typeof id === 'string' && /^[\w-]{1,1400}$/.test(id);
      const found = known ? await store.passkeys.findByCredential(id) : null;
      if (!found) throw refused();
      const { passkey, user } = found;
      const { verifyAuthenticationResponse } = await webAuthn();
      const { verified, authenticationInfo } = await verifyAuthenticationResponse({
        response: response as AuthenticationResponseJSON,
        expectedChallenge: challenge,
        expectedOrigin: [...party.origins],
        expectedRPID: party.id,
        credential: {
          id: passkey.credentialId,
          publicKey: bytesOf(passkey.publicKey),
          counter: passkey.counter,
        },
      }).catch((cause: unknown) => Promise.reject(refused(cause)));
      if (!verified) throw refused();
      await store.passkeys.used(passkey.id, authenticationInfo.newCounter, clock.now());
      return user;
    },
    list: (userId) => store.passkeys.list(userId),
    async remove(userId, id) {
      if (!(await store.passkeys.delete(userId, id))) throw fail('not_found', { resource: 'passkey' });
    },
  };
}

const bytesOf = (hex: Hex): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.from(hex.slice(2), 'hex'));
