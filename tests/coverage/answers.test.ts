import { expect, inject, it } from 'vitest';
import { operations, planes } from '#schemas/index.ts';
import { gapsOf, readAnswers } from '#tests/kit/coverage.ts';

// Runs after all others and judges what they have reached: it needs the whole suite.
it('every success and every declared error has a test that reaches it', () => {
  const answers = readAnswers(inject('runDir'));
  expect(answers.size).toBeGreaterThan(operations.length);
  expect(gapsOf({ planes, operations }, answers)).toEqual([]);
});
