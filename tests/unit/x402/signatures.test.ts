import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { getAddress, hashTypedData, type Hex, recoverAddress as viemRecover } from 'viem';
import { privateKeyToAccount, sign } from 'viem/accounts';
import { checksum } from '#src/core/address.ts';
import { authorizationDigest, authorizationWords } from '#src/x402/eip3009/authorization.ts';
import { loadRecovery, recoverAddress, splitSignature } from '#src/x402/recover.ts';
import { types } from './fixtures.ts';

const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const hex = (bytes: Uint8Array): Hex => `0x${Buffer.from(bytes).toString('hex')}`;
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length }).map(hex);
const uint = fc.bigInt({ min: 0n, max: 2n ** 256n - 1n });
const word = (value: bigint) => value.toString(16).padStart(64, '0');
const native = loadRecovery();
const noble = loadRecovery(() => {
  throw new Error('no addon here');
});

const domains = fc.record({
  name: fc.string({ maxLength: 40, unit: 'grapheme' }),
  version: fc.string({ maxLength: 8 }),
  chainId: fc.nat(),
  verifyingContract: bytes(20),
});
const messages = fc.record({
  from: bytes(20),
  to: bytes(20),
  value: uint,
  validAfter: uint,
  validBefore: uint,
  nonce: bytes(32),
});

describe('EIP-712 digest', () => {
  it("equals viem's", () => {
    fc.assert(
      fc.property(domains, messages, (domain, message) => {
        const ours = authorizationDigest(
          domain,
          authorizationWords({ ...message, signature: '0x', wrapper: null }),
        );
        const theirs = hashTypedData({ domain, types, primaryType: 'TransferWithAuthorization', message });
        expect(hex(ours)).toBe(theirs);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('recovery', () => {
  it('has the native addon where this suite runs, or says noble', () => {
    expect(native.backend).toMatch(/native|noble/);
    expect(noble.backend).toBe('noble');
  });

  it("agrees with viem's on signatures and on junk, with both backends", async () => {
    const key = bytes(32).filter((k) => BigInt(k) > 0n && BigInt(k) < order);
    await fc.assert(
      fc.asyncProperty(key, bytes(32), fc.boolean(), async (privateKey, hash, old) => {
        const { r, s, yParity } = await sign({ hash, privateKey });
        const signature = `${r}${s.slice(2)}${((yParity as number) + (old ? 27 : 0)).toString(16).padStart(2, '0')}`;
        const digest = Buffer.from(hash.slice(2), 'hex');
        const address = privateKeyToAccount(privateKey).address.toLowerCase();
        expect(recoverAddress(native.recover, digest, signature)).toBe(address);
        expect(recoverAddress(noble.recover, digest, signature)).toBe(address);
      }),
      { numRuns: 100 },
    );
    await fc.assert(
      fc.asyncProperty(
        bytes(32),
        bytes(32),
        bytes(32),
        fc.constantFrom('00', '01', '1b', '1c'),
        async (h, r, s, v) => {
          const low = word(BigInt(s) % (order / 2n));
          const signature = `${r}${low}${v}` as Hex;
          const theirs = await viemRecover({ hash: h, signature }).then(
            (found) => found.toLowerCase(),
            () => null,
          );
          const digest = Buffer.from(h.slice(2), 'hex');
          expect(recoverAddress(native.recover, digest, signature)).toBe(theirs);
          expect(recoverAddress(noble.recover, digest, signature)).toBe(theirs);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('refuses high s, zero r or s, other v and other lengths', async () => {
    const privateKey: Hex = `0x${'9'.repeat(64)}`;
    const { r, s } = await sign({ hash: `0x${'1'.repeat(64)}`, privateKey });
    const high = word(order - BigInt(s));
    const zero = '0'.repeat(64);
    for (const bad of [
      `${r}${high}1b`,
      `${r}${high}1c`,
      `0x${zero}${s.slice(2)}1b`,
      `${r}${zero}1b`,
      `${r}${s.slice(2)}02`,
      `${r}${s.slice(2)}1d`,
      `${r}${s.slice(2)}`,
      `${r}${s.slice(2)}1b00`,
    ]) {
      expect(splitSignature(bad)).toBeNull();
    }
    expect(splitSignature(`${r}${s.slice(2)}1c`)).toMatchObject({ parity: 1 });
  });

  it('refuses r that is no x of a point and s of the order', () => {
    const digest = Buffer.alloc(32, 1);
    const off = word(5n);
    for (const recover of [native.recover, noble.recover]) {
      expect(recoverAddress(recover, digest, `0x${off}${word(1n)}1b`)).toBeNull();
      expect(recoverAddress(recover, digest, `0x${word(order)}${word(1n)}1b`)).toBeNull();
    }
  });
});

describe('EIP-55', () => {
  it("equals viem's", () => {
    fc.assert(
      fc.property(bytes(20), (address) => {
        expect(checksum(address)).toBe(getAddress(address));
      }),
    );
  });
});
