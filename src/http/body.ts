import type { FastifyInstance } from 'fastify';
import { fail } from '#src/core/errors.ts';

/** Escapes that may stand for what no database column can keep: NUL, and half of a surrogate pair. */
const suspicious = /\\u(?:0000|[dD][89a-fA-F])/;

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

/**
 * JSON is the one content type of bodies. An empty body parses to undefined (callers send the header without one);
 * `__proto__` and the like are refused.
 */
export function registerBodyParser(app: FastifyInstance): void {
  const json = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser('text/plain');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') return done(null, undefined);
    return json(request, body as string, (error, value) => {
      // The text search is cheap and nearly always the end of it.
      const problem = !error && suspicious.test(body as string) ? unstorable(value) : null;
      if (problem) return done(fail('validation', { field: 'body', message: `body holds ${problem}` }));
      return done(error, value);
    });
  });
}
