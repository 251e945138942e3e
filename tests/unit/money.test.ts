import fc from 'fast-check';
import { formatUnits, parseUnits } from 'viem';
import { expect, test } from 'vitest';
import { formatAmount, parseAmount } from '#src/core/money.ts';

const uint256 = fc.bigInt({ min: 0n, max: 2n ** 256n - 1n });

test('every uint256 survives the wire, everything else is refused by name', () => {
  fc.assert(fc.property(uint256, (amount) => parseAmount(amount.toString(), 'amount') === amount));
  for (const bad of [(2n ** 256n).toString(), '-1', '1.5', '0x10', '', ' 1', '1e3', '9'.repeat(500)]) {
    expect(() => parseAmount(bad, 'amount')).toThrow('amount must be a whole number');
  }
});

test('formatting agrees with viem and can be read back', () => {
  fc.assert(
    fc.property(uint256, fc.integer({ min: 0, max: 36 }), (amount, decimals) => {
      const text = formatAmount(amount, decimals);
      expect(text).toBe(formatUnits(amount, decimals));
      expect(parseUnits(text, decimals)).toBe(amount);
    }),
  );
});
