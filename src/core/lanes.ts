import { checksum } from './address.ts';
import type { Address } from './hex.ts';

const prefix = 'account:';

/** Lanes of smart accounts, as bounds of their names: the first one, and what follows the last one. */
export const accountLanes = { from: prefix, to: 'account;' } as const;

/** Lane of a smart account, `account:<network>:<address>`: what is queued there goes out in order, one operation at a time. */
export function accountLane(network: string, address: Address): string {
  return `${prefix}${network}:${address.toLowerCase()}`;
}

/** True for the lane of a smart account. */
export const isAccountLane = (lane: string): boolean => lane.startsWith(prefix);

/** @throws Error when it is no account lane */
export function parseAccountLane(lane: string): { network: string; address: Address } {
  const [kind, network, address] = lane.split(':');
  if (kind !== 'account' || !network || !address) throw new Error(`${lane} is no account lane`);
  return { network, address: checksum(address) };
}
