import { fail } from '#src/core/errors.ts';
import { environmentOf as reachedBy, type Networks, type NetworkSettings } from '#src/core/networks.ts';
import type { Environment } from '#src/core/ports/api-keys.ts';
import type { User } from '#src/core/ports/users.ts';
import type { Principal } from '#src/core/principal.ts';

/** The tenant of a key or a session. */
export function tenantOf(who: Principal): string {
  return who.facts['tenantId'] as string;
}

/** The account of a session, as of at most half a second ago. */
export function userOf(who: Principal): User {
  return who.facts['user'] as User;
}

export function sessionOf(who: Principal): string {
  return who.facts['sessionId'] as string;
}

/** test or live, of a key. */
export function environmentOf(who: Principal): Environment {
  return who.facts['environment'] as Environment;
}

/** True when a key of the environment reaches the network: test keys test networks and local chains, live keys the others. */
export function reaches(
  environment: Environment,
  network: Pick<NetworkSettings, 'testnet' | 'simulated'>,
): boolean {
  return environment === reachedBy(network);
}

/** The network that a token is to be made on. @throws unsupported_network, also where no account can send anything */
export function deployNetworkOf(networks: Networks, who: Principal, id?: string): NetworkSettings {
  const network = networkOf(networks, who, id);
  if (network.bundlerUrl !== null) return network;
  const message = `network ${network.name} has no bundler, so accounts send nothing there`;
  throw fail('unsupported_network', { field: 'network', message });
}

/** The network a call is about, the environment's first when it names none. @throws unsupported_network */
export function networkOf(networks: Networks, who: Principal, id?: string): NetworkSettings {
  const environment = environmentOf(who);
  const network =
    id === undefined
      ? [networks.default, ...networks.list()].find((one) => reaches(environment, one))
      : networks.get(id);
  if (network && reaches(environment, network)) return network;
  const name = id === undefined ? 'any network' : `network ${id}`;
  throw fail('unsupported_network', {
    field: 'network',
    message: `A ${environment} key does not reach ${name}`,
  });
}
