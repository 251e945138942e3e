import { deriveKey } from '#src/core/secrets.ts';
import { seal, unseal } from '#src/core/sealing.ts';
import { createEgress } from '#src/http/egress.ts';
import type { Log } from '#src/http/logging.ts';
import { createDeliverer } from '#src/services/webhooks/deliverer.ts';
import { createWebhooks, type Webhooks } from '#src/services/webhooks.ts';
import type { Kernel } from './kernel.ts';

export type WebhookParts = {
  webhooks: Webhooks;
  /** There may be something to deliver. */
  wake(): void;
  start(): void;
  stop(): Promise<void>;
};

/** Webhooks: where events go, and what takes them there. */
export function composeWebhooks(kernel: Kernel, log: Log, onEvent: () => void): WebhookParts {
  const { store, clock, config, secrets, version } = kernel;
  // Receivers keep their secrets for years: the key must outlive a rotation of JWT_SECRET.
  const key = deriveKey(config.env.SECRET_PEPPER ?? secrets.JWT_SECRET, 'webhook-secrets');
  const egress = createEgress({ allowLoopback: config.env.WEBHOOKS_ALLOW_LOOPBACK === '1' });
  const deliverer = createDeliverer({
    store,
    clock,
    log,
    egress,
    unseal: ({ id }, sealed) => unseal(key, sealed, id),
    userAgent: `Chronos/${version}`,
    onEvent,
    abort: () => egress.close(),
  });
  return {
    webhooks: createWebhooks({
      store,
      clock,
      egress,
      seal: ({ id }, secret) => seal(key, secret, id),
      wake: deliverer.wake,
      onEvent,
    }),
    wake: deliverer.wake,
    start: deliverer.start,
    stop: deliverer.stop,
  };
}
