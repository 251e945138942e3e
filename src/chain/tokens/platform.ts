import type { TokenContracts } from '#src/core/ports/platform-tokens.ts';
import type { ChainClients } from '../clients.ts';
import { effectOf } from './actions.ts';
import { deployment, saltOf } from './deployments.ts';
import { askToken } from './questions.ts';
import { readStates } from './state.ts';

/** Token contracts of the platform, as clones of our own implementations. */
export function createTokenContracts(clients: ChainClients): TokenContracts {
  return {
    deployment,
    saltOf,
    effect: effectOf,
    states: readStates(clients),
    ask: askToken(clients),
  };
}
