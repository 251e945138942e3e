import * as deliveries from '#schemas/platform/webhook-deliveries.ts';
import * as ops from '#schemas/platform/webhooks.ts';
import { bind, type RouteBinding } from '#src/http/route.ts';
import type { EndpointUpdate } from '#src/services/webhooks.ts';
import { presentDelivery, presentDeliveryWithAttempts, presentWebhookEndpoint } from '../present-events.ts';
import { page } from '../present.ts';
import type { PlatformServices } from '../services.ts';

type Body = { url?: string; events?: string[]; description?: string | null; status?: 'enabled' | 'disabled' };

/** What a body says; what it leaves out stays out. */
function changeOf({ url, events, description, status }: Body): EndpointUpdate {
  return {
    ...(url === undefined ? {} : { url }),
    ...(events === undefined ? {} : { types: events }),
    ...(description === undefined ? {} : { description }),
    ...(status === undefined ? {} : { enabled: status === 'enabled' }),
  };
}

const paging = ({ limit = 20, starting_after: after }: { limit?: number; starting_after?: string }) => ({
  limit,
  ...(after === undefined ? {} : { after }),
});

/** Endpoints that are told of events, and what was sent to them. */
export function webhookRoutes({ webhooks, clock }: PlatformServices): RouteBinding[] {
  return [
    bind(ops.createWebhookEndpoint, async ({ principal, body }) => {
      const { url, events: types = ['*'], description = null } = body;
      const { endpoint, secret } = await webhooks.create(principal.owner, { url, types, description });
      return { ...presentWebhookEndpoint(endpoint), secret };
    }),
    bind(ops.listWebhookEndpoints, async ({ principal, query }) => {
      const found = await webhooks.list(principal.owner, paging(query));
      return page(found.items.map(presentWebhookEndpoint), found);
    }),
    bind(ops.getWebhookEndpoint, async ({ principal, params }) =>
      presentWebhookEndpoint(await webhooks.get(principal.owner, params.id)),
    ),
    bind(ops.updateWebhookEndpoint, async ({ principal, params, body }) =>
      presentWebhookEndpoint(await webhooks.update(principal.owner, params.id, changeOf(body))),
    ),
    bind(ops.deleteWebhookEndpoint, async ({ principal, params: { id } }) => {
      await webhooks.delete(principal.owner, id);
      return { object: 'webhook_endpoint' as const, id, deleted: true as const };
    }),
    bind(ops.rotateWebhookSecret, async ({ principal, params, body }) => {
      const grace = body.grace_period_seconds ?? 86_400;
      const { endpoint, secret } = await webhooks.rotateSecret(principal.owner, params.id, grace);
      return { ...presentWebhookEndpoint(endpoint), secret };
    }),
    bind(deliveries.testWebhookEndpoint, async ({ principal, params }) =>
      presentDelivery(await webhooks.test(principal.owner, params.id)),
    ),
    bind(deliveries.replayWebhookEvents, async ({ principal, params: { id }, body }) => {
      const from = new Date(body.from * 1000);
      const to = body.to === undefined ? clock.now() : new Date(body.to * 1000);
      const queued = await webhooks.replay(principal.owner, id, { from, to });
      return { object: 'webhook_replay' as const, endpoint_id: id, queued };
    }),
    bind(deliveries.listWebhookDeliveries, async ({ principal, params, query }) => {
      const { status, type } = query;
      const found = await webhooks.listDeliveries(principal.owner, params.id, {
        ...paging(query),
        ...(status === undefined ? {} : { status }),
        ...(type === undefined ? {} : { types: [type] }),
      });
      return page(found.items.map(presentDelivery), found);
    }),
    bind(deliveries.getWebhookDelivery, async ({ principal, params }) => {
      const { delivery, attempts } = await webhooks.getDelivery(principal.owner, params.id);
      return presentDeliveryWithAttempts(delivery, attempts);
    }),
    bind(deliveries.redeliverWebhook, async ({ principal, params }) =>
      presentDelivery(await webhooks.redeliver(principal.owner, params.id)),
    ),
  ];
}
