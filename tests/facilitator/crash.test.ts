import { it } from 'vitest';
import { expectSettledAfterKill } from './crash-kit.ts';

it(
  'a payment killed between journal and sending is settled once after the restart',
  () => expectSettledAfterKill('after_record'),
  120_000,
);
