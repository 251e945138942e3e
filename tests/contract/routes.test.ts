import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operations, planes } from '#schemas/index.ts';
import { errorKinds, fail } from '#src/core/errors.ts';
import type { Plane } from '#src/http/plane.ts';
import { bootApp, type TestApp } from '#tests/kit/app.ts';
import { misfit } from '#tests/kit/catalogue.ts';

let booted: TestApp;

beforeAll(async () => {
  booted = await bootApp();
});
afterAll(() => booted.close());

describe('the app', () => {
  it('serves every operation of the catalogue, and nothing else', () => {
    const served = booted.runtime.planes.flatMap(({ routes }) => routes.map(({ operation }) => operation));
    expect(served.map(({ id }) => id).toSorted()).toEqual(operations.map(({ id }) => id).toSorted());
    for (const op of operations) {
      expect(served, op.id).toContain(op);
      expect(booted.app.hasRoute({ method: op.method, url: op.path }), op.id).toBe(true);
    }
  });

  it('compiles every validator and serialiser', async () => {
    await expect(booted.app.warmUp()).resolves.toBeUndefined();
  });

  it('leads from / to the documentation', async () => {
    const { statusCode, headers } = await booted.app.inject({ url: '/' });
    expect([statusCode, headers.location]).toEqual([302, '/docs']);
  });

  it('answers with the documents that lie in openapi/', async () => {
    const read = async (url: string) => (await booted.app.inject({ url })).json() as { paths: object };
    const whole = await read('/openapi.json');
    const paths = operations.map(({ path }) => path.replaceAll(/:([A-Za-z]+)/g, '{$1}'));
    expect(Object.keys(whole.paths).toSorted()).toEqual([...new Set(paths)].toSorted());
    for (const { name } of planes) {
      const slice = await read(`/openapi/${name}.json`);
      expect(Object.keys(slice.paths).length, name).toBeGreaterThan(0);
    }
  });
});

describe('errors', () => {
  const rendered = (plane: Plane) =>
    errorKinds.map((kind) => ({ kind, ...plane.render(fail(kind), { requestId: 'req_1' }) }));

  it('are worded by every plane in its own envelope, with a code and the status it declares', () => {
    expect(errorKinds.length).toBeGreaterThan(20);
    for (const plane of booted.runtime.planes) {
      const { codes, errorBody, name } = plane.definition;
      for (const { kind, status, body } of rendered(plane)) {
        expect(misfit(`${name} ${kind}`, errorBody, body, 'body')).toEqual([]);
        const { code, error } = body as { code?: string; error?: { code: string } };
        expect(codes[code ?? error!.code], `${name} ${kind}`).toBe(status);
      }
    }
  });

  it('never show their cause', () => {
    for (const plane of booted.runtime.planes) {
      for (const kind of errorKinds) {
        const error = fail(kind, { cause: new Error('postgres://hunter2@db/prod at line 7') });
        expect(JSON.stringify(plane.render(error, { requestId: 'req_1' }))).not.toContain('hunter2');
      }
    }
  });
});
