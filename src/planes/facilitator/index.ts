import { facilitatorPlane as definition } from '#schemas/facilitator/plane.ts';
import type { Plane } from '#src/http/plane.ts';
import { facilitatorAuth } from './auth.ts';
import { renderFacilitatorError } from './errors.ts';
import { adminRoutes } from './routes/admin.ts';
import { auditRoutes } from './routes/audit.ts';
import { accountRoutes } from './routes/accounts.ts';
import { clientRoutes } from './routes/clients.ts';
import { discoveryRoutes } from './routes/discovery.ts';
import { metricsRoutes } from './routes/metrics.ts';
import { operatorRoutes } from './routes/operators.ts';
import { paymentRoutes } from './routes/payments.ts';
import { resourceRoutes } from './routes/resources.ts';
import { settlementRoutes } from './routes/settlements.ts';
import { systemRoutes } from './routes/system.ts';
import type { FacilitatorServices } from './services.ts';

/** The facilitator: x402 payments for merchants (seed 002). */
export function facilitatorPlane(services: FacilitatorServices): Plane {
  const { access, refresh } = services.tokens;
  return {
    definition,
    routes: [
      ...systemRoutes(services),
      ...paymentRoutes(services),
      ...accountRoutes(services),
      ...clientRoutes(services),
      ...settlementRoutes(services),
      ...resourceRoutes(services),
      ...discoveryRoutes(services),
      ...metricsRoutes(services),
      ...adminRoutes(services),
      ...operatorRoutes(services),
      ...auditRoutes(services),
    ],
    authenticate: facilitatorAuth(services),
    render: renderFacilitatorError,
    anonymousPerMinute: 100,
    async setup(app) {
      await access.setup(app);
      await refresh.setup(app);
    },
  };
}
