import type { FastifyInstance } from 'fastify';
import { fail } from '#src/core/errors.ts';

/** Escapes that may stand for what no database column can keep: NUL, and half of a surrogate pair. */
const suspicious = /\\u(?:0000|[dD][89a-fA-F])/;

/** Without any of these no name in a text can be one that reaches a prototype, whatever way it is escaped. */
const harmless = (text: string): boolean =>
  !text.includes('__proto__') && !text.includes('constructor') && !text.includes('\\u');

/** What is wrong with a text anywhere in a parsed body, or with a name in it; null when nothing is. */
function unstorable(value: unknown): string | null {
  if (typeof value === 'string') {
    if (value.includes('\0')) return 'a NUL character';
    return value.isWellFormed() ? null : 'half of a surrogate pair';
  }
  if (typeof value !== 'object' || value === null) return null;
  for (const [name, inner] of Object.entries(value)) {
    const problem = unstorable(name) ?? unstorable(inner);
    if (problem) return problem;
  }
  return null;
}

/** The value of a text, undefined when it is no JSON: then Fastify's parser says so. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * JSON is the one content type of bodies. An empty body parses to undefined (callers send the header without one);
 * `__proto__` and the like are refused.
 */
export function registerBodyParser(app: FastifyInstance): void {
  const json = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser('text/plain');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    const text = body as string;
    if (text === '') return done(null, undefined);
    const value = harmless(text) ? parsed(text) : undefined;
    if (value !== undefined) return done(null, value);
    return json(request, text, (error, value) => {
      // The text search is cheap and nearly always the end of it.
      const problem = !error && suspicious.test(text) ? unstorable(value) : null;
      if (problem) return done(fail('validation', { field: 'body', message: `body holds ${problem}` }));
      return done(error, value);
    });
  });
}
