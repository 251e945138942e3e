import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const script = new URL('../../src/scripts/prune.mjs', import.meta.url).href;
const { shortened } = (await import(script)) as { shortened(exports: object): object };

const usual = (path: string) => ({
  import: { types: `${path}.d.ts`, default: `${path}.js` },
  require: { types: `${path}.d.cts`, default: `${path}.cjs` },
  types: `${path}.d.ts`,
  default: `${path}.js`,
});
const short = (path: string) => {
  const { import: _same, ...rest } = usual(path);
  return rest;
};

test('exports keep what they say', () => {
  const odd = { import: './odd.mjs', default: './odd.js' };
  expect(
    shortened({
      '.': usual('./index'),
      './a': usual('./a'),
      './b/c': usual('./b/c'),
      './d': usual('./d/index'),
      './odd': odd,
    }),
  ).toEqual({ '.': short('./index'), './d': short('./d/index'), './odd': odd, './*': short('./*') });
});

test('the installed drizzle-orm has the short form', () => {
  const text = readFileSync(join(import.meta.dirname, '../../node_modules/drizzle-orm/package.json'), 'utf8');
  expect(text.length).toBeLessThan(30_000);
});
