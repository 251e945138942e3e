import { createHmac, randomBytes } from 'node:crypto';
import { eventObject } from '#src/core/event-object.ts';
import type { StoredEvent } from '#src/core/ports/events.ts';

/** `whsec_` and 32 random bytes in base64, as Standard Webhooks has it. */
export function newWebhookSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}

/** What is posted of an event: always the same text. */
export function eventBody(event: StoredEvent): string {
  return JSON.stringify(eventObject(event));
}

export type Signing = {
  /** The event's id: the same in every attempt. */
  id: string;
  at: Date;
  body: string;
  /** The current secret first. */
  secrets: readonly string[];
};

/**
 * Headers of a delivery: those of Standard Webhooks, whose key is what the secret's base64 stands for, and beside them
 * `x-chronos-signature`, whose key is the secret as it was shown. Each holds a signature of every secret.
 */
export function signatureHeaders({ id, at, body, secrets }: Signing): Record<string, string> {
  const seconds = Math.floor(at.getTime() / 1000).toString();
  const standard = secrets.map((secret) => {
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')}`;
  });
  const ours = secrets.map(
    (secret) => `v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`,
  );
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': seconds,
    'webhook-signature': standard.join(' '),
    'x-chronos-signature': [`t=${seconds}`, ...ours].join(','),
  };
}
