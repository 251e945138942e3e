import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';
import { externalSignMint } from '#schemas/adapter/external.ts';
import { fail } from '#src/core/errors.ts';
import { bind } from '#src/http/route.ts';
import { callerOf } from '../caller.ts';
import type { AdapterServices } from '../index.ts';
import { toVoucher } from '../present.ts';

/** What a page may read beside the body. */
const exposedHeaders = [
  'X-Request-Id',
  'RateLimit-Limit',
  'RateLimit-Remaining',
  'RateLimit-Reset',
  'X-RateLimit-Limit',
  'X-RateLimit-Remaining',
  'X-RateLimit-Reset',
  'Retry-After',
];

/** The one route that other origins may call. */
export const externalRoutes = ({ mints, clients }: Pick<AdapterServices, 'mints' | 'clients'>) => [
  {
    ...bind(externalSignMint, async ({ principal, request, body }) => {
      const { allowedOrigins } = principal.facts as { allowedOrigins: readonly string[] };
      if (!allowedOrigins.includes(request.headers.origin ?? '')) throw fail('origin_not_allowed');
      const signed = await mints.signAgain(callerOf(principal, request), body.receiptId);
      return { success: true as const, voucher: toVoucher(signed) };
    }),
    // A preflight brings no token, so it is told what any client allows; the call itself is judged by its own client.
    async around(app: FastifyInstance) {
      await app.register(cors, {
        origin: async (origin?: string) => origin !== undefined && (await clients.allowsOrigin(origin)),
        methods: ['POST'],
        allowedHeaders: ['Authorization', 'Content-Type', 'X-User-Id', 'X-Request-Id'],
        exposedHeaders,
        maxAge: 600,
        strictPreflight: false,
      });
      // A preflight that gets here comes from an origin that no client lists.
      app.addHook('onRequest', async ({ method }) => {
        if (method === 'OPTIONS') throw fail('origin_not_allowed');
      });
    },
  },
];
