import type { Static } from '@sinclair/typebox';
import type { PlatformEvent } from '#schemas/platform/events.ts';
import type { WebhookDelivery, WebhookDeliveryWithAttempts } from '#schemas/platform/webhook-deliveries.ts';
import type { WebhookEndpoint as WebhookEndpointBody } from '#schemas/platform/webhooks.ts';
import { eventObject } from '#src/core/event-object.ts';
import type { StoredEvent } from '#src/core/ports/events.ts';
import type { Delivery, DeliveryAttempt, WebhookEndpoint } from '#src/core/ports/webhooks.ts';
import { unix, unixOrNull } from './present.ts';

export const presentEvent = (event: StoredEvent): Static<typeof PlatformEvent> => eventObject(event);

export function presentWebhookEndpoint(endpoint: WebhookEndpoint): Static<typeof WebhookEndpointBody> {
  const { id, url, description, types, disabledReason, failingSince, previousExpiresAt } = endpoint;
  return {
    object: 'webhook_endpoint',
    id,
    url,
    description,
    events: [...types],
    status: disabledReason === null ? 'enabled' : 'disabled',
    disabled_reason: disabledReason,
    failing_since: unixOrNull(failingSince),
    previous_secret_expires_at: unixOrNull(previousExpiresAt),
    created: unix(endpoint.createdAt),
    updated: unix(endpoint.updatedAt),
  };
}

export function presentDelivery(delivery: Delivery): Static<typeof WebhookDelivery> {
  return {
    object: 'webhook_delivery',
    id: delivery.id,
    endpoint_id: delivery.endpointId,
    event_id: delivery.eventId,
    event_type: delivery.eventType,
    status: delivery.status,
    attempts: delivery.attempts,
    next_attempt_at: unixOrNull(delivery.nextAttemptAt),
    created: unix(delivery.createdAt),
    updated: unix(delivery.updatedAt),
  };
}

export function presentDeliveryWithAttempts(
  delivery: Delivery,
  attempts: readonly DeliveryAttempt[],
): Static<typeof WebhookDeliveryWithAttempts> {
  const log = attempts.map(({ number, at, status, error, latencyMs, excerpt }) => ({
    number,
    at: unix(at),
    status_code: status,
    error,
    latency_ms: latencyMs,
    response_excerpt: excerpt,
  }));
  return { ...presentDelivery(delivery), log };
}
