import type { Static } from '@sinclair/typebox';
import * as ops from '#schemas/platform/gas-estimates.ts';
import { DeployTokenRequest } from '#schemas/platform/tokens.ts';
import { fail } from '#src/core/errors.ts';
import type { GasPrice } from '#src/core/ports/gas-estimates.ts';
import { bind, type RouteBinding } from '#src/http/route.ts';
import type { GasEstimate } from '#src/services/tokens/gas-estimates.ts';
import { deployNetworkOf } from '../caller.ts';
import { actionIn, checkParams } from '../methods.ts';
import type { PlatformServices } from '../services.ts';
import { specOf } from '../token-bodies.ts';

type Wire = Static<typeof ops.GasEstimate>;

function present(
  method: Wire['method'],
  { gas, network, prices, revertReason }: GasEstimate,
  sponsored: boolean,
): Wire {
  const speed = ({ maxFeePerGas, maxPriorityFeePerGas }: GasPrice) => ({
    max_fee_per_gas: maxFeePerGas.toString(),
    max_priority_fee_per_gas: maxPriorityFeePerGas.toString(),
    cost: gas === null ? null : (gas * maxFeePerGas).toString(),
  });
  return {
    object: 'gas_estimate',
    method,
    network,
    gas: gas?.toString() ?? null,
    speeds: { slow: speed(prices.slow), standard: speed(prices.standard), fast: speed(prices.fast) },
    sponsored,
    would_revert: revertReason !== null,
    revert_reason: revertReason,
  };
}

/** What an action would cost. */
export function gasEstimateRoutes({ gasEstimates, networks }: PlatformServices): RouteBinding[] {
  return [
    bind(ops.estimateGas, async ({ principal, body }) => {
      const { method, token_id: tokenId, params = {} } = body;
      const { owner } = principal;
      const sponsored = (network: string) => networks.get(network).paymasterUrl !== null;
      if (method === 'deploy') {
        checkParams(DeployTokenRequest, params, 'params');
        const spec = params as Static<typeof DeployTokenRequest>;
        const network = deployNetworkOf(networks, principal, body.network ?? spec.network).name;
        const found = await gasEstimates.ofDeployment(owner, network, specOf(spec));
        return present(method, found, sponsored(network));
      }
      if (tokenId === undefined) {
        throw fail('validation', { field: 'token_id', rule: 'required', message: 'token_id is required' });
      }
      const move = { owner, tokenId, ...actionIn(method, params, 'params') };
      const found = await gasEstimates.ofMove(move);
      return present(method, found, sponsored(found.network));
    }),
  ];
}
