import { expect, test } from 'vitest';
import { bothOnce, killAt } from './crash.ts';

test.each(['after_record', 'after_send'])(
  'killed %s, a mint and a transfer each happen exactly once',
  { timeout: 120_000 },
  async (checkpoint) => {
    expect(await killAt(checkpoint)).toEqual(bothOnce);
  },
);
