import { executeMint, getMintStatus, signMint } from '#schemas/adapter/mint.ts';
import { checksum } from '#src/core/address.ts';
import type { Hex } from '#src/core/hex.ts';
import { parseAmount } from '#src/core/money.ts';
import { answered, idempotencyKey } from '#src/http/idempotency.ts';
import { bind } from '#src/http/route.ts';
import { callerOf } from '../caller.ts';
import type { AdapterServices } from '../index.ts';
import { toMintState, toTransaction, toVoucher } from '../present.ts';

const ok = { success: true as const };

/** Mints by receipt. */
export const mintRoutes = ({ mints }: Pick<AdapterServices, 'mints'>) => [
  bind(signMint, async ({ principal, request, body }) => {
    const amount = parseAmount(body.amount, 'amount');
    const fields = { ...fieldsOf(body), amount };
    return {
      ...ok,
      voucher: toVoucher(await mints.sign(callerOf(principal, request), body.receiptId, fields)),
    };
  }),
  bind(executeMint, async ({ principal, request, body, reply }) => {
    const caller = callerOf(principal, request);
    const key = idempotencyKey(request, { owner: caller.owner, subject: caller.userId });
    const fields = {
      ...fieldsOf(body),
      amount: body.amount === undefined ? undefined : parseAmount(body.amount, 'amount'),
      signature: body.signature as Hex | undefined,
    };
    const written = await mints.execute(caller, body.receiptId, fields, key);
    return { ...ok, transaction: toTransaction(answered(reply, written)) };
  }),
  bind(getMintStatus, async ({ principal, request, params: { receiptId } }) => ({
    ...ok,
    mint: toMintState(receiptId, await mints.status(callerOf(principal, request), receiptId)),
  })),
];

function fieldsOf({ token, recipient, network }: { token?: string; recipient?: string; network?: string }) {
  return {
    token: token === undefined ? undefined : checksum(token),
    recipient: recipient === undefined ? undefined : checksum(recipient),
    network,
  };
}
