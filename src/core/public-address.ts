import ipaddr from 'ipaddr.js';

/** Global unicast of IPv6 is all of it that is handed out; the rest tunnels, maps or stays at home. */
const globalIpv6 = ipaddr.parseCIDR('2000::/3') as [ipaddr.IPv6, number];

/** Services of clouds that answer on addresses which look public. */
const cloudInternal: ReadonlySet<string> = new Set(['168.63.129.16']);

export type AddressKind = 'public' | 'loopback' | 'internal';

/**
 * Where an IP address leads: to the internet, to this machine, or to somewhere only insiders reach (private, link-local,
 * carrier-grade NAT, metadata services, multicast, tunnels that carry IPv4 inside IPv6 …). What is no address is internal.
 */
export function addressKind(text: string): AddressKind {
  const bare = text.split('%')[0] ?? '';
  if (!ipaddr.IPv6.isValid(bare) && !ipaddr.IPv4.isValidFourPartDecimal(bare)) return 'internal';
  // `::ffff:10.0.0.1` reaches 10.0.0.1.
  const address = ipaddr.process(bare);
  const range = address.range();
  if (range === 'loopback') return 'loopback';
  if (range !== 'unicast' || cloudInternal.has(address.toString())) return 'internal';
  if (address.kind() === 'ipv6' && !(address as ipaddr.IPv6).match(globalIpv6)) return 'internal';
  return 'public';
}

/** True when a call for a user may go there. */
export function mayReach(address: string, { allowLoopback }: { allowLoopback: boolean }): boolean {
  const kind = addressKind(address);
  return kind === 'public' || (allowLoopback && kind === 'loopback');
}
