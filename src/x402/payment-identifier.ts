import { type Refusal, refuse } from '#src/core/payment.ts';
import { asFields, type Fields } from './fields.ts';

/** x402 extension: the payer names its payment, so that a repeat of it is known as one. */
export const identifierExtension = 'payment-identifier';

/** The payer's name of the payment; null when it has none. A name that is malformed, or missing though required, is refused. */
export function readIdentifier(extensions: Fields): string | null | Refusal {
  const told = extensions[identifierExtension];
  if (told === undefined) return null;
  const info = asFields(asFields(told)?.['info']);
  if (!info) return refuse('invalid_payload', `extensions.${identifierExtension}.info must be an object`);
  const { id, required } = info;
  if (id === undefined && required !== true) return null;
  if (typeof id === 'string' && /^[a-zA-Z0-9_-]{16,128}$/.test(id)) return id;
  return refuse(
    'invalid_payload',
    `extensions.${identifierExtension}.info.id must be 16 to 128 letters, digits, - or _`,
  );
}
