import type { FastifyError, FastifyRequest } from 'fastify';
import { AppError, fail } from '#src/core/errors.ts';

type AjvError = { instancePath: string; keyword: string; params: Record<string, unknown>; message?: string };

/** The dotted name of the field an AJV error is about. */
function fieldOf(error: AjvError): string {
  const path = error.instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const extra = error.params['missingProperty'] ?? error.params['additionalProperty'];
  if (typeof extra === 'string') path.push(extra);
  return path.join('.');
}

function reasonOf(error: AjvError, field: string, part: string): string {
  const where = field || part;
  if (error.keyword === 'required') return `${where} is required`;
  if (error.keyword === 'additionalProperties') return `${where} is not a known field`;
  if (error.keyword === 'enum')
    return `${where} must be one of: ${(error.params['allowedValues'] as unknown[]).join(', ')}`;
  if (error.keyword === 'pattern' || error.keyword === 'format') return `${where} has the wrong format`;
  return `${where} ${error.message ?? 'is invalid'}`;
}

/** What a validator found, by the name of the field. */
export function fromValidation(error: Pick<FastifyError, 'validation' | 'validationContext'>): AppError {
  const part = error.validationContext ?? 'request';
  const first = (error.validation as unknown as AjvError[])[0];
  if (!first) return fail('validation', { message: 'The request is invalid' });
  const field = fieldOf(first);
  // A missing body fails as "must be object" on the root: say what is missing.
  if (part === 'body' && !field && first.keyword === 'type') {
    return fail('validation', { field: 'body', message: 'body is required and must be a JSON object' });
  }
  return fail('validation', {
    field: field || part,
    rule: first.keyword === 'pattern' ? String(first.params['pattern']) : first.keyword,
    message: reasonOf(first, field, part),
    details: { in: part },
  });
}

/** Turns whatever was thrown into an AppError; what nobody foresaw is `internal` and keeps its cause for the log. */
export function toAppError(error: unknown, request: Pick<FastifyRequest, 'method' | 'raw'>): AppError {
  if (error instanceof AppError) return error;
  const thrown = error as Partial<FastifyError>;
  if (thrown.validation) return fromValidation(thrown as FastifyError);
  switch (thrown.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return fail('payload_too_large', { cause: error });
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return fail('unsupported_media_type', { cause: error });
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return fail('validation', { field: 'body', message: 'body is not valid JSON', cause: error });
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return fail('validation', {
        field: 'body',
        message: 'body does not match Content-Length',
        cause: error,
      });
    case 'ECONNRESET':
      // The caller went away before its body was here: no fault of ours, and nobody hears the answer.
      if (request.raw.complete) break;
      return fail('validation', { field: 'body', message: 'body was cut off', cause: error });
    case 'FST_ERR_BAD_URL':
      return fail('validation', { field: 'path', message: 'path is not a valid URL', cause: error });
    case 'FST_ERR_ASYNC_CONSTRAINT':
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return fail('route_not_found', { cause: error });
    default:
  }
  // secure-json-parse throws a plain SyntaxError on `__proto__` keys.
  if (error instanceof SyntaxError && thrown.statusCode === 400) {
    return fail('validation', { field: 'body', message: 'body is not valid JSON', cause: error });
  }
  return fail('internal', { cause: error, details: { method: request.method } });
}
