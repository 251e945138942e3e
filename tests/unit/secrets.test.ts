import { describe, expect, it } from 'vitest';
import { deriveKey, hashSecret, newSecret, readSecret, sameSecret } from '#src/core/secrets.ts';

describe('generated secrets', () => {
  it('say what they are, and a slip of the finger shows', () => {
    for (const prefix of ['sk_live_', 'sk_test_', 'pk_live_', 'pk_test_']) {
      const secret = newSecret({ prefix, letter: 'k' });
      expect(readSecret(secret)).toEqual({ prefix, letter: 'k' });
      expect(secret).toHaveLength(58);
      const at = 20;
      const wrong = secret.slice(0, at) + (secret[at] === 'a' ? 'b' : 'a') + secret.slice(at + 1);
      expect(readSecret(wrong)).toBeNull();
      expect(readSecret(`${secret}x`)).toBeNull();
      expect(readSecret(secret.replace(prefix, 'xk_live_'))).toBeNull();
    }
    expect(newSecret({ prefix: 'sk_live_', letter: 'c' })).not.toBe(
      newSecret({ prefix: 'sk_live_', letter: 'c' }),
    );
  });

  it('are kept under a keyed hash, and keys are told apart by purpose', () => {
    const [a, b] = [deriveKey('master', 'a'), deriveKey('master', 'b')];
    expect(a.equals(b)).toBe(false);
    expect(a.equals(deriveKey('master', 'a'))).toBe(true);
    expect(hashSecret(a, 'secret')).toBe(hashSecret(a, 'secret'));
    expect(hashSecret(a, 'secret')).not.toBe(hashSecret(b, 'secret'));
    expect([sameSecret('x', 'x'), sameSecret('x', 'xy')]).toEqual([true, false]);
  });
});
