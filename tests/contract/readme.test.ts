import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { withEnvTable } from '#src/config/table.ts';

test('the table of variables in README.md is the one of the schema (npm run readme)', () => {
  const text = readFileSync('README.md', 'utf8');
  expect(text).toBe(withEnvTable(text));
});
