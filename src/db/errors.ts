import { AppError } from '#src/core/errors.ts';

type DriverError = {
  code?: unknown;
  message?: unknown;
  constraint_name?: unknown;
  constraint?: unknown;
  cause?: unknown;
};

/** SQLSTATE classes and driver codes that mean "the database can't be reached or is going away". */
const lost = new Set([
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  'CONNECT_TIMEOUT',
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EPIPE',
  'EHOSTUNREACH',
  '57P01',
  '57P02',
  '57P03',
  '53300',
  '53100',
]);

/** Walks `cause` (Drizzle wraps driver errors) until `test` holds. */
function walk(error: unknown, test: (e: DriverError) => boolean): DriverError | null {
  for (let e = error, depth = 0; typeof e === 'object' && e !== null && depth < 5; depth += 1) {
    if (test(e)) return e;
    e = (e as DriverError).cause;
  }
  return null;
}

/** True for a duplicate key, of the given constraint or unique index when named (postgres.js and PGlite). */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  const found = walk(error, (e) => e.code === '23505');
  if (!found) return false;
  return constraint === undefined || (found.constraint_name ?? found.constraint) === constraint;
}

/** True when the connection, not the statement, is at fault: worth a retry later. */
export function isConnectionLoss(error: unknown): boolean {
  const isLoss = (code: unknown) => typeof code === 'string' && (lost.has(code) || code.startsWith('08'));
  // The embedded database has no codes of its own.
  const isClosed = (message: unknown) => message === 'PGlite is closed' || message === 'PGlite is closing';
  return walk(error, (e) => isLoss(e.code) || isClosed(e.message)) !== null;
}

/** Gives a lost connection its kind (`unavailable`); every other error passes as it is. */
export function normalizeDbError(error: unknown): unknown {
  if (error instanceof AppError) return error;
  if (!isConnectionLoss(error)) return error;
  return new AppError('unavailable', { resource: 'database', retryAfter: 5, cause: error });
}
