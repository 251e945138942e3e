import { type Case, with3009, withPermit2 } from './payers.ts';

const identifier = (info: object) => ({ 'payment-identifier': { info } });
const info = { input: { type: 'http', method: 'GET' } };

const named =
  'a name that is none (or missing though the merchant requires it) can’t tell a repeat from another payment';

/** Extensions of version 2: they add to a payment and take nothing away. */
export const extensionsV2: readonly Case[] = [
  {
    name: 'a payment-identifier',
    body: with3009({ extensions: identifier({ required: true, id: 'pay_0123456789abcdef' }) }),
    official: 'valid',
  },
  {
    name: 'a payment-identifier that is only offered',
    body: with3009({ extensions: identifier({ required: false }) }),
    official: 'valid',
  },
  {
    name: 'a payment-identifier of five characters',
    body: with3009({ extensions: identifier({ required: false, id: 'short' }) }),
    official: 'valid',
    ours: 'invalid_payload',
    why: named,
  },
  {
    name: 'a payment-identifier that is required and missing',
    body: with3009({ extensions: identifier({ required: true }) }),
    official: 'valid',
    ours: 'invalid_payload',
    why: named,
  },
  {
    name: 'a builder-code',
    body: with3009({ extensions: { 'builder-code': { info: { a: 'shop', s: ['sdk'] } } } }),
    official: 'valid',
  },
  {
    name: 'a builder-code that is none',
    body: with3009({ extensions: { 'builder-code': { info: { a: 'NO SHOP', s: 7 } } } }),
    official: 'valid',
  },
  {
    name: 'an offer to the Bazaar',
    body: with3009({
      extensions: { bazaar: { info, schema: { type: 'object' } } },
      outer: { resource: { url: 'https://example.com/a' } },
    }),
    official: 'valid',
  },
  {
    name: 'an offer to the Bazaar with a schema from elsewhere',
    body: with3009({ extensions: { bazaar: { info, schema: { $ref: 'https://evil.example/s' } } } }),
    official: 'valid',
  },
  {
    name: 'an extension that nobody knows',
    body: with3009({ extensions: { 'x-unknown': { info: {} } } }),
    official: 'valid',
  },
  {
    name: 'by Permit2, with all of them',
    body: withPermit2({
      extensions: {
        ...identifier({ required: true, id: 'pay_0123456789abcdef' }),
        'builder-code': { info: { a: 'shop' } },
        bazaar: { info, schema: {} },
      },
    }),
    official: 'valid',
  },
];
