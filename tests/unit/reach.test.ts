import { describe, expect, it } from 'vitest';
import { createNetworks, type NetworkSettings } from '#src/core/networks.ts';
import { principal } from '#src/core/principal.ts';
import { networkOf, reaches } from '#src/planes/platform/caller.ts';

const network = (name: string, chainId: number, testnet: boolean, simulated = false): NetworkSettings => ({
  name,
  title: name,
  chainId,
  testnet,
  simulated,
  rpcUrls: [],
  bundlerUrl: null,
  paymasterUrl: null,
  confirmations: 1,
  settleBatch: 150,
  contracts: { token: null, mintVouchers: null, tokenLock: null },
});
const keyOf = (environment: 'test' | 'live') =>
  principal({ kind: 'key', id: 'ak_1', scopes: '*', perMinute: 1, facts: { environment } });
const base = network('base', 8453, false);
const sepolia = network('base-sepolia', 84532, true);
const networks = createNetworks([base, sepolia, network('polygon', 137, false)], 'base');

describe('what a key reaches', () => {
  it('is test networks and local chains for a test key, the others for a live key', () => {
    const local = network('celo', 42220, false, true);
    expect([base, sepolia, local].map((one) => reaches('test', one))).toEqual([false, true, true]);
    expect([base, sepolia, local].map((one) => reaches('live', one))).toEqual([true, false, false]);
  });

  it('is told by name or CAIP-2 id, and the default is the first it reaches', () => {
    expect(networkOf(networks, keyOf('live'))).toBe(base);
    expect(networkOf(networks, keyOf('test'))).toBe(sepolia);
    expect(networkOf(networks, keyOf('test'), 'eip155:84532')).toBe(sepolia);
  });

  it('ends at its environment', () => {
    const test = keyOf('test');
    expect(() => networkOf(networks, test, 'polygon')).toThrow('A test key does not reach network polygon');
    expect(() => networkOf(networks, test, 'nowhere')).toThrow('network nowhere is not supported');
    const main = createNetworks([base], 'base');
    expect(() => networkOf(main, test)).toThrow('A test key does not reach any network');
  });
});
