import type { TSchema } from '@sinclair/typebox';
import { models } from '#schemas/kit/model.ts';
import type { Operation } from '#schemas/kit/operation.ts';
import { authNames, errorCodesOf, ownerOf, type PlaneDefinition } from '#schemas/kit/plane.ts';
import { buildValidator } from '#src/http/validation.ts';

export type Catalogue = { planes: readonly PlaneDefinition[]; operations: readonly Operation[] };

const shared = Object.fromEntries(models().map((schema) => [String(schema.$id), schema]));
const compile = buildValidator(shared as never) as unknown as (part: {
  schema: TSchema;
  httpPart: string;
}) => ((data: unknown) => boolean) & { errors: { instancePath: string; message?: string }[] | null };

/** Names that hold money: a JSON number loses digits, so they are decimal strings. */
const money = /^(amount|value|balance|fee|fees|volume|maxAmountRequired|gasCost|sponsorCost)$/;
/** Bodies that other specifications leave open. */
const openBodies = new Set(['PaymentRequest']);

const pathParams = (path: string) => [...path.matchAll(/:([A-Za-z]+)/g)].map(([, name]) => name!);

/** What `schema` says about `value`, or nothing. `body` is judged as it is, other parts are coerced from text first. */
export function misfit(what: string, schema: TSchema, value: unknown, httpPart: string): string[] {
  const validate = compile({ schema, httpPart });
  if (validate(structuredClone(value))) return [];
  const [error] = validate.errors ?? [];
  return [`${what} does not fit its schema: ${error?.instancePath ?? ''} ${error?.message ?? ''}`];
}

/** The schema itself, where it only points to a model. */
export function resolved(schema: TSchema): TSchema {
  return (schema['$ref'] ? shared[schema['$ref'] as string] : schema) as TSchema;
}

/** Visits a schema and those it points to. */
function walk(schema: unknown, visit: (name: string, property: TSchema) => void, seen = new Set<unknown>()) {
  if (typeof schema !== 'object' || schema === null || seen.has(schema)) return;
  seen.add(schema);
  const { $ref, properties } = schema as { $ref?: string; properties?: Record<string, TSchema> };
  if ($ref) walk(shared[$ref], visit, seen);
  for (const [name, property] of Object.entries(properties ?? {})) visit(name, property);
  for (const inner of Object.values(schema)) walk(inner, visit, seen);
}

function wordFaults(op: Operation): string[] {
  const faults: string[] = [];
  if (!/^[a-z][A-Za-z0-9]+$/.test(op.id)) faults.push('id is not camelCase');
  if (op.summary.trim().length < 10 || op.summary.length > 120) faults.push('summary is missing or too long');
  if (/[.]$/.test(op.summary)) faults.push('summary ends with a full stop');
  if (!op.success.description) faults.push('success has no description');
  return faults;
}

function contractFaults(op: Operation, plane: PlaneDefinition): string[] {
  const faults: string[] = [];
  for (const name of authNames(op))
    if (!plane.auth[name]) faults.push(`auth ${name} is unknown to its plane`);
  if (!plane.tags[op.tag]) faults.push(`tag ${op.tag} has no words in its plane`);
  for (const code of op.errors) {
    if (plane.codes[code] === undefined) faults.push(`error ${code} is unknown to its plane`);
  }
  if (new Set(op.errors).size < op.errors.length) faults.push('an error is declared twice');
  const named = Object.keys(op.params?.properties ?? {})
    .toSorted()
    .join();
  if (pathParams(op.path).toSorted().join() !== named)
    faults.push(`path names other parameters than ${named}`);
  if (op.success.status < 200 || op.success.status > 299) faults.push('success is not 2xx');
  if (op.body && op.method === 'GET') faults.push('GET has a body');
  return faults;
}

function schemaFaults(op: Operation): string[] {
  const faults: string[] = [];
  const { body } = op;
  if (body) {
    const target = resolved(body);
    if (target['additionalProperties'] !== false && !openBodies.has(String(target.$id))) {
      faults.push('body lets unknown fields pass');
    }
  }
  for (const schema of [op.params, op.query, body, op.success.schema]) {
    walk(schema, (name, property) => {
      if (money.test(name) && ['number', 'integer'].includes(property['type'] as string)) {
        faults.push(`${name} is money as a JSON number`);
      }
    });
  }
  return faults;
}

function exampleFaults(op: Operation): string[] {
  const { examples, params, query, body, success } = op;
  const faults = misfit('the answer', success.schema, examples.response, 'body');
  if (examples.response === undefined) faults.push('the answer has no example');
  if (params) faults.push(...misfit('params', params, examples.params ?? {}, 'params'));
  if (query) faults.push(...misfit('query', query, examples.query ?? {}, 'querystring'));
  if (body && examples.body === undefined) faults.push('the body has no example');
  else if (body) faults.push(...misfit('the body', body, examples.body, 'body'));
  else if (examples.body !== undefined) faults.push('an example for no body');
  return faults;
}

function errorFaults(op: Operation, plane: PlaneDefinition): string[] {
  return errorCodesOf(op, plane).flatMap((code) =>
    misfit(`the example of ${code}`, plane.errorBody, plane.errorExample(code), 'body'),
  );
}

function twins<T>(what: string, list: readonly T[], key: (item: T) => string): string[] {
  const groups = Map.groupBy(list, key);
  return [...groups]
    .filter(([, items]) => items.length > 1)
    .map(([name]) => `${what} ${name} is there twice`);
}

/** Everything that is wrong with a catalogue, each fault naming its operation. */
export function faultsOf({ planes, operations }: Catalogue): string[] {
  const faults = [
    ...twins('operation', operations, ({ id }) => id),
    ...twins('route', operations, ({ method, path }) => `${method} ${path.replaceAll(/:[A-Za-z]+/g, ':')}`),
    ...twins('plane', planes, ({ name }) => name),
  ];
  if (planes.filter(({ fallback }) => fallback).length !== 1)
    faults.push('not exactly one plane is the fallback');
  for (const op of operations) {
    const plane = planes.find(({ name }) => name === op.plane);
    const found = plane
      ? [...contractFaults(op, plane), ...errorFaults(op, plane)]
      : [`plane ${op.plane} is unknown`];
    if (plane && ownerOf(planes, op.path) !== plane) found.push(`${op.path} belongs to another plane`);
    found.push(...wordFaults(op), ...schemaFaults(op), ...exampleFaults(op));
    faults.push(...found.map((fault) => `${op.id}: ${fault}`));
  }
  return faults;
}
