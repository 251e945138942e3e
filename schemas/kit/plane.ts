import type { TSchema } from '@sinclair/typebox';
import type { Operation } from './operation.ts';

/** An OpenAPI security scheme object. */
export type SecurityScheme = Readonly<Record<string, unknown>>;

export type AuthScheme = {
  /** OpenAPI schemes that must all be sent, by component name; empty = anonymous. */
  security: Readonly<Record<string, SecurityScheme>>;
  /** Codes that this auth can answer. */
  errors: readonly string[];
};

/** What the wire contract of one plane says, as data. */
export type PlaneDefinition = {
  name: string;
  title: string;
  description: string;
  /** What each tag of its operations is about. */
  tags: Readonly<Record<string, string>>;
  /** Path prefixes the plane owns, whole segments; the longest match wins. */
  prefixes: readonly string[];
  /** Owns every path that no other plane owns. Exactly one plane says so. */
  fallback?: boolean;
  /** Model of the error body. */
  errorBody: TSchema;
  /** Every error code of the plane and its status. */
  codes: Readonly<Record<string, number>>;
  /** An error body for the docs. */
  errorExample(code: string): unknown;
  auth: Readonly<Record<string, AuthScheme>>;
  /** Codes that the kernel adds: to all, to limited, to those with a scope, to those with input, to those with a body. */
  added: {
    always: readonly string[];
    limited: readonly string[];
    scoped: readonly string[];
    input: readonly string[];
    body: readonly string[];
  };
  /** Codes that an operation can answer for what it is, where the plane's own rules say so. */
  addedFor?(op: Operation): readonly string[];
  /** Largest body in bytes. */
  bodyLimit: number;
};

/** Names of the auth schemes of an operation, as a list. */
export function authNames(op: Pick<Operation, 'auth'>): readonly string[] {
  return typeof op.auth === 'string' ? [op.auth] : op.auth;
}

/** Every error code an operation can answer, its own and those the kernel adds, in a stable order. */
export function errorCodesOf(op: Operation, plane: PlaneDefinition): readonly string[] {
  const codes = new Set<string>(op.errors);
  for (const name of authNames(op)) for (const code of plane.auth[name]?.errors ?? []) codes.add(code);
  const add = (list: readonly string[]) => list.forEach((code) => codes.add(code));
  if (op.params ?? op.query ?? op.headers ?? op.body) add(plane.added.input);
  if (op.body) add(plane.added.body);
  if (op.scope) add(plane.added.scoped);
  if (!op.unlimited) add(plane.added.limited);
  add(plane.addedFor?.(op) ?? []);
  add(plane.added.always);
  return Object.keys(plane.codes).filter((code) => codes.has(code));
}

/** True when `path` lies under `prefix` by whole segments. */
export function underPrefix(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`);
}

/** The plane that owns a path: longest prefix, else the fallback. */
export function ownerOf<P extends Pick<PlaneDefinition, 'prefixes' | 'fallback'>>(
  planes: readonly P[],
  path: string,
): P {
  let best: P | undefined;
  let length = -1;
  for (const plane of planes) {
    for (const prefix of plane.prefixes) {
      if (prefix.length > length && underPrefix(path, prefix)) {
        best = plane;
        length = prefix.length;
      }
    }
  }
  const owner = best ?? planes.find((plane) => plane.fallback);
  if (!owner) throw new Error('no plane is the fallback');
  return owner;
}
