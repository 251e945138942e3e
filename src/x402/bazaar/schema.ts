import { createHash } from 'node:crypto';
import { createContext, Script } from 'node:vm';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { LRUCache } from 'lru-cache';
import { asFields, type Fields } from '../fields.ts';

/** Characters of info and schema together, as JSON. */
const maxSize = 16_384;
const maxDepth = 32;
/** A schema comes from a stranger: one that is slow by design is stopped, ms. */
const timeLimit = 250;
/** How long it is called slow without another try: perhaps only the machine was busy, ms. */
const slowFor = 60_000;

const references = new Set(['$ref', '$id', '$dynamicRef', '$recursiveRef']);
const verdicts = new LRUCache<string, { problem: string | null }>({ max: 2_000 });
const script = new Script('check()');

/** Why `info` does not fit the schema that came with it, or null. Never reads anything but the two. */
export function schemaProblem({ info, schema }: { info: Fields; schema: unknown }): string | null {
  if (!asFields(schema)) return 'schema must be an object';
  const text = JSON.stringify({ info, schema });
  if (text.length > maxSize) return `info and schema together must be at most ${maxSize} characters`;
  if (!within(maxDepth, info) || !within(maxDepth, schema)) return `they nest deeper than ${maxDepth} levels`;
  if (refersOutside(schema)) return 'schema must not refer outside of itself';
  const key = createHash('sha256').update(text).digest('base64');
  const known = verdicts.get(key);
  if (known) return known.problem;
  const { problem, slow } = judged(schema as object, info);
  verdicts.set(key, { problem }, slow ? { ttl: slowFor } : {});
  return problem;
}

let validator: Ajv2020 | undefined;

/** The validator with its own schema compiled, which takes longer than a stranger's may. */
function ready(): Ajv2020 {
  if (!validator) {
    validator = new Ajv2020({ strict: false, allErrors: false, logger: false, validateFormats: false });
    validator.compile({ type: 'object' });
  }
  return validator;
}

/** Compiles and runs within the time limit, which interrupts regular expressions, too. */
function judged(schema: object, info: Fields): { problem: string | null; slow?: true } {
  const ajv = ready();
  const check = (): string | null => {
    const validate = ajv.compile(schema);
    if (validate(info)) return null;
    const [error] = validate.errors ?? [];
    return `info${error?.instancePath ?? ''} ${error?.message ?? 'does not fit the schema'}`;
  };
  try {
    const problem = script.runInContext(createContext({ check }), { timeout: timeLimit }) as string | null;
    return { problem };
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') {
      return { problem: 'the schema is not valid' };
    }
    // Stopped in the middle of its work, it is not to be trusted any more.
    validator = undefined;
    return { problem: 'the schema takes too long to check', slow: true };
  } finally {
    ajv.removeSchema(schema);
  }
}

function within(depth: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return depth > 0 && Object.values(value).every((inner) => within(depth - 1, inner));
}

/** True when a reference is anything but a fragment of the same document. */
function refersOutside(node: unknown): boolean {
  if (typeof node !== 'object' || node === null) return false;
  return Object.entries(node).some(([name, value]) => {
    const outside = references.has(name) && !(typeof value === 'string' && value.startsWith('#'));
    return (outside && !Array.isArray(node)) || refersOutside(value);
  });
}
