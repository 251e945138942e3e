import { expect, test } from 'vitest';
import { faultOf } from '#src/scripts/commits.ts';

test.each([
  'feat: wallets',
  'fix(http): request id on every answer, also before routing',
  'refactor(x402)!: one vocabulary',
  "Merge branch 'localnet'",
])('takes "%s"', (subject) => {
  expect(faultOf(subject)).toBeUndefined();
});

test.each([
  'wallets',
  'Feat: wallets',
  'feat : wallets',
  'feat:wallets',
  'feature: wallets',
  'feat(): wallets',
  'feat: wallets.',
  'feat: ',
  `feat: ${'w'.repeat(100)}`,
])('refuses "%s"', (subject) => {
  expect(faultOf(subject)).toMatch(/^is /);
});
