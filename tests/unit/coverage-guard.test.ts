import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Type } from '@sinclair/typebox';
import { expect, onTestFinished, test } from 'vitest';
import { operation } from '#schemas/kit/operation.ts';
import type { PlaneDefinition } from '#schemas/kit/plane.ts';
import { gapsOf, readAnswers } from '#tests/kit/coverage.ts';

const plane: PlaneDefinition = {
  name: 'post',
  title: 'Post',
  description: 'Letters',
  tags: { Letters: 'All of them' },
  prefixes: ['/letters'],
  fallback: true,
  errorBody: Type.Object({}),
  codes: { GONE: 410, LATE: 429, BROKEN: 500, STRANGER: 401 },
  errorExample: (code) => ({ code }),
  auth: { key: { security: {}, errors: ['STRANGER'] } },
  added: { always: ['BROKEN'], limited: ['LATE'], scoped: [], input: [], body: [] },
  bodyLimit: 1,
};
const read = operation({
  id: 'readLetter',
  plane: 'post',
  method: 'GET',
  path: '/letters',
  tag: 'Letters',
  auth: 'key',
  summary: 'Reads a letter',
  success: { status: 200, description: 'The letter', schema: Type.Object({}) },
  errors: ['GONE'],
  examples: { response: {} },
});
const catalogue = { planes: [plane], operations: [read] };
const all = [
  'readLetter 200 ok',
  'readLetter 410 GONE',
  'readLetter 429 LATE',
  'readLetter 500 BROKEN',
  'readLetter 401 STRANGER',
];

test('is content with everything reached', () => {
  expect(gapsOf(catalogue, new Set(all))).toEqual([]);
});

test('names what was not reached, and what was not declared', () => {
  expect(gapsOf(catalogue, new Set())).toEqual([
    'no test reaches readLetter 200 ok',
    'no test reaches GONE of readLetter',
    'no test reaches BROKEN on any operation of post',
    'no test reaches LATE on any operation of post',
    'no test reaches STRANGER on any operation of post',
  ]);
  expect(gapsOf(catalogue, new Set([...all, 'readLetter 418 TEAPOT']))).toEqual([
    'not declared: readLetter 418 TEAPOT',
  ]);
  // The right code with the wrong status is another answer.
  const wrong = all.map((line) => line.replace('410', '404'));
  expect(gapsOf(catalogue, new Set(wrong))).toEqual([
    'no test reaches GONE of readLetter',
    'not declared: readLetter 404 GONE',
  ]);
});

test('reads the notes of all workers', () => {
  const dir = mkdtempSync(join(tmpdir(), 'chronos-answers-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  writeFileSync(join(dir, 'answers-1.txt'), `${all[0]}\n${all[1]}\n`);
  writeFileSync(join(dir, 'answers-2.txt'), `${all[1]}\n`);
  expect([...readAnswers(dir)]).toEqual([all[0], all[1]]);
  expect(readAnswers(join(dir, 'nowhere')).size).toBe(0);
});
