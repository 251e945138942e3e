import { operations as accounts } from './facilitator/accounts.ts';
import { operations as merchantClients } from './facilitator/clients.ts';
import { operations as payments } from './facilitator/payments.ts';
import { facilitatorPlane } from './facilitator/plane.ts';
import { operations as system } from './facilitator/system.ts';
import type { Operation } from './kit/operation.ts';
import type { PlaneDefinition } from './kit/plane.ts';

/** Every plane of the contract. */
export const planes: readonly PlaneDefinition[] = [facilitatorPlane];

/** The catalogue: every operation of every plane. OpenAPI, clients and guards iterate it. */
export const operations: readonly Operation[] = [...system, ...payments, ...accounts, ...merchantClients];
