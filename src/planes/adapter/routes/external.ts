import { externalSignMint } from '#schemas/adapter/external.ts';
import { fail } from '#src/core/errors.ts';
import { bind } from '#src/http/route.ts';
import { callerOf } from '../caller.ts';
import type { AdapterServices } from '../index.ts';
import { toVoucher } from '../present.ts';

/** The one route of the plane that other origins may call. */
export const externalRoutes = ({ mints, clients }: Pick<AdapterServices, 'mints' | 'clients'>) => [
  {
    ...bind(externalSignMint, async ({ principal, request, body }) => {
      const { allowedOrigins } = principal.facts as { allowedOrigins: readonly string[] };
      if (!allowedOrigins.includes(request.headers.origin ?? '')) throw fail('origin_not_allowed');
      const signed = await mints.signAgain(callerOf(principal, request), body.receiptId);
      return { success: true as const, voucher: toVoucher(signed) };
    }),
    // A preflight brings no token, so it is told what any client allows; the call itself is judged by its own client.
    pages: {
      allows: clients.allowsOrigin,
      headers: ['Authorization', 'Content-Type', 'X-User-Id', 'X-Request-Id'],
      tells: true,
    },
  },
];
