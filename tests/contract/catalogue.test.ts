import { Type } from '@sinclair/typebox';
import { describe, expect, it } from 'vitest';
import { operations, planes } from '#schemas/index.ts';
import { model, models } from '#schemas/kit/model.ts';
import type { Operation } from '#schemas/kit/operation.ts';
import { faultsOf } from '#tests/kit/catalogue.ts';

const withBody = operations.find((op) => op.body && op.method === 'POST')!;
const withParams = operations.find((op) => op.params)!;

describe('the catalogue', () => {
  it('is not empty, nor is any plane of it', () => {
    expect(operations.length).toBeGreaterThan(20);
    for (const { name } of planes) {
      expect(operations.filter(({ plane }) => plane === name).length, name).toBeGreaterThan(5);
    }
  });

  it('is sound: names, words, auth, errors, schemas, examples', () => {
    expect(faultsOf({ planes, operations })).toEqual([]);
  });

  it('names each shape once', () => {
    const [first] = models();
    expect(() => model(first!.$id!, Type.Object({}))).toThrow('defined twice');
  });
});

describe('its guard', () => {
  const number = Type.Object({ amount: Type.Number() }, { additionalProperties: false });
  const planted: [fault: string, of: Operation, change: Partial<Operation>][] = [
    ['is there twice', withBody, { path: '/api/v1/elsewhere' }],
    ['is there twice', withBody, { id: 'somethingElse' }],
    ['id is not camelCase', withBody, { id: 'not-camel' }],
    ['summary is missing', withBody, { summary: '' }],
    ['is unknown to its plane', withBody, { auth: 'nobody' }],
    ['has no words in its plane', withBody, { tag: 'Nowhere' }],
    ['error NO_SUCH is unknown', withBody, { errors: ['NO_SUCH'] }],
    ['path names other parameters', withParams, { path: '/api/v1/elsewhere/:other' }],
    ['plane nowhere is unknown', withBody, { plane: 'nowhere' }],
    [
      'belongs to another plane',
      withBody,
      { path: '/elsewhere', plane: planes.find((p) => !p.fallback)!.name },
    ],
    [
      'body lets unknown fields pass',
      withBody,
      { body: Type.Object({}), examples: { response: {}, body: {} } },
    ],
    ['is money as a JSON number', withBody, { body: number }],
    ['the body does not fit', withBody, { examples: { ...withBody.examples, body: 7 } }],
    ['the answer does not fit', withBody, { examples: { ...withBody.examples, response: 7 } }],
    ['params does not fit', withParams, { examples: { ...withParams.examples, params: {} } }],
  ];

  it.each(planted)('says "%s"', (fault, of, change) => {
    const faults = faultsOf({ planes, operations: [...operations, { ...of, ...change }] });
    expect(faults.join('\n')).toContain(fault);
  });
});
