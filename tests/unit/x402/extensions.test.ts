import {
  BuilderCodeFacilitatorExtension,
  isValidPaymentId,
  parseBuilderCodeSuffixFromCalldata,
} from '@x402/extensions';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { builderSuffix } from '#src/x402/builder-code.ts';
import { readIdentifier } from '#src/x402/payment-identifier.ts';

const code = fc.stringMatching(/^[a-z0-9_]{1,32}$/);
const junk = fc.oneof(fc.string(), fc.integer(), fc.constant(null), fc.constant('A'.repeat(40)));

describe('builder-code', () => {
  it('appends what the official facilitator appends', () => {
    const info = fc.record(
      { a: fc.oneof(code, junk), s: fc.oneof(code, junk, fc.array(fc.oneof(code, junk), { maxLength: 30 })) },
      { requiredKeys: [] },
    );
    const told = fc.oneof(info, junk, fc.constant([]));
    fc.assert(
      fc.property(told, fc.option(code), fc.constantFrom(1 as const, 2 as const), (data, own, version) => {
        const extensions = { 'builder-code': { info: data } };
        const official = new BuilderCodeFacilitatorExtension(own === null ? {} : { builderCode: own });
        const expected = official.buildDataSuffix({
          paymentPayload: { x402Version: version, extensions },
          paymentRequirements: {},
        } as never);
        expect(builderSuffix({ version, extensions }, own)).toBe(expected ?? null);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is read back whole from call data', () => {
    const extensions = { 'builder-code': { info: { a: 'shop', s: ['one', 'two'] } } };
    const suffix = builderSuffix({ version: 2, extensions }, 'chronos') ?? '0x';
    expect(parseBuilderCodeSuffixFromCalldata(`0xabcdef${suffix.slice(2)}`)).toEqual({
      a: 'shop',
      w: 'chronos',
      s: ['one', 'two'],
    });
    expect(builderSuffix({ version: 2, extensions: {} }, null)).toBeNull();
  });
});

describe('payment-identifier', () => {
  const read = (told: unknown) => readIdentifier({ 'payment-identifier': told });

  it('takes the names that the official packages take, and no others', () => {
    const name = fc.oneof(fc.stringMatching(/^[a-zA-Z0-9_-]{0,140}$/), fc.string({ maxLength: 40 }));
    fc.assert(
      fc.property(name, (id) => {
        const found = read({ info: { required: false, id } });
        if (isValidPaymentId(id)) expect(found).toBe(id);
        else expect(found).toMatchObject({ valid: false, reason: 'invalid_payload' });
      }),
    );
  });

  it('is none when it is only offered, and missed when it is required', () => {
    expect(readIdentifier({})).toBeNull();
    expect(read({ info: { required: false } })).toBeNull();
    for (const bad of [{ info: { required: true } }, { info: { id: 7 } }, { info: null }, {}, 'x', null]) {
      expect(read(bad), JSON.stringify(bad)).toMatchObject({ valid: false, reason: 'invalid_payload' });
    }
  });
});
