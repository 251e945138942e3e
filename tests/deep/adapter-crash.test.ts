import { expect, test } from 'vitest';
import { bothOnce, killAt } from '#tests/adapter/crash.ts';

test.each(['after_row', 'after_sign', 'before_receipt', 'before_final', 'after_final'])(
  'killed %s, a mint and a transfer each happen exactly once',
  { timeout: 120_000 },
  async (checkpoint) => {
    expect(await killAt(checkpoint)).toEqual(bothOnce);
  },
);
