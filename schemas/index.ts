import type { Operation } from './kit/operation.ts';
import type { PlaneDefinition } from './kit/plane.ts';

/** Every plane of the contract. */
export const planes: readonly PlaneDefinition[] = [];

/** The catalogue: every operation of every plane. OpenAPI, clients and guards iterate it. */
export const operations: readonly Operation[] = [];
