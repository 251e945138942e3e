/** The least that any facilitator on this stack costs: Fastify, the same validation, one libsecp256k1 recover. */
import { createHash } from 'node:crypto';
import fastify from 'fastify';
import {
  PaymentPayload,
  PaymentRequest,
  PaymentRequirements,
  VerifyResult,
} from '#schemas/facilitator/payments.ts';
import { data } from '#schemas/facilitator/envelope.ts';
import { getSettlement, Settlement } from '#schemas/facilitator/settlements.ts';
import { ref } from '#schemas/kit/model.ts';
import { buildValidator } from '#src/http/validation.ts';
import { loadRecovery } from '#src/x402/recover.ts';

const app = fastify({ schemaController: { compilersFactory: { buildValidator } } });
for (const schema of [PaymentPayload, PaymentRequirements, PaymentRequest, VerifyResult, Settlement])
  app.addSchema(schema);

const { recover } = loadRecovery();
const digest = createHash('sha256').update('any').digest();

type Body = { paymentPayload: { payload: { signature: string; authorization: { from: string } } } };

app.route({
  method: 'POST',
  url: '/verify',
  schema: { body: { $ref: PaymentRequest.$id }, response: { 200: { $ref: VerifyResult.$id } } },
  async handler(request) {
    const { signature, authorization } = (request.body as Body).paymentPayload.payload;
    const bytes = Buffer.from(signature.slice(2), 'hex');
    recover(digest, bytes.subarray(0, 64), bytes[64] === 28 ? 1 : 0);
    const timestamp = Math.floor(Date.now() / 1000);
    return { isValid: true, invalidReason: '', payer: authorization.from, timestamp, cachedResult: false };
  },
});
app.route({
  method: 'GET',
  url: '/object',
  schema: { response: { 200: data(ref(Settlement)) } },
  handler: async () => getSettlement.examples.response,
});
console.log(await app.listen({ host: '127.0.0.1', port: 0 }));
