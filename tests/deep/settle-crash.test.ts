import { it } from 'vitest';
import { expectSettledAfterKill } from '#tests/facilitator/crash-kit.ts';

it.each(['after_row', 'after_sign', 'after_send', 'before_receipt', 'before_final', 'after_final'])(
  'a payment killed %s is settled once after the restart',
  async (checkpoint) => {
    await expectSettledAfterKill(checkpoint);
  },
);
