import * as operators from '#schemas/facilitator/operators.ts';
import { bind, type RouteBinding } from '#src/http/route.ts';
import type { NetworkPause } from '#src/services/network-pauses.ts';
import type { SettlementLane } from '#src/services/signer-status.ts';
import { data } from '../present.ts';
import type { FacilitatorServices } from '../services.ts';

/** Signers and pauses, for operators. */
export function operatorRoutes({ signerStatus, pauses }: FacilitatorServices): RouteBinding[] {
  return [
    bind(operators.listSigners, async () => data((await signerStatus()).map(presentLane))),
    bind(operators.pauseNetwork, async ({ params }) => data(presentPause(await pauses.pause(params.id)))),
    bind(operators.resumeNetwork, async ({ params }) => data(presentPause(await pauses.resume(params.id)))),
  ];
}

function presentLane({ signers, ...lane }: SettlementLane) {
  return {
    ...lane,
    signers: signers.map(({ balance, nonce, ...signer }) => ({
      ...signer,
      balance: balance?.toString() ?? null,
      nonce: nonce === null ? null : Number(nonce),
    })),
  };
}

const presentPause = ({ network, pausedAt }: NetworkPause) => ({
  network,
  pausedAt: pausedAt?.toISOString() ?? null,
});
