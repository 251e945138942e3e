import { randomInt } from 'node:crypto';
import type { Clock } from '#src/core/clock.ts';
import type { CallbackAnswer, Egress } from '#src/core/ports/egress.ts';
import { type EventRepository, newEvent } from '#src/core/ports/events.ts';
import type {
  AttemptOutcome,
  ClaimedDelivery,
  DeliveryRepository,
  DisabledReason,
  WebhookEndpoint,
  WebhookEndpointRepository,
} from '#src/core/ports/webhooks.ts';
import { failingMs, pauseAfter } from './schedule.ts';
import { eventBody, signatureHeaders } from './signing.ts';

type Repositories = {
  events: Pick<EventRepository, 'insert'>;
  webhookEndpoints: Pick<WebhookEndpointRepository, 'findForUpdate' | 'update'>;
  webhookDeliveries: Pick<DeliveryRepository, 'conclude' | 'failPending' | 'release'>;
};

export type AttemptPorts = {
  store: Repositories & { transaction<T>(fn: (store: Repositories) => Promise<T>): Promise<T> };
  clock: Clock;
  egress: Pick<Egress, 'post'>;
  /** A secret in clear. */
  unseal(endpoint: Pick<WebhookEndpoint, 'id'>, sealed: string): string;
  userAgent: string;
  /** True once the process is about to end: what breaks now says nothing about the receiver. */
  isStopping(): boolean;
};

type Answer = CallbackAnswer & { latencyMs: number };

/** Makes one attempt and writes down what came of it; true when events were written. */
export async function attempt(ports: AttemptPorts, claimed: ClaimedDelivery): Promise<boolean> {
  const { endpoint, event } = claimed;
  const at = ports.clock.now();
  const body = eventBody(event);
  const headers = signatureHeaders({ id: event.id, at, body, secrets: secretsOf(ports, endpoint, at) });
  const answer = await ports.egress.post({
    url: endpoint.url,
    headers: { ...headers, 'user-agent': ports.userAgent },
    body,
  });
  if (answer.error !== undefined && ports.isStopping()) {
    await ports.store.webhookDeliveries.release(claimed);
    return false;
  }
  return conclude(ports, claimed, answer, at);
}

/** The current secret and those before it that are in their grace. */
function secretsOf(ports: AttemptPorts, endpoint: WebhookEndpoint, at: Date): string[] {
  const { secret, previousSecret, previousExpiresAt, olderSecrets } = endpoint;
  const inGrace = previousSecret !== null && previousExpiresAt !== null && previousExpiresAt > at;
  const older = olderSecrets.filter(({ expiresAt }) => new Date(expiresAt) > at).map((one) => one.secret);
  const sealed = [secret, ...(inGrace ? [previousSecret] : []), ...older];
  return sealed.map((one) => ports.unseal(endpoint, one));
}

const isSuccess = ({ status }: Answer) => status !== undefined && status >= 200 && status < 300;

async function conclude(
  ports: AttemptPorts,
  claimed: ClaimedDelivery,
  answer: Answer,
  at: Date,
): Promise<boolean> {
  const { endpoint } = claimed;
  const good = isSuccess(answer);
  const outcome = good ? success(claimed, answer, at) : failure(claimed, answer, at);
  // The way of nearly all: the endpoint's row need not change.
  if (good && endpoint.failingSince === null) {
    await ports.store.transaction((tx) => tx.webhookDeliveries.conclude(claimed, outcome));
    return false;
  }
  return ports.store.transaction(async (tx) => {
    // Before the delivery, as everybody takes them.
    const now = await tx.webhookEndpoints.findForUpdate(endpoint.owner, endpoint.id);
    if (!now || !(await tx.webhookDeliveries.conclude(claimed, outcome))) return false;
    if (now.disabledReason !== null) return false;
    if (good) {
      await tx.webhookEndpoints.update(now.owner, now.id, { failingSince: null }, at);
      return false;
    }
    const failingSince = now.failingSince ?? at;
    const reason = reasonToDisable(answer, failingSince, at);
    await tx.webhookEndpoints.update(now.owner, now.id, { failingSince, disabledReason: reason }, at);
    if (reason) await tellDisabled(tx, now, reason, at);
    return reason !== null;
  });
}

function reasonToDisable({ status }: Answer, failingSince: Date, at: Date): DisabledReason | null {
  if (status === 410) return 'gone';
  return at.getTime() - failingSince.getTime() >= failingMs ? 'failing' : null;
}

async function tellDisabled(tx: Repositories, endpoint: WebhookEndpoint, reason: DisabledReason, at: Date) {
  const { id, owner, url } = endpoint;
  await tx.webhookDeliveries.failPending(id, at);
  const data = { object: 'webhook_endpoint', id, url, status: 'disabled', disabled_reason: reason };
  await tx.events.insert([newEvent(owner, 'webhook_endpoint.disabled', data)], at);
}

function success(claimed: ClaimedDelivery, answer: Answer, at: Date): AttemptOutcome {
  return { attempt: logged(claimed, answer, at), status: 'succeeded', nextAttemptAt: null };
}

function failure(claimed: ClaimedDelivery, answer: Answer, at: Date): AttemptOutcome {
  const asked = answer.error === undefined ? answer.retryAfterSeconds : undefined;
  const pause =
    answer.status === 410
      ? null
      : pauseAfter(claimed.delivery.tries + 1, randomInt(1_000_000) / 1_000_000, asked);
  return {
    attempt: logged(claimed, answer, at),
    status: pause === null ? 'failed' : 'pending',
    nextAttemptAt: pause === null ? null : new Date(at.getTime() + pause),
  };
}

function logged({ delivery }: ClaimedDelivery, answer: Answer, at: Date) {
  return {
    number: delivery.attempts + 1,
    at,
    status: answer.status ?? null,
    error: answer.error ?? null,
    latencyMs: answer.latencyMs,
    excerpt: answer.error === undefined ? answer.excerpt : null,
  };
}
