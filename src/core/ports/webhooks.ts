import type { StoredEvent } from './events.ts';

/** Why nothing more is sent there: its owner's wish, 410, or days of failures. */
export type DisabledReason = 'requested' | 'gone' | 'failing';

/** A URL that is told of its owner's events. */
export type WebhookEndpoint = {
  id: string;
  owner: string;
  url: string;
  description: string | null;
  /** Types it is told of: exact ones, `<thing>.*`, `*`. */
  types: readonly string[];
  disabledReason: DisabledReason | null;
  /** Sealed; signs. */
  secret: string;
  /** Sealed; signs too, until `previousExpiresAt`. */
  previousSecret: string | null;
  previousExpiresAt: Date | null;
  /** Sealed; those before it sign too, each until an end of its own (ISO 8601). Newest first. */
  olderSecrets: readonly { secret: string; expiresAt: string }[];
  /** The first failure since the last success. */
  failingSince: Date | null;
  createdAt: Date;
  updatedAt: Date;
};

export type NewWebhookEndpoint = Pick<
  WebhookEndpoint,
  'id' | 'owner' | 'url' | 'description' | 'types' | 'secret'
>;

export type DeliveryStatus = 'pending' | 'succeeded' | 'failed';

/** One event on its way to one endpoint. */
export type Delivery = {
  id: string;
  endpointId: string;
  owner: string;
  eventId: string;
  eventType: string;
  status: DeliveryStatus;
  /** In all. */
  attempts: number;
  /** Since it was last queued: where it stands in the schedule. */
  tries: number;
  /** Null when it is over. */
  nextAttemptAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
};

/** One call and what came of it. */
export type DeliveryAttempt = {
  /** 1, 2, … */
  number: number;
  at: Date;
  /** HTTP status; null when no answer came. */
  status: number | null;
  /** One word for why no answer came. */
  error: string | null;
  latencyMs: number;
  /** The beginning of the answer. */
  excerpt: string | null;
};

/** A delivery that this process may attempt until its lease ends. */
export type ClaimedDelivery = {
  delivery: Delivery;
  lease: string;
  endpoint: WebhookEndpoint;
  event: StoredEvent;
};

/** What one attempt changes. */
export type AttemptOutcome = {
  attempt: DeliveryAttempt;
  status: DeliveryStatus;
  nextAttemptAt: Date | null;
};

export type EndpointChange = Partial<
  Pick<
    WebhookEndpoint,
    | 'url'
    | 'description'
    | 'types'
    | 'disabledReason'
    | 'secret'
    | 'previousSecret'
    | 'previousExpiresAt'
    | 'olderSecrets'
    | 'failingSince'
  >
>;

export type DeliveryFilter = { status?: DeliveryStatus; types?: readonly string[] };
type Page = { after?: string; limit: number };

export type WebhookEndpointRepository = {
  insert(endpoint: NewWebhookEndpoint, at: Date): Promise<WebhookEndpoint>;
  find(owner: string, id: string): Promise<WebhookEndpoint | null>;
  /** The same, and nobody else changes it before this database transaction ends. */
  findForUpdate(owner: string, id: string): Promise<WebhookEndpoint | null>;
  /** Newest first. */
  list(owner: string, page: Page): Promise<WebhookEndpoint[]>;
  count(owner: string): Promise<number>;
  update(owner: string, id: string, change: EndpointChange, at: Date): Promise<WebhookEndpoint | null>;
  /** With its deliveries; false when it is not there. */
  delete(owner: string, id: string): Promise<boolean>;
};

export type DeliveryRepository = {
  /** Queues published events that were not looked at yet for the endpoints that want them; how many events it looked at. */
  fanOut(limit: number, at: Date): Promise<number>;
  /** Queues one event for one endpoint, from the start of the schedule. */
  enqueue(
    endpoint: Pick<WebhookEndpoint, 'id' | 'owner'>,
    event: { id: string; type: string },
    at: Date,
  ): Promise<Delivery>;
  /** Queues what an endpoint wants of the events of a time, [from, to), again; how many, null when more than `limit`. */
  enqueueRange(
    endpoint: Pick<WebhookEndpoint, 'id' | 'owner' | 'types'>,
    range: { from: Date; to: Date; limit: number },
    at: Date,
  ): Promise<number | null>;
  /** Queues a delivery again, unless it is queued. */
  requeue(owner: string, id: string, at: Date): Promise<Delivery | null>;
  find(owner: string, id: string): Promise<Delivery | null>;
  /** Newest first. */
  list(owner: string, endpointId: string, filter: DeliveryFilter & Page): Promise<Delivery[]>;
  count(owner: string, endpointId: string, filter: DeliveryFilter): Promise<number>;
  /** Oldest first. */
  listAttempts(deliveryId: string): Promise<DeliveryAttempt[]>;
  /** Takes what is due at `now` and nobody is at, at most `perEndpoint` of each endpoint at once. */
  claim(options: {
    now: Date;
    leaseMs: number;
    limit: number;
    perEndpoint: number;
  }): Promise<ClaimedDelivery[]>;
  /** Ends a claim; false (and nothing changed) when it is not ours any more. */
  conclude(claimed: Pick<ClaimedDelivery, 'delivery' | 'lease'>, outcome: AttemptOutcome): Promise<boolean>;
  /** Gives a claim back untouched. */
  release(claimed: Pick<ClaimedDelivery, 'delivery' | 'lease'>): Promise<void>;
  /** Ends everything that is queued for an endpoint as failed. */
  failPending(endpointId: string, at: Date): Promise<void>;
};

/** Types of events that go to the one endpoint they were made for. */
export const directTypes = ['webhook_endpoint.tested'] as const;
