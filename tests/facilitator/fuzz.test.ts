import fc from 'fast-check';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { listDiscoveryResources, searchDiscoveryResources } from '#schemas/facilitator/discovery.ts';
import { settlePayment, verifyPayment } from '#schemas/facilitator/payments.ts';
import { bootApp, type TestApp } from '#tests/kit/app.ts';
import { attempt } from '#tests/kit/call.ts';
import { misfit } from '#tests/kit/catalogue.ts';
import { facilitatorPlane } from '#schemas/facilitator/plane.ts';
import { errorCodesOf } from '#schemas/kit/plane.ts';
import { type Merchant, newMerchant, newPayer, paymentBody, sentBy } from './kit.ts';
import { permit2Body } from './permit2-kit.ts';

vi.setConfig({ testTimeout: 180_000 });

type Json = Record<string, unknown>;

let test: TestApp;
let merchant: Merchant;
/** Payments without money: nothing that is bent can be paid. */
let bodies: Json[];
beforeAll(async () => {
  test = await bootApp();
  merchant = await newMerchant(test.app);
  const { localnet } = test;
  const payer = await newPayer(localnet, 0n);
  const input = { localnet, payer, payTo: merchant.payTo };
  bodies = [
    await paymentBody({ ...input, version: 1 }),
    await paymentBody(input),
    await permit2Body(input),
  ].map((body) => {
    const extensions = {
      bazaar: { info: { input: { type: 'http', method: 'GET' } }, schema: { type: 'object' } },
      'payment-identifier': { info: { required: false, id: 'pay_0123456789abcdef' } },
      'builder-code': { info: { a: 'shop', s: ['sdk'] } },
      eip2612GasSponsoring: { info: { from: payer.address, amount: '1', deadline: '9', signature: '0x' } },
    };
    const resource = { url: 'https://example.com/a', tags: ['a'] };
    return { ...body, paymentPayload: { ...(body.paymentPayload as Json), extensions, resource } };
  });
});
afterAll(() => test.close());

/** Every place of a body, as a path. */
function places(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([name, inner]) => places(inner, [...path, name]))];
}

/** The body with something else, or (undefined) nothing, at a place. */
function bent(value: unknown, [name, ...rest]: string[], other: unknown): unknown {
  if (name === undefined) return other;
  const fields = { ...(value as Json) };
  const inner = bent(fields[name], rest, other);
  if (inner === undefined) delete fields[name];
  else fields[name] = inner;
  return Array.isArray(value) ? Object.values(fields) : fields;
}

const nearMiss = fc.oneof(
  fc.constantFrom(undefined, null, '', '0', '-1', '0x', '0x0', ' 1', '1e3', '١', '\ud800', '__proto__'),
  fc.constantFrom(1, 2, 3, 0, -1, 1.5, 2 ** 53, 1e308, true, false),
  fc.constantFrom('exact', 'upto', 'base-sepolia', 'eip155:84532', 'eip155:1', 'solana'),
  fc.bigInt({ min: 0n, max: 2n ** 257n }).map(String),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => `0x${Buffer.from(bytes).toString('hex')}`),
  fc
    .uint8Array({ maxLength: 40 })
    .map((bytes) => `0x${Buffer.from(bytes).toString('hex')}${'6492'.repeat(16)}`),
  fc.base64String({ maxLength: 200 }),
  fc.string({ unit: 'binary', maxLength: 50 }),
  fc.integer({ min: 100, max: 20_000 }).map((length) => 'x'.repeat(length)),
  fc.json({ maxDepth: 4 }).map((text) => JSON.parse(text) as unknown),
);

const change = fc.tuple(fc.nat(), nearMiss);

/** Bodies that are nearly right, with one to four places bent. */
const nearly = fc.tuple(fc.nat(2), fc.array(change, { minLength: 1, maxLength: 4 })).map(([which, changes]) =>
  changes.reduce<unknown>((body, [place, other]) => {
    const all = places(body);
    return bent(body, all[place % all.length] ?? [], other);
  }, bodies[which]),
);

const asked = [verifyPayment, settlePayment] as const;

/** 200 in its shape, or a declared error in the envelope; never a server error. */
async function expectSane(body: unknown): Promise<void> {
  for (const op of asked) {
    const { status, body: answer } = await attempt(test.app, op, { headers: merchant.headers, body });
    const said = `${op.id} ${status} ${JSON.stringify(answer)}`;
    expect(status, said).toBeLessThan(500);
    const schema = status === 200 ? op.success.schema : facilitatorPlane.errorBody;
    expect(misfit(op.id, schema, answer, 'body'), said).toEqual([]);
    if (status !== 200) expect(errorCodesOf(op, facilitatorPlane), said).toContain(answer['code']);
    else expect(answer['isValid'] ?? answer['success'], said).toBe(false);
  }
}

it('bodies with bent fields are answered sanely, and nothing is sent', async () => {
  const sent = await sentBy(test);
  await fc.assert(fc.asyncProperty(nearly, expectSane), { numRuns: 500 });
  expect((await sentBy(test)) - sent).toBe(0);
});

it('bodies of any JSON are answered sanely', async () => {
  const any = fc.json({ maxDepth: 6 }).map((text) => JSON.parse(text) as unknown);
  const shaped = fc.record({ x402Version: nearMiss, paymentPayload: any, paymentRequirements: any });
  await fc.assert(fc.asyncProperty(fc.oneof(any, shaped), expectSane), { numRuns: 300 });
});

it('payloads of any bytes in base64 are answered sanely', async () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }).map((one) => Buffer.from(one)),
    fc.json().map((text) => Buffer.from(text)),
  );
  const bodyOf = fc.tuple(fc.nat(2), bytes).map(([which, payload]) => {
    const body = bodies[which] as { paymentPayload: Json };
    return { ...body, paymentPayload: { ...body.paymentPayload, payload: payload.toString('base64') } };
  });
  await fc.assert(fc.asyncProperty(bodyOf, expectSane), { numRuns: 200 });
});

it('any questions to the catalogue are answered sanely', async () => {
  const text = fc.oneof(fc.string({ maxLength: 60 }), fc.string({ unit: 'binary', maxLength: 30 }));
  const sharp = fc.constantFrom(
    "'",
    '|',
    ':*',
    '!(a & b)',
    '\\',
    ',',
    'bazaar,',
    '1 2',
    'MSAx',
    '%',
    '\u{1F600}',
    '＇',
  );
  const word = fc.oneof(
    text,
    fc.array(sharp, { maxLength: 5 }).map((parts) => parts.join('a')),
  );
  const cursor = fc.oneof(
    word,
    fc
      .tuple(fc.oneof(fc.float().map(String), word), fc.oneof(fc.nat().map(String), word))
      .map(([rank, id]) => Buffer.from(`${rank} ${id}`).toString('base64url')),
  );
  const query = fc.record(
    {
      query: word,
      type: word,
      scheme: word,
      network: word,
      extensions: word,
      payTo: word,
      cursor,
      limit: word,
    },
    { requiredKeys: ['query'] },
  );
  let answered = 0;
  await fc.assert(
    fc.asyncProperty(query, async (asked) => {
      for (const op of [searchDiscoveryResources, listDiscoveryResources]) {
        const search = new URLSearchParams(asked as Record<string, string>).toString();
        const remoteAddress = `10.1.${(answered >> 6) & 255}.${answered & 63}`;
        const { statusCode, body } = await test.app.inject({ url: `${op.path}?${search}`, remoteAddress });
        answered += 1;
        expect([200, 400], body).toContain(statusCode);
      }
    }),
    { numRuns: 400 },
  );
});
