import { describe, expect, it } from 'vitest';
import {
  declareDiscoveryExtension,
  extractDiscoveryInfoV1,
  validateDiscoveryExtension,
} from '@x402/extensions/bazaar';
import { readOffer } from '#src/x402/bazaar/offer.ts';
import { outputInfo } from '#src/x402/bazaar/version-1.ts';

const accepted = {
  scheme: 'exact',
  network: 'eip155:84532',
  amount: '10000',
  asset: '0x036CbD53842c5426634e7929541eC2318f3dCF7e',
  payTo: '0x209693Bc6afc0C5328bA36FaF03C514EF312287C',
  maxTimeoutSeconds: 60,
  extra: { name: 'USDC', version: '2' },
};
const resource = {
  url: 'https://api.example.com/weather/bern?unit=c',
  description: 'Weather',
  mimeType: 'application/json',
  serviceName: 'Example',
  tags: ['weather'],
  iconUrl: 'https://example.com/i.png',
};
const declared = declareDiscoveryExtension({
  input: { unit: 'c' },
  inputSchema: { properties: { unit: { type: 'string' } }, required: ['unit'] },
  output: { example: { degrees: 21 } },
})['bazaar'] as { info: { input: Record<string, unknown> }; schema: Record<string, unknown> };
const good = { ...declared, info: { ...declared.info, input: { ...declared.info.input, method: 'GET' } } };
const info = { input: { type: 'http', method: 'GET' } };

const body = (bazaar: unknown, change: Record<string, unknown> = {}) => ({
  x402Version: 2,
  paymentPayload: { x402Version: 2, accepted, resource: { ...resource, ...change }, extensions: { bazaar } },
  paymentRequirements: accepted,
});
const reasonOf = (bazaar: unknown, change?: Record<string, unknown>) => {
  const read = readOffer(body(bazaar, change));
  return read && 'rejected' in read ? read.rejected : 'listed';
};

describe('an offer of version 2', () => {
  it('is read from what the official server declares', () => {
    expect(validateDiscoveryExtension(good as never).valid).toBe(true);
    expect(readOffer(body(good))).toEqual({
      resource: 'https://api.example.com/weather/bern',
      type: 'http',
      x402Version: 2,
      action: 'GET',
      accept: accepted,
      facts: {
        description: 'Weather',
        mimeType: 'application/json',
        serviceName: 'Example',
        tags: ['weather'],
        iconUrl: 'https://example.com/i.png',
      },
      extensions: { bazaar: { info: good.info, schema: good.schema } },
    });
  });

  it('is listed by the template of its route, if that is one', () => {
    expect(readOffer(body({ ...good, routeTemplate: '/weather/:city' }))).toMatchObject({
      resource: 'https://api.example.com/weather/:city',
      extensions: { bazaar: { routeTemplate: '/weather/:city' } },
    });
    const poisoned = readOffer(body({ ...good, routeTemplate: '/%252e%252e/admin' }));
    expect(poisoned).toMatchObject({ resource: 'https://api.example.com/weather/bern' });
    expect(JSON.stringify(poisoned)).not.toContain('252e');
  });

  it('may be a tool', () => {
    const input = { type: 'mcp', toolName: 'weather', inputSchema: { type: 'object' } };
    expect(readOffer(body({ info: { input }, schema: {} }))).toMatchObject({
      type: 'mcp',
      action: 'weather',
    });
  });

  it('is none without the extension', () => {
    expect(readOffer({ paymentPayload: { accepted }, paymentRequirements: accepted })).toBeNull();
    for (const junk of [null, 7, [], {}, { paymentPayload: [] }]) expect(readOffer(junk)).toBeNull();
  });

  it('drops what may not be shown', () => {
    const read = readOffer(
      body(good, { serviceName: 'a\u0007', tags: ['ok', 'OK', 'ü', 7], iconUrl: 'https://localhost/i' }),
    );
    expect(read).toMatchObject({ facts: { tags: ['ok'] } });
    expect(Object.keys((read as { facts: object }).facts)).toEqual(['description', 'mimeType', 'tags']);
  });

  const nested = (depth: number): object => (depth === 0 ? {} : { not: nested(depth - 1) });
  it.each([
    ['no object', 'x', 'info must be an object'],
    ['info missing', { schema: {} }, 'info must be an object'],
    ['input missing', { info: {}, schema: {} }, 'info.input must be an object'],
    ['another type', { info: { input: { type: 'ftp' } }, schema: {} }, 'info.input.type must be http or mcp'],
    [
      'another method',
      { info: { input: { type: 'http', method: 'TRACE' } }, schema: {} },
      'method must be one of',
    ],
    [
      'a body with GET',
      { info: { input: { type: 'http', method: 'GET', bodyType: 'json' } }, schema: {} },
      'method must be one of POST',
    ],
    [
      'a body of another type',
      { info: { input: { type: 'http', bodyType: 'xml' } }, schema: {} },
      'bodyType',
    ],
    ['a tool without name', { info: { input: { type: 'mcp', inputSchema: {} } }, schema: {} }, 'toolName'],
    ['a tool without schema', { info: { input: { type: 'mcp', toolName: 'a' } }, schema: {} }, 'inputSchema'],
    [
      'another transport',
      { info: { input: { type: 'mcp', toolName: 'a', inputSchema: {}, transport: 'x' } }, schema: {} },
      'transport',
    ],
    ['no schema', { info }, 'schema must be an object'],
    [
      'info that does not fit',
      { ...good, info: { input: { ...good.info.input, queryParams: {} } } },
      'must have required property',
    ],
    ['no schema of any draft', { info, schema: { type: 'nonsense' } }, 'the schema is not valid'],
    ['another draft', { info, schema: { $schema: 'https://evil.example/s' } }, 'the schema is not valid'],
    ['a far reference', { info, schema: { $ref: 'https://evil.example/s.json' } }, 'outside'],
    ['a file', { info, schema: { allOf: [{ $ref: 'file:///etc/passwd' }] } }, 'outside'],
    ['a relative reference', { info, schema: { $ref: 'other.json' } }, 'outside'],
    ['a far dynamic reference', { info, schema: { $dynamicRef: 'https://evil.example' } }, 'outside'],
    ['a name of its own', { info, schema: { $id: 'https://evil.example/s' } }, 'outside'],
    ['a reference that is no text', { info, schema: { $ref: { a: 1 } } }, 'outside'],
    ['too much', { info, schema: { description: 'x'.repeat(17_000) } }, 'at most 16384'],
    ['too deep', { info, schema: nested(40) }, 'deeper than 32'],
    [
      'a slow pattern',
      {
        info: { input: { ...info.input, queryParams: { q: `${'a'.repeat(60)}!` } } },
        schema: {
          properties: {
            input: {
              properties: { queryParams: { properties: { q: { pattern: '^(([a-z])+.)+[A-Z]([a-z])+$' } } } },
            },
          },
        },
      },
      'too long to check',
    ],
  ])('is refused with %s', (_, bazaar, reason) => {
    const started = performance.now();
    expect(reasonOf(bazaar)).toContain(reason);
    expect(performance.now() - started).toBeLessThan(1_000);
  });

  it('takes references inside of the schema, as the official facilitator does', () => {
    const schema = { $defs: { i: { type: 'object' } }, properties: { input: { $ref: '#/$defs/i' } } };
    expect(reasonOf({ info, schema })).toBe('listed');
    expect(validateDiscoveryExtension({ info, schema } as never).valid).toBe(true);
  });

  it.each([
    '',
    '/relative',
    'ftp://example.com/a',
    'https://u:p@example.com/a',
    `https://e.com/${'a'.repeat(3_000)}`,
  ])('is refused for the resource %s', (url) => {
    expect(reasonOf(good, { url })).toContain('absolute http');
  });
});

describe('an offer of version 1', () => {
  const requirements = (outputSchema: unknown) => ({
    scheme: 'exact',
    network: 'base-sepolia',
    maxAmountRequired: '10000',
    asset: accepted.asset,
    payTo: accepted.payTo,
    resource: 'https://api.example.com/v1/report?x=1',
    description: 'A report',
    mimeType: 'application/json',
    outputSchema,
  });

  it('is read from outputSchema', () => {
    const asked = requirements({
      input: { type: 'http', method: 'get', query: { q: 'x' } },
      output: { a: 1 },
    });
    expect(readOffer({ paymentPayload: { x402Version: 1 }, paymentRequirements: asked })).toMatchObject({
      resource: 'https://api.example.com/v1/report',
      x402Version: 1,
      action: 'GET',
      accept: { maxAmountRequired: '10000' },
      facts: { description: 'A report' },
    });
  });

  it.each([
    { input: { type: 'http', method: 'get', query: { q: 'x' } }, output: { a: 1 } },
    { input: { type: 'http', method: 'POST', bodyFields: { a: 1 }, body_type: 'multipart/form' } },
    { input: { type: 'http', method: 'PUT', bodyType: 'text/plain', headers: { h: 'x' } } },
    { input: { type: 'http', method: 'DELETE', discoverable: true } },
    { input: { type: 'http', method: 'GET', discoverable: false } },
    { input: { type: 'http', method: 'TRACE' } },
    { input: { type: 'mcp', method: 'GET' } },
    { input: null },
    null,
  ])('is what the official facilitator reads of %j', (outputSchema) => {
    expect(outputInfo(outputSchema)).toEqual(extractDiscoveryInfoV1({ outputSchema } as never));
  });
});
