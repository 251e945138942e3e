import type { Address, Hex } from '../hex.ts';
import type { User } from './users.ts';

/** What a challenge is for; one purpose's does not serve another. */
export type ChallengePurpose = 'siwe' | 'passkey_register' | 'passkey_login';

/** Random values that are answered once: nonces of SIWE, challenges of WebAuthn. */
export type ChallengeRepository = {
  insert(challenge: {
    value: string;
    purpose: ChallengePurpose;
    userId: number | null;
    expiresAt: Date;
  }): Promise<void>;
  /** Removes it; null when there is none that lives. Two callers never both get it. */
  take(value: string, purpose: ChallengePurpose, at: Date): Promise<{ userId: number | null } | null>;
  /** At most `limit`; returns how many. */
  deleteExpired(at: Date, limit: number): Promise<number>;
};

/** A WebAuthn credential of a person. */
export type Passkey = {
  id: string;
  userId: number;
  /** base64url, as the authenticator says it. */
  credentialId: string;
  /** COSE key. */
  publicKey: Hex;
  /** Signature counter; 0 for authenticators that have none. */
  counter: number;
  transports: readonly string[];
  name: string;
  createdAt: Date;
  lastUsedAt: Date | null;
};

export type PasskeyRepository = {
  /** Null when the credential is known already. */
  insert(passkey: Omit<Passkey, 'createdAt' | 'lastUsedAt'>, at: Date): Promise<Passkey | null>;
  /** With its user; null when either is gone. */
  findByCredential(credentialId: string): Promise<{ passkey: Passkey; user: User } | null>;
  /** Oldest first. */
  list(userId: number): Promise<Passkey[]>;
  used(id: string, counter: number, at: Date): Promise<void>;
  delete(userId: number, id: string): Promise<boolean>;
};

/** Addresses that sign in for a person. */
export type SignInWalletRepository = {
  /** Null when nobody has it; deleted people do not count. */
  findUser(address: Address): Promise<User | null>;
  /** False when somebody has it. */
  insert(address: Address, userId: number, at: Date): Promise<boolean>;
};

/** Letters that let a new password be set, by the hash of the token in them. */
export type PasswordResetRepository = {
  /** Takes the place of the person's other ones. */
  put(reset: { tokenHash: string; userId: number; expiresAt: Date }): Promise<void>;
  /** Removes it; null when there is none that lives. */
  take(tokenHash: string, at: Date): Promise<{ userId: number } | null>;
  deleteExpired(at: Date, limit: number): Promise<number>;
};

/** An EIP-4361 message as far as it matters here. */
export type SiweMessage = {
  address: Address;
  domain: string;
  nonce: string;
  chainId: number;
  expirationTime: Date | null;
  notBefore: Date | null;
};

export type SiwePort = {
  /** Null for what is no EIP-4361 message. */
  read(message: string): SiweMessage | null;
  /** Of an EOA, or of a contract wallet by ERC-1271 and ERC-6492. @throws unsupported_network, chain_unavailable */
  signedBy(message: string, signature: Hex, claimed: SiweMessage): Promise<boolean>;
};
