import type { Static } from '@sinclair/typebox';
import * as roles from '#schemas/platform/roles.ts';
import * as batches from '#schemas/platform/token-batches.ts';
import * as settings from '#schemas/platform/token-settings.ts';
import { bind, type RouteBinding } from '#src/http/route.ts';
import type { PlatformServices } from '../services.ts';
import * as bodies from '../token-more-bodies.ts';
import { mover } from './token-moves.ts';

/** What issuers set on their tokens, and moves of many at once. */
export function tokenSettingRoutes(services: PlatformServices): RouteBinding[] {
  const moved = mover(services);
  type Pause = Static<typeof settings.PauseRequest>;
  return [
    bind(
      settings.pauseToken,
      moved<Pause>(() => () => ({ method: 'pause' })),
    ),
    bind(
      settings.unpauseToken,
      moved<Pause>(() => () => ({ method: 'unpause' })),
    ),
    bind(settings.setTokenRoyalty, moved(bodies.royaltyOf)),
    bind(settings.transferTokenOwnership, moved(bodies.ownershipOf)),
    bind(batches.mintTokenBatch, moved(bodies.mintBatchOf)),
    bind(batches.transferTokenBatch, moved(bodies.transferBatchOf)),
    bind(batches.burnTokenBatch, moved(bodies.burnBatchOf)),
    bind(batches.setTokenApprovalForAll, moved(bodies.approvalForAllOf)),
    bind(batches.permitToken, moved(bodies.permitOf)),
    bind(batches.transferTokenAndCall, moved(bodies.transferAndCallOf)),
    bind(roles.grantTokenRole, moved(bodies.grantOf)),
    bind(roles.revokeTokenRole, moved(bodies.revokeOf)),
    bind(roles.renounceTokenRole, moved(bodies.renounceOf)),
  ];
}
