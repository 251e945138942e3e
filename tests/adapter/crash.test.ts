import { test } from 'vitest';
import { killAt } from './crash.ts';

test.each(['after_record', 'after_send'])(
  'killed %s, a mint and a transfer each happen exactly once',
  { timeout: 120_000 },
  (checkpoint) => killAt(checkpoint),
);
