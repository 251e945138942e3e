import { AppError, fail } from '#src/core/errors.ts';

type SdkError = { statusCode?: unknown; errorType?: unknown; correlationId?: unknown; message?: unknown };

/** What the SDK threw as `unavailable` (worth a retry) or `internal` (the operator's to mend), `secrets` taken out. */
export function cdpFault(error: unknown, doing: string, secrets: readonly string[]): AppError {
  if (error instanceof AppError) return error;
  const { statusCode, errorType, correlationId, message } = error as SdkError;
  const status = typeof statusCode === 'number' ? statusCode : 0;
  const text = typeof message === 'string' ? redact(message, secrets) : '';
  const facts = [
    status > 0 ? String(status) : '',
    word(errorType),
    text,
    word(correlationId) && `correlation ${word(correlationId)}`,
  ];
  const told = `CDP, ${doing}: ${advice(status, text)}${facts.filter(Boolean).join(', ')}`;
  if (isOperators(error as SdkError, status)) return fail('internal', { cause: new Error(told) });
  return unavailable(told, status === 429 ? 10 : 5);
}

/** True when a connection broke (closed while idle, cut in the answer): the call may be made again at once. */
export function isTorn(error: unknown): boolean {
  const { statusCode, errorType } = error as SdkError;
  const status = typeof statusCode === 'number' ? statusCode : 0;
  return errorType === 'network_connection_failed' || (status >= 200 && status < 300);
}

/** The backend can't be asked now; `told` goes to the log. */
export function unavailable(told: string, retryAfter = 5): AppError {
  return fail('unavailable', { resource: 'key backend', retryAfter, cause: new Error(told) });
}

/** Refusals stay refusals; 408, 409 and 429 pass, and so does what never reached CDP. */
function isOperators(error: SdkError, status: number): boolean {
  if ((error as Error).name === 'UserInputValidationError' || error.errorType === 'network_ip_blocked')
    return true;
  return status >= 400 && status < 500 && ![408, 409, 429].includes(status);
}

function advice(status: number, text: string): string {
  if (status !== 401) return '';
  return /wallet/i.test(text)
    ? 'CDP_WALLET_SECRET is refused: '
    : 'CDP_API_KEY_ID or CDP_API_KEY_SECRET is refused: ';
}

/** Others' words without credentials or tokens made with them, and short. */
function redact(text: string, secrets: readonly string[]): string {
  const clean = secrets.reduce((rest, secret) => rest.replaceAll(secret, '[secret]'), text);
  return clean
    .replaceAll(/eyJ[\w-]+\.[\w-]*\.?[\w-]*/g, '[token]')
    .replaceAll(/\s+/g, ' ')
    .slice(0, 300);
}

function word(value: unknown): string {
  return typeof value === 'string' && /^[\w-]{1,64}$/.test(value) ? value : '';
}
