import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { operations, planes } from '#schemas/index.ts';
import { errorCodesOf } from '#schemas/kit/plane.ts';
import { type OpenApiDocument, type OpenApiOperation, sliceOf } from '#src/http/openapi-document.ts';
import { documents, drift, lint } from '#src/scripts/openapi.ts';

let made: Record<string, string>;
let whole: OpenApiDocument;
let entries: Map<string, { path: string; method: string; entry: OpenApiOperation }>;

beforeAll(async () => {
  made = await documents();
  whole = JSON.parse(made['openapi.json']!) as OpenApiDocument;
  entries = new Map(
    Object.entries(whole.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, entry]) => [entry.operationId, { path, method, entry }] as const),
    ),
  );
});

/** All `$ref`s below a value. */
function refs(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === '$ref' && typeof inner === 'string' ? [inner] : refs(inner),
  );
}

describe('the OpenAPI document', () => {
  it('has every operation of the catalogue and no other', () => {
    expect([...entries.keys()].toSorted()).toEqual(operations.map(({ id }) => id).toSorted());
    for (const op of operations) {
      const { path, method } = entries.get(op.id)!;
      expect(path).toBe(op.path.replaceAll(/:([A-Za-z]+)/g, '{$1}'));
      expect(method).toBe(op.method.toLowerCase());
    }
  });

  it('shows an example of every body and every answer, and every code of every error', () => {
    for (const op of operations) {
      const { entry } = entries.get(op.id)!;
      const plane = planes.find(({ name }) => name === op.plane)!;
      const type = op.success.contentType?.split(';')[0] ?? 'application/json';
      const success = entry.responses[op.success.status]!.content![type]!;
      expect(success.examples, op.id).toEqual({ success: { value: op.examples.response } });
      if (op.body) {
        const body = entry.requestBody!.content['application/json']!;
        expect(body.examples, op.id).toEqual({ request: { value: op.examples.body } });
        expect(entry.requestBody!.required).toBe(!op.optionalBody);
      }
      const told = Object.entries(entry.responses)
        .filter(([status]) => status >= '400')
        .flatMap(([, answer]) => Object.keys(answer.content!['application/json']!.examples!));
      expect(told.toSorted(), op.id).toEqual(errorCodesOf(op, plane).toSorted());
    }
  });

  it('names its components after their shapes and points to nothing that is missing', () => {
    const components = whole.components as Record<string, Record<string, { title?: string }>>;
    for (const [name, schema] of Object.entries(components['schemas']!)) expect(schema.title).toBe(name);
    expect(refs(whole).length).toBeGreaterThan(operations.length);
    for (const ref of refs(whole)) {
      const [, , group, name] = ref.split('/');
      expect(components[group!]?.[name!], ref).toBeDefined();
    }
  });

  it('asks for the credentials and the scope of each operation', () => {
    for (const op of operations) {
      const { security } = entries.get(op.id)!.entry;
      if (op.auth === 'none') expect(security, op.id).toEqual([]);
      else {
        const given = security!.flatMap((scheme) => Object.entries(scheme));
        expect(given.length, op.id).toBeGreaterThan(0);
        for (const [id, scopes] of given) {
          expect(whole.components!.securitySchemes![id]).toBeDefined();
          expect(scopes).toEqual(op.scope ? [op.scope] : []);
        }
      }
    }
  });

  it('gives each plane a slice with its own operations', () => {
    const ids = planes.flatMap((plane) => {
      const slice = JSON.parse(made[`${plane.name}.json`]!) as OpenApiDocument;
      expect(slice).toEqual(JSON.parse(JSON.stringify(sliceOf(whole, plane))));
      return Object.values(slice.paths).flatMap((methods) =>
        Object.values(methods).map(({ operationId }) => {
          expect(operations.find(({ id }) => id === operationId)!.plane).toBe(plane.name);
          return operationId;
        }),
      );
    });
    expect(ids.toSorted()).toEqual(operations.map(({ id }) => id).toSorted());
  });

  it('is what lies in openapi/', () => {
    expect(drift(made)).toEqual([]);
    const changed = { ...made, 'openapi.json': made['openapi.json']!.replace('Chronos', 'Kronos') };
    expect(drift(changed)).toEqual(['openapi.json']);
    expect(drift({ ...made, 'new.json': '{}' })).toEqual(['new.json']);
  });

  it('has the version of the package', () => {
    const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as {
      version: string;
    };
    expect(whole.info).toMatchObject({ title: 'Chronos API', version });
  });
});

describe('the linter', () => {
  it('has nothing to say about any document', async () => {
    for (const text of Object.values(made)) expect(await lint(text)).toEqual([]);
  });

  const plant = (change: (document: OpenApiDocument, first: OpenApiOperation) => void) => {
    const document = structuredClone(whole);
    change(document, Object.values(Object.values(document.paths)[0]!)[0]!);
    return lint(JSON.stringify(document));
  };

  it.each<[rule: string, change: (document: OpenApiDocument, first: OpenApiOperation) => void]>([
    ['no-unresolved-refs', (_, first) => Object.assign(first.responses, { 418: { $ref: '#/nowhere' } })],
    [
      'operation-operationId-unique',
      ({ paths }, first) => {
        for (const other of Object.values(Object.values(paths)[1]!)) other.operationId = first.operationId;
      },
    ],
    ['security-defined', (_, first) => Object.assign(first, { security: [{ Nobody: [] }] })],
    [
      'no-invalid-media-type-examples',
      (_, first) => {
        const [answer] = Object.values(first.responses);
        answer!.content!['application/json']!.examples = { success: { value: 7 } };
      },
    ],
    ['struct', (_, first) => Object.assign(first, { summery: 'misspelt' })],
    [
      'no-unused-components',
      ({ components }) => Object.assign(components!.schemas!, { Unused: { type: 'string' } }),
    ],
    ['operation-tag-defined', (_, first) => first.tags.push('Nowhere')],
  ])('catches a planted fault: %s', async (rule, change) => {
    expect((await plant(change)).join('\n')).toContain(` ${rule}: `);
  });
});
