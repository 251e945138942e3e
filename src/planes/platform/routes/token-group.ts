import type { RouteBinding } from '#src/http/route.ts';
import type { PlatformServices } from '../services.ts';
import { batchRoutes } from './batch.ts';
import { gasEstimateRoutes } from './gas-estimates.ts';
import { holderRoutes } from './holders.ts';
import { nftRoutes } from './nfts.ts';
import { tokenMoveRoutes } from './token-moves.ts';
import { tokenReadRoutes } from './token-reads.ts';
import { tokenSettingRoutes } from './token-settings.ts';
import { tokenRoutes } from './tokens.ts';
import { transactionActionRoutes } from './transaction-actions.ts';
import { transactionRoutes } from './transactions.ts';

/** Tokens and all that is done with them. */
export const tokenGroupRoutes = (services: PlatformServices): RouteBinding[] => [
  ...tokenRoutes(services),
  ...tokenMoveRoutes(services),
  ...tokenSettingRoutes(services),
  ...tokenReadRoutes(services),
  ...holderRoutes(services),
  ...nftRoutes(services),
  ...transactionRoutes(services),
  ...transactionActionRoutes(services),
  ...batchRoutes(services),
  ...gasEstimateRoutes(services),
];
