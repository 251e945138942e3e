import ipaddr from 'ipaddr.js';

type Block = [ipaddr.IPv4 | ipaddr.IPv6, number];

/** An address, IPv4 even when it came mapped into IPv6 (`::ffff:10.0.0.1`); null when it is none. */
function parseAddress(text: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  // `isValid` alone takes "10.1" and octal spellings; an allow-list must mean one thing.
  if (!ipaddr.IPv6.isValid(text) && !ipaddr.IPv4.isValidFourPartDecimal(text)) return null;
  return ipaddr.process(text);
}

function parseBlock(text: string): Block | null {
  const [address = '', bits, ...rest] = text.split('/');
  const parsed = parseAddress(address);
  if (!parsed || rest.length > 0) return null;
  const mapped = parsed.kind() === 'ipv4' && address.includes(':');
  const width = parsed.kind() === 'ipv4' ? 32 : 128;
  if (bits === undefined) return [parsed, width];
  if (!/^(0|[1-9]\d{0,2})$/.test(bits)) return null;
  const length = Number(bits) - (mapped ? 96 : 0);
  return length >= 0 && length <= width ? [parsed, length] : null;
}

/** True for an address or CIDR block, IPv4 or IPv6. */
export function isIpBlock(text: string): boolean {
  return parseBlock(text) !== null;
}

/** True when `address` lies in one of the blocks. */
export function inIpList(blocks: readonly string[], address: string): boolean {
  const parsed = parseAddress(address.split('%')[0] ?? '');
  if (!parsed) return false;
  return blocks.some((text) => {
    const block = parseBlock(text);
    return block !== null && block[0].kind() === parsed.kind() && parsed.match(block as never);
  });
}

/** What one customer of a provider holds: an IPv4 address, an IPv6 /64; other text as it is. Guesses are counted by it. */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address;
  const parsed = parseAddress(address.split('%')[0] ?? '');
  if (!parsed || parsed.kind() === 'ipv4') return parsed?.toString() ?? address;
  return `${(parsed as ipaddr.IPv6).parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(':')}::/64`;
}
