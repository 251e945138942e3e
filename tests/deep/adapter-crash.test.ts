import { expect, test } from 'vitest';
import { killAt } from '#tests/adapter/crash.ts';
import { allOnce, bothOnce, claims, mintAndTransfer } from '#tests/adapter/crash-scenes.ts';

test.each(['after_row', 'after_sign', 'before_receipt', 'before_final', 'after_final'])(
  'killed %s, a mint and a transfer each happen exactly once',
  { timeout: 180_000 },
  async (checkpoint) => {
    expect(await killAt(checkpoint, mintAndTransfer)).toEqual(bothOnce);
  },
);

test.each(['after_row', 'after_sign', 'after_send', 'before_receipt', 'before_final', 'after_final'])(
  'killed %s, a payout, a lock and a release each happen exactly once',
  { timeout: 180_000 },
  async (checkpoint) => {
    expect(await killAt(checkpoint, claims)).toEqual(allOnce);
  },
);
