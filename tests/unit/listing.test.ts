import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  isValidIconUrl,
  isValidRouteTemplate,
  sanitizeResourceServiceMetadata,
} from '@x402/extensions/bazaar';
import { catalogueName, isIconUrl, isRouteTemplate, listingFacts, wordsOf } from '#src/core/listing.ts';

it.each([
  ['/users/:id', true],
  ['/weather/:country/:city', true],
  ['/a%20b', true],
  ['users', false],
  ['/', false],
  ['/../etc', false],
  ['/%2e%2e/etc', false],
  ['/%252e%252e/etc', false],
  ['/%25252525252525252e', false],
  ['/x://evil', false],
  ['/x%3a%2f%2fevil', false],
  ['/%zz', false],
  ['/a b', false],
  ['/a?b', false],
  [`/${'a'.repeat(2_000)}`, false],
  [7, false],
])('route template %j: %s', (template, good) => {
  expect(isRouteTemplate(template)).toBe(good);
});

it.each([
  ['https://example.com/icon.png', true],
  ['http://example.com', true],
  ['ftp://example.com/i', false],
  ['javascript:alert(1)', false],
  ['data:image/png;base64,AAAA', false],
  ['https://user:pw@example.com/i', false],
  ['https://127.0.0.1/i', false],
  ['https://2130706433/i', false],
  ['https://0x7f000001/i', false],
  ['https://[::1]/i', false],
  ['https://localhost/i', false],
  ['https://localhost./i', false],
  ['https://app.localhost/i', false],
  ['https://ｌｏｃａｌｈｏｓｔ/i', false],
  ['https://ip6-loopback/i', false],
  ['https://example.com/\ni', false],
  [`https://example.com/${'a'.repeat(2_048)}`, false],
  [undefined, false],
])('icon %j: %s', (url, good) => {
  expect(isIconUrl(url)).toBe(good);
});

it('keeps of names and tags what the official facilitator keeps', () => {
  const text = fc.oneof(fc.string({ maxLength: 40 }), fc.string({ unit: 'binary', maxLength: 8 }));
  const told = fc.record({
    serviceName: fc.oneof(text, fc.integer()),
    tags: fc.array(fc.oneof(text, fc.integer())),
  });
  fc.assert(
    fc.property(told, (resource) => {
      const official = sanitizeResourceServiceMetadata(resource as never);
      const { serviceName, tags } = listingFacts(resource);
      expect({ serviceName, tags }).toEqual({ serviceName: official.serviceName, tags: official.tags });
    }),
  );
});

it('lets no route template or icon pass that the official facilitator refuses', () => {
  const part = fc.constantFrom(
    '/',
    ':',
    '.',
    '..',
    '%2e',
    '%252e',
    '%',
    'a',
    'é',
    '//',
    'http',
    '@',
    '1',
    '[',
  );
  const text = fc.array(part, { maxLength: 12 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, (rest) => {
      if (isRouteTemplate(`/${rest}`)) expect(isValidRouteTemplate(`/${rest}`)).toBe(true);
      if (isIconUrl(`https://${rest}`)) expect(isValidIconUrl(`https://${rest}`)).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});

it.each([
  ['https://API.example.com/a?b=1#c', null, 'https://api.example.com/a'],
  ['https://example.com', null, 'https://example.com/'],
  ['https://example.com/users/7', '/users/:id', 'https://example.com/users/:id'],
  ['https://example.com/users/7', '/../x', 'https://example.com/users/7'],
  ['/api/premium-data?x=1', null, '/api/premium-data'],
  ['', null, ''],
])('%s with the template %s is called %s', (resource, template, name) => {
  expect(catalogueName(resource, template)).toBe(name);
});

it('finds words in texts and objects, each once and bounded', () => {
  expect(wordsOf('https://a.example/Weather', { tags: ['weather', 'Zürich'] })).toBe(
    'https a example weather tags zürich',
  );
  expect(wordsOf(Array.from({ length: 5_000 }, (_, i) => `w${i}`)).split(' ')).toHaveLength(300);
});
