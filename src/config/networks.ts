/** Networks that can be configured; each name is also the x402 v1 name and, upper-cased, its variables' prefix. */
export const networkIds: readonly string[] = [
  'base-sepolia',
  'base',
  'ethereum',
  'sepolia',
  'polygon',
  'polygon-amoy',
  'avalanche',
  'avalanche-fuji',
  'abstract',
  'abstract-testnet',
  'sei',
  'sei-testnet',
  'iotex',
  'peaq',
  'celo',
];
