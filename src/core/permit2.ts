import type { Address } from './hex.ts';

/** Uniswap's Permit2, the same on every EVM chain. */
export const permit2Address: Address = '0x000000000022D473030F116dDEE9F6B43aC78BA3';
/** x402's proxies for Permit2, the same on every EVM chain (x402 specification, exact and upto on EVM). */
export const exactProxyAddress: Address = '0x402085c248EeA27D92E8b30b2C58ed07f9E20001';
export const uptoProxyAddress: Address = '0x4020A4f3b7b90ccA423B9fabCc0CE57C6C240002';
