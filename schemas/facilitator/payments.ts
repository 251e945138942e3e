import { Type } from '@sinclair/typebox';
import { model, ref, strictObject } from '../kit/model.ts';
import { operation } from '../kit/operation.ts';

const plane = 'facilitator';
const open = { additionalProperties: true };
const version = Type.Integer({
  description: 'Protocol version, 1 or 2; may stand in the payload or requirements instead',
});

/** Version 1 and 2 in one shape, open as their specifications demand; the protocol itself tells more exactly what is wrong. */
export const PaymentRequirements = model(
  'PaymentRequirements',
  Type.Object(
    {
      scheme: Type.String({ maxLength: 128, description: 'exact' }),
      network: Type.String({
        maxLength: 128,
        description: 'base-sepolia (version 1) or eip155:84532 (version 2)',
      }),
      maxAmountRequired: Type.Optional(
        Type.String({ description: 'Version 1: atomic units, a decimal string' }),
      ),
      amount: Type.Optional(Type.String({ description: 'Version 2: atomic units, a decimal string' })),
      asset: Type.String({ description: 'Token address; must be registered' }),
      payTo: Type.String({ description: "The merchant's address" }),
      maxTimeoutSeconds: Type.Optional(Type.Number({ minimum: 0 })),
      resource: Type.Optional(Type.String({ description: 'Version 1: what is paid for' })),
      description: Type.Optional(Type.String()),
      mimeType: Type.Optional(Type.String()),
      x402Version: Type.Optional(version),
      extra: Type.Optional(
        Type.Object(
          {},
          { ...open, description: 'name and version of the token (EIP-712); from the registry when absent' },
        ),
      ),
    },
    open,
  ),
);

export const PaymentPayload = model(
  'PaymentPayload',
  Type.Object(
    {
      x402Version: Type.Optional(version),
      scheme: Type.Optional(Type.String({ description: 'Version 1' })),
      network: Type.Optional(Type.String({ description: 'Version 1' })),
      accepted: Type.Optional(
        Type.Object({}, { ...open, description: 'Version 2: the requirements that the payer accepted' }),
      ),
      resource: Type.Optional(
        Type.Object({}, { ...open, description: 'Version 2: url and words of what is paid for' }),
      ),
      extensions: Type.Optional(
        Type.Object({}, { ...open, description: 'Version 2: extensions of the protocol, see /supported' }),
      ),
      payload: Type.Union([Type.String(), Type.Object({}, open)], {
        description: "The scheme's signed object, as it is or as base64 of its JSON",
      }),
    },
    open,
  ),
);

export const PaymentRequest = model(
  'PaymentRequest',
  Type.Object(
    {
      x402Version: Type.Optional(version),
      paymentPayload: ref(PaymentPayload),
      paymentRequirements: ref(PaymentRequirements),
    },
    open,
  ),
);

const reason = 'x402 code, in the words of the version that was asked; empty when all is well';

export const VerifyResult = model(
  'VerifyResult',
  strictObject({
    isValid: Type.Boolean(),
    invalidReason: Type.String({ description: reason }),
    invalidMessage: Type.Optional(Type.String({ description: 'For people' })),
    payer: Type.String({ description: 'Empty unless valid' }),
    timestamp: Type.Integer({ description: 'Unix seconds' }),
    cachedResult: Type.Boolean({ description: 'An answer given moments ago to the same request' }),
  }),
);

export const SettleResult = model(
  'SettleResult',
  strictObject({
    success: Type.Boolean({ description: 'Said once for one payment: deliver on it' }),
    transaction: Type.String({ description: 'Transaction hash; empty when nothing was sent' }),
    errorReason: Type.String({ description: reason }),
    errorMessage: Type.Optional(Type.String({ description: 'For people' })),
    network: Type.String({ description: 'As the caller spelled it' }),
    payer: Type.String(),
    amount: Type.Optional(Type.String({ description: 'Atomic units that moved' })),
    blockNumber: Type.Integer({ minimum: 0 }),
    timestamp: Type.String({ format: 'date-time' }),
  }),
);

const requirementsExample = {
  scheme: 'exact',
  network: 'base-sepolia',
  maxAmountRequired: '1000000',
  resource: '/api/protected',
  description: 'Access to protected endpoint',
  mimeType: 'application/json',
  payTo: '0x209693Bc6afc0C5328bA36FaF03C514EF312287C',
  maxTimeoutSeconds: 60,
  asset: '0x036CbD53842c5426634e7929541eC2318f3dCF7e',
  x402Version: 1,
  extra: { name: 'USDC', version: '2' },
};

const payer = '0x857b06519E91e3A54538791bDbb0E22373e36b66';

const requestExample = {
  x402Version: 1,
  paymentPayload: {
    x402Version: 1,
    scheme: 'exact',
    network: 'base-sepolia',
    payload: {
      signature: `0x${'2d6a7588d6acca505cbf0d9a4a227e0c52c6c34008c8e8986a1283259764173d'.repeat(2)}1b`,
      authorization: {
        from: payer,
        to: requirementsExample.payTo,
        value: '1000000',
        validAfter: '1740672089',
        validBefore: '1740672154',
        nonce: '0xf3746613c2d920b5fdabc0856f2aeb2d4f88ee6037b8cc5d04a71a4462f13480',
      },
    },
  },
  paymentRequirements: requirementsExample,
};

export const verifyPayment = operation({
  id: 'verifyPayment',
  plane,
  method: 'POST',
  path: '/api/v1/verify',
  tag: 'Payments',
  summary: 'Verifies a payment against requirements; settles nothing',
  description:
    'A payment that breaks a rule is answered with 200 and isValid false. 500 means that nobody could tell: the payment may be good. The header EXTENSION-RESPONSES (base64 of JSON) says what became of the extension bazaar.',
  auth: 'client',
  scope: 'verify',
  asksOnly: true,
  body: ref(PaymentRequest),
  success: { status: 200, description: 'The verdict', schema: ref(VerifyResult) },
  errors: ['INVALID_REQUEST', 'INVALID_PAYLOAD', 'FORBIDDEN', 'CONFLICT', 'VERIFICATION_FAILED'],
  examples: {
    body: requestExample,
    response: { isValid: true, invalidReason: '', payer, timestamp: 1712345678, cachedResult: false },
  },
});

export const settlePayment = operation({
  id: 'settlePayment',
  plane,
  method: 'POST',
  path: '/api/v1/settle',
  tag: 'Payments',
  summary: 'Verifies a payment and settles it on the chain, once',
  description:
    'success true is said once for one payment. A repeated call answers duplicate_settlement with the transaction; an outcome that is not known yet answers settlement_pending (version 1: unexpected_settle_error) with the hash: ask again. With an Idempotency-Key header the same call answers the same success again. What the payment offers by the extension bazaar (version 1: outputSchema) is listed under /discovery with its success; the header EXTENSION-RESPONSES tells.',
  auth: 'client',
  scope: 'settle',
  headers: Type.Object({
    'idempotency-key': Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 255,
        description: 'Repeats of this call answer as the first did',
      }),
    ),
  }),
  body: ref(PaymentRequest),
  success: { status: 200, description: 'The outcome', schema: ref(SettleResult) },
  errors: ['INVALID_REQUEST', 'INVALID_PAYLOAD', 'FORBIDDEN', 'CONFLICT', 'SETTLEMENT_FAILED'],
  examples: {
    body: requestExample,
    response: {
      success: true,
      transaction: '0x89c91c789e57059b17285e7ba1716a1f5ff4c5dace0ea5a5135f26158d0421b9',
      errorReason: '',
      network: 'base-sepolia',
      payer,
      amount: '1000000',
      blockNumber: 12345678,
      timestamp: '2025-04-07T12:00:00.000Z',
    },
  },
});

export const operations = [verifyPayment, settlePayment] as const;
