import type { RouteBinding } from '#src/http/route.ts';
import type { PlatformServices } from '../services.ts';
import { tokenMoveRoutes } from './token-moves.ts';
import { tokenRoutes } from './tokens.ts';
import { transactionRoutes } from './transactions.ts';

/** Tokens and all that is done with them. */
export const tokenGroupRoutes = (services: PlatformServices): RouteBinding[] => [
  ...tokenRoutes(services),
  ...tokenMoveRoutes(services),
  ...transactionRoutes(services),
];
