import { checksum } from '#src/core/address.ts';
import type { Hex } from '#src/core/hex.ts';
import type { Settlement } from '#src/core/ports/settlements.ts';
import type { Reason } from '#src/core/payment.ts';
import type { PaymentsOptions, SettleAnswer } from './ports.ts';
import type { Read } from './request.ts';

type Place = { txHash: Hex | null; blockNumber: bigint | null };

/** The four things a settle call can say. */
export function createAnswers(options: Pick<PaymentsOptions, 'engine' | 'clock'>, read: Read) {
  const base = () => ({ network: read.network, at: options.clock.now(), replayed: false });
  const word = (reason: Reason) => options.engine.word(read.version, reason);
  const place = ({ txHash, blockNumber }: Place) => ({
    transaction: txHash ?? '',
    blockNumber: blockNumber ?? 0n,
  });
  const known = (row: Settlement) => ({ payer: checksum(row.payer), amount: row.amount });
  return {
    /** Nothing was paid: a rule was broken, or the chain refused. */
    refused: (reason: Reason, message: string, at: Place | null = null): SettleAnswer => ({
      ...base(),
      ...place(at ?? { txHash: null, blockNumber: null }),
      success: false,
      reason: word(reason),
      message,
      payer: '',
      amount: null,
    }),
    paid: (row: Settlement, at: Place, replayed: boolean): SettleAnswer => ({
      ...base(),
      ...known(row),
      ...place(at),
      success: true,
      reason: '',
      message: null,
      replayed,
    }),
    /** Paid, and success was handed out before. */
    duplicate: (row: Settlement, at: Place): SettleAnswer => ({
      ...base(),
      ...known(row),
      ...place(at),
      success: false,
      reason: word('duplicate_settlement'),
      message: 'this payment was settled and answered before',
    }),
    /** On its way; a later call learns the outcome. */
    pending: (row: Settlement, at: Place): SettleAnswer => ({
      ...base(),
      ...known(row),
      ...place(at),
      success: false,
      reason: word('settlement_pending'),
      message: 'the transaction is sent and not in a block yet; ask again',
    }),
  };
}

export type Answers = ReturnType<typeof createAnswers>;
