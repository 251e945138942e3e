import type { FastifyInstance } from 'fastify';
import { fail } from '#src/core/errors.ts';

/** True when a string anywhere in a parsed body, or a name in it, holds NUL: no database column can keep it. */
function holdsNul(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('\0');
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([name, inner]) => name.includes('\0') || holdsNul(inner));
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
      if (!error && body.includes(String.raw`\u0000`) && holdsNul(value)) {
        return done(fail('validation', { field: 'body', message: 'body holds a NUL character' }));
      }
      return done(error, value);
    });
  });
}
