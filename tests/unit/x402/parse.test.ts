import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { parsePaymentRequest } from '#src/x402/parse.ts';
import { sameJson } from '#src/x402/fields.ts';
import { bodyV1, bodyV2, engine } from './fixtures.ts';

const v2 = await bodyV2();
const v1 = await bodyV1();
const at = (body: unknown, path: string, value: unknown) => {
  const copy = structuredClone(body) as Record<string, never>;
  const keys = path.split('.');
  const last = keys.pop() as string;
  let place: Record<string, unknown> = copy;
  for (const key of keys) place = place[key] as Record<string, unknown>;
  if (value === undefined) delete place[last];
  else place[last] = value;
  return copy;
};

describe('request bodies', () => {
  it.each([
    ['paymentPayload', undefined],
    ['paymentPayload', 'text'],
    ['paymentRequirements', []],
    ['paymentPayload.accepted', undefined],
    ['paymentPayload.accepted.scheme', 7],
    ['paymentRequirements.asset', '0x1234'],
    ['paymentRequirements.payTo', '0xMerchantAddress'],
    ['paymentRequirements.amount', 10000],
    ['paymentRequirements.amount', '0x10'],
    ['paymentRequirements.amount', '010'],
    ['paymentRequirements.amount', '-1'],
    ['paymentRequirements.amount', ' 1'],
    ['paymentRequirements.amount', `${2n ** 256n}`],
    ['paymentRequirements.extra', 'USDC'],
    ['paymentRequirements.maxTimeoutSeconds', '60'],
    ['paymentPayload.payload', undefined],
  ])('%s = %j is an invalid request that names the field', (path, value) => {
    expect(parsePaymentRequest(at(v2, path, value))).toMatchObject({ fault: 'invalid_request', field: path });
  });

  it.each([
    ['payload', 'not base64!'],
    ['payload', Buffer.from('[]').toString('base64')],
    ['payload', Buffer.from('{').toString('base64')],
    ['payload', {}],
    ['payload.signature', '0xzz'],
    ['payload.signature', `0x${'00'.repeat(8193)}`],
    ['payload.authorization', null],
    ['payload.authorization.from', 'alice'],
    ['payload.authorization.value', 5],
    ['payload.authorization.value', '1e3'],
    ['payload.authorization.validAfter', ''],
    ['payload.authorization.validBefore', '٣'],
    ['payload.authorization.nonce', '0x12'],
  ])('%s = %j is an invalid payload', async (path, value) => {
    const { verify } = engine();
    expect(await verify(at(v2, `paymentPayload.${path}`, value))).toMatchObject({ fault: 'invalid_payload' });
  });

  it('needs a version somewhere, one it knows, and one alone', () => {
    const inside = at(v1, 'x402Version', undefined);
    expect(parsePaymentRequest(inside)).toMatchObject({ version: 1 });
    expect(parsePaymentRequest(at(inside, 'paymentPayload.x402Version', undefined))).toMatchObject({
      fault: 'invalid_request',
      field: 'x402Version',
    });
    for (const odd of [at(v1, 'x402Version', 2), at(inside, 'paymentPayload.x402Version', 3)]) {
      expect(parsePaymentRequest(odd)).toMatchObject({ reason: 'invalid_x402_version' });
    }
  });

  it('never throws, whatever it is given', () => {
    const keys = fc.constantFrom(
      'x402Version',
      'paymentPayload',
      'paymentRequirements',
      'accepted',
      'payload',
    );
    const body = fc.dictionary(keys, fc.jsonValue());
    fc.assert(fc.property(fc.oneof(body, fc.jsonValue()), (value) => void parsePaymentRequest(value)));
  });
});

describe('equality of JSON', () => {
  it('ignores the order of keys and nothing else', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        const text = JSON.stringify(value);
        expect(sameJson(value, JSON.parse(text))).toBe(true);
        expect(sameJson([value], [value, value])).toBe(false);
      }),
    );
    expect(sameJson({ a: 1, b: [2] }, { b: [2], a: 1 })).toBe(true);
    expect(sameJson({ a: 1 }, { a: 1, b: undefined })).toBe(false);
  });

  it('gives up on nesting that no caller needs', () => {
    const deep = (n: number): unknown => (n === 0 ? 1 : [deep(n - 1)]);
    expect(sameJson(deep(40), deep(40))).toBe(false);
  });
});
