import { checksum } from './address.ts';
import type { Address } from './hex.ts';

/** Lane of a smart account, `account:<network>:<address>`: what is queued there goes out in order, one operation at a time. */
export function accountLane(network: string, address: Address): string {
  return `account:${network}:${address.toLowerCase()}`;
}

/** True for the lane of a smart account. */
export const isAccountLane = (lane: string): boolean => lane.startsWith('account:');

/** @throws Error when it is no account lane */
export function parseAccountLane(lane: string): { network: string; address: Address } {
  const [kind, network, address] = lane.split(':');
  if (kind !== 'account' || !network || !address) throw new Error(`${lane} is no account lane`);
  return { network, address: checksum(address) };
}
