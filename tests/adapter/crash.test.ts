import { expect, test } from 'vitest';
import { killAt } from './crash.ts';
import { allOnce, bothOnce, claims, mintAndTransfer } from './crash-scenes.ts';

test.each(['after_record', 'after_send'])(
  'killed %s, a mint and a transfer each happen exactly once',
  { timeout: 180_000 },
  async (checkpoint) => {
    expect(await killAt(checkpoint, mintAndTransfer)).toEqual(bothOnce);
  },
);

test(
  'killed after_record, a payout, a lock and a release each happen exactly once',
  { timeout: 180_000 },
  async () => {
    expect(await killAt('after_record', claims)).toEqual(allOnce);
  },
);
