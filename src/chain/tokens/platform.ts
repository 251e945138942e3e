import type { TokenContracts } from '#src/core/ports/platform-tokens.ts';
import type { ChainClients } from '../clients.ts';
import { onChain } from '../errors.ts';
import { effectOf } from './actions.ts';
import { missingTokenContracts } from './contracts.ts';
import { deployment, saltOf } from './deployments.ts';
import { readItems } from './items.ts';
import { askToken } from './questions.ts';
import { readStates } from './state.ts';

/** Token contracts of the platform, as clones of our own implementations. */
export function createTokenContracts(clients: ChainClients): TokenContracts {
  // Code does not go away: only a no is asked again.
  const ready = new Set<string>();
  return {
    async canDeploy(network) {
      if (ready.has(network)) return true;
      const missing = await onChain(() => missingTokenContracts(clients.public(network)));
      if (missing.length === 0) ready.add(network);
      return missing.length === 0;
    },
    deployment,
    saltOf,
    effect: effectOf,
    states: readStates(clients),
    items: readItems(clients),
    ask: askToken(clients),
  };
}
