import type { Clock } from '#src/core/clock.ts';
import { fail } from '#src/core/errors.ts';
import { newId } from '#src/core/ids.ts';
import type { Egress } from '#src/core/ports/egress.ts';
import { type EventRepository, newEvent } from '#src/core/ports/events.ts';
import type {
  Delivery,
  DeliveryAttempt,
  DeliveryFilter,
  DeliveryRepository,
  EndpointChange,
  WebhookEndpoint,
  WebhookEndpointRepository,
} from '#src/core/ports/webhooks.ts';
import { newWebhookSecret } from './webhooks/signing.ts';

type Repositories = {
  events: Pick<EventRepository, 'insert'>;
  webhookEndpoints: WebhookEndpointRepository;
  webhookDeliveries: DeliveryRepository;
};

export type WebhooksOptions = {
  store: Repositories & { transaction<T>(fn: (store: Repositories) => Promise<T>): Promise<T> };
  clock: Clock;
  egress: Pick<Egress, 'check'>;
  seal(endpoint: Pick<WebhookEndpoint, 'id'>, secret: string): string;
  /** There is something to deliver. */
  wake(): void;
  /** Events were written. */
  onEvent(): void;
};

export type EndpointInput = { url: string; types: readonly string[]; description: string | null };
export type EndpointUpdate = Partial<EndpointInput> & { enabled?: boolean };
type Page = { after?: string; limit: number };
type Listed<T> = { items: T[]; hasMore: boolean; total: number };
/** Secrets are readable here and never again. */
export type WithSecret = { endpoint: WebhookEndpoint; secret: string };

/** Endpoints of an owner; all but `create` and `list` throw not_found. */
export type Webhooks = {
  /** @throws validation when the URL must not be called · conflict when there are too many */
  create(owner: string, input: EndpointInput): Promise<WithSecret>;
  list(owner: string, page: Page): Promise<Listed<WebhookEndpoint>>;
  get(owner: string, id: string): Promise<WebhookEndpoint>;
  /** Disabling gives up what is queued; enabling starts with a clean record. @throws validation */
  update(owner: string, id: string, change: EndpointUpdate): Promise<WebhookEndpoint>;
  delete(owner: string, id: string): Promise<void>;
  /** The old secret signs beside the new one for so long. */
  rotateSecret(owner: string, id: string, graceSeconds: number): Promise<WithSecret>;
  /** Sends an event made for this. @throws conflict when it is disabled */
  test(owner: string, id: string): Promise<Delivery>;
  listDeliveries(owner: string, id: string, page: Page & DeliveryFilter): Promise<Listed<Delivery>>;
  getDelivery(owner: string, id: string): Promise<{ delivery: Delivery; attempts: DeliveryAttempt[] }>;
  /** Sends it again, with the same id. @throws conflict when the endpoint is disabled */
  redeliver(owner: string, id: string): Promise<Delivery>;
  /** Sends the events of [from, to) that the endpoint wants again; how many. @throws validation, conflict */
  replay(owner: string, id: string, range: { from: Date; to: Date }): Promise<number>;
};

const maxEndpoints = 100;
const maxReplayed = 10_000;

/** Where owners want to be told of events. */
export function createWebhooks(options: WebhooksOptions): Webhooks {
  return { ...endpoints(options), ...deliveries(options) };
}

type EndpointPart = Pick<Webhooks, 'create' | 'list' | 'get' | 'update' | 'delete' | 'rotateSecret'>;

function endpoints({ store, clock, egress, seal }: WebhooksOptions): EndpointPart {
  const checkUrl = async (url: string | undefined): Promise<void> => {
    const refusal = url === undefined ? null : await egress.check(url);
    if (refusal) throw fail('validation', { field: 'url', message: `url ${refusal}` });
  };
  return {
    async create(owner, input) {
      await checkUrl(input.url);
      if ((await store.webhookEndpoints.count(owner)) >= maxEndpoints) {
        throw fail('conflict', { message: `There are ${maxEndpoints} webhook endpoints already` });
      }
      const id = newId('whe');
      const secret = newWebhookSecret();
      const sealed = seal({ id }, secret);
      return {
        endpoint: await store.webhookEndpoints.insert({ ...input, id, owner, secret: sealed }, clock.now()),
        secret,
      };
    },
    async list(owner, { after, limit }) {
      const [found, total] = await Promise.all([
        store.webhookEndpoints.list(owner, { limit: limit + 1, ...(after === undefined ? {} : { after }) }),
        store.webhookEndpoints.count(owner),
      ]);
      return { items: found.slice(0, limit), hasMore: found.length > limit, total };
    },
    get: (owner, id) => existing(store, owner, id),
    async update(owner, id, { enabled, ...change }) {
      await existing(store, owner, id);
      await checkUrl(change.url);
      return store.transaction(async (tx) => {
        const now = await tx.webhookEndpoints.findForUpdate(owner, id);
        if (!now) throw missing();
        const at = clock.now();
        const state = stateChange(now, enabled);
        if (state.disabledReason) await tx.webhookDeliveries.failPending(id, at);
        return found(await tx.webhookEndpoints.update(owner, id, { ...change, ...state }, at));
      });
    },
    async delete(owner, id) {
      if (!(await store.webhookEndpoints.delete(owner, id))) throw missing();
    },
    async rotateSecret(owner, id, graceSeconds) {
      const secret = newWebhookSecret();
      const endpoint = await store.transaction(async (tx) => {
        const now = await tx.webhookEndpoints.findForUpdate(owner, id);
        if (!now) throw missing();
        const at = clock.now();
        const change = { ...replaced(now, graceSeconds, at), secret: seal({ id }, secret) };
        return found(await tx.webhookEndpoints.update(owner, id, change, at));
      });
      return { endpoint, secret };
    },
  };
}

/** Each of them is one signature more a delivery; beyond it the oldest ends early. */
const mostOlder = 8;

/** What a rotation makes of the secrets so far: the current one signs for its grace, older ones until their own end; without a grace none does. */
function replaced(now: WebhookEndpoint, graceSeconds: number, at: Date): EndpointChange {
  if (graceSeconds === 0) return { previousSecret: null, previousExpiresAt: null, olderSecrets: [] };
  const { previousSecret, previousExpiresAt } = now;
  const before =
    previousSecret && previousExpiresAt
      ? [{ secret: previousSecret, expiresAt: previousExpiresAt.toISOString() }]
      : [];
  const olderSecrets = [...before, ...now.olderSecrets]
    .filter(({ expiresAt }) => new Date(expiresAt) > at)
    .slice(0, mostOlder);
  const previousUntil = new Date(at.getTime() + graceSeconds * 1000);
  return { previousSecret: now.secret, previousExpiresAt: previousUntil, olderSecrets };
}

function stateChange(now: WebhookEndpoint, enabled: boolean | undefined): EndpointChange {
  if (enabled === undefined || enabled === (now.disabledReason === null)) return {};
  return enabled ? { disabledReason: null, failingSince: null } : { disabledReason: 'requested' };
}

function deliveries({ store, clock, wake, onEvent }: WebhooksOptions): Omit<Webhooks, keyof EndpointPart> {
  return {
    async test(owner, id) {
      const delivery = await store.transaction(async (tx) => {
        const { url } = await enabled(tx, owner, id);
        const at = clock.now();
        const event = newEvent(owner, 'webhook_endpoint.tested', { object: 'webhook_endpoint', id, url });
        await tx.events.insert([event], at);
        return tx.webhookDeliveries.enqueue({ id, owner }, event, at);
      });
      onEvent();
      wake();
      return delivery;
    },
    async listDeliveries(owner, id, { after, limit, ...filter }) {
      await existing(store, owner, id);
      const page = { ...filter, limit: limit + 1, ...(after === undefined ? {} : { after }) };
      const [items, total] = await Promise.all([
        store.webhookDeliveries.list(owner, id, page),
        store.webhookDeliveries.count(owner, id, filter),
      ]);
      return { items: items.slice(0, limit), hasMore: items.length > limit, total };
    },
    async getDelivery(owner, id) {
      const delivery = await store.webhookDeliveries.find(owner, id);
      if (!delivery) throw missing('webhook_delivery');
      return { delivery, attempts: await store.webhookDeliveries.listAttempts(id) };
    },
    async redeliver(owner, id) {
      const known = await store.webhookDeliveries.find(owner, id);
      if (!known) throw missing('webhook_delivery');
      const delivery = await store.transaction(async (tx) => {
        await enabled(tx, owner, known.endpointId);
        return tx.webhookDeliveries.requeue(owner, id, clock.now());
      });
      if (!delivery) throw missing('webhook_delivery');
      wake();
      return delivery;
    },
    async replay(owner, id, { from, to }) {
      if (from >= to) throw fail('validation', { field: 'from', message: 'from must lie before to' });
      const count = await store.transaction(async (tx) => {
        const endpoint = await enabled(tx, owner, id);
        return tx.webhookDeliveries.enqueueRange(endpoint, { from, to, limit: maxReplayed }, clock.now());
      });
      if (count === null) {
        const message = `from and to hold more than ${maxReplayed} events; replay a shorter time`;
        throw fail('validation', { field: 'from', message });
      }
      wake();
      return count;
    },
  };
}

const missing = (resource = 'webhook_endpoint') => fail('not_found', { resource });

function found(endpoint: WebhookEndpoint | null): WebhookEndpoint {
  if (!endpoint) throw missing();
  return endpoint;
}

async function existing(store: Repositories, owner: string, id: string): Promise<WebhookEndpoint> {
  return found(await store.webhookEndpoints.find(owner, id));
}

/** An endpoint that stays enabled until this database transaction ends. */
async function enabled(tx: Repositories, owner: string, id: string): Promise<WebhookEndpoint> {
  const endpoint = found(await tx.webhookEndpoints.findForUpdate(owner, id));
  if (endpoint.disabledReason !== null) {
    throw fail('conflict', { message: 'The webhook endpoint is disabled', resource: 'webhook_endpoint' });
  }
  return endpoint;
}
