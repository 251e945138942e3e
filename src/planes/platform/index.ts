import { platformPlane as definition } from '#schemas/platform/plane.ts';
import type { Plane } from '#src/http/plane.ts';
import { platformAuth, requireSecretKey } from './auth.ts';
import { renderPlatformError } from './errors.ts';
import { withPages } from './pages.ts';
import { accountRoutes } from './routes/accounts.ts';
import { apiKeyRoutes } from './routes/api-keys.ts';
import { eventRoutes } from './routes/events.ts';
import { networkRoutes } from './routes/networks.ts';
import { signInRoutes } from './routes/sign-in.ts';
import { walletRoutes } from './routes/wallets.ts';
import { webhookRoutes } from './routes/webhooks.ts';
import { tokenGroupRoutes } from './routes/token-group.ts';
import type { PlatformServices } from './services.ts';

/** The platform: tokens and wallets for servers, keys and sessions for dashboards (seed 003). */
export function platformPlane(services: PlatformServices): Plane {
  const { access, refresh } = services.tokens;
  return {
    definition,
    routes: withPages(
      [
        ...accountRoutes(services),
        ...signInRoutes(services),
        ...apiKeyRoutes(services),
        ...networkRoutes(services),
        ...walletRoutes(services),
        ...eventRoutes(services),
        ...webhookRoutes(services),
        ...tokenGroupRoutes(services),
      ],
      services,
    ),
    authenticate: platformAuth(services),
    render: renderPlatformError,
    guard: requireSecretKey,
    anonymousPerMinute: 100,
    async setup(app) {
      await access.setup(app);
      await refresh.setup(app);
      // Streams have no end of their own: closing would wait for them.
      app.addHook('preClose', async () => services.eventStream.stop());
    },
  };
}
