import { concatHex, type Hex } from 'viem';
import { createLocalnetClient } from '#src/localnet/client.ts';
import { registerAsset } from '#schemas/facilitator/admin-assets.ts';
import type { TestApp } from '#tests/kit/app.ts';
import { call } from '#tests/kit/call.ts';
import { newAddress } from './kit.ts';

const zero: Hex = '0x60205ff3';

/** Answers every call with zero and does nothing: each transfer "succeeds". */
export const liar: Hex = concatHex(['0x5f5f52', zero]);

/**
 * Behaves while it is only asked (no gas price) and never ends in a transaction: whoever sends it loses all the gas the
 * transaction has.
 */
export function ambush(whenAsked: Hex): Hex {
  // GASPRICE ISZERO PUSH1 0x09 JUMPI · JUMPDEST PUSH1 0x05 JUMP · JUMPDEST …
  return concatHex(['0x3a15600957', '0x5b600556', '0x5b', whenAsked]);
}

export const answersZero: Hex = zero;
/** Says that any signature is right (ERC-1271). */
export const agrees: Hex = '0x631626ba7e60e01b5f5260205ff3';
/** Never ends, whoever asks. */
export const endless: Hex = concatHex(['0x5b5f56']);
/** Answers with 128 KB of zeros. */
export const flood: Hex = '0x620200005ff3';
/** Half a word. */
export const stub: Hex = '0x60105ff3';
/** Destroys nothing, but reverts with 64 KB. */
export const loudRevert: Hex = '0x620100005ffd';

/** Puts code at a new address. */
export async function deployed({ localnet }: TestApp, bytecode: Hex): Promise<Hex> {
  const address = newAddress();
  await createLocalnetClient(localnet.rpcUrl).setCode({ address, bytecode });
  return address;
}

/** A token of that code in the registry, as an operator might have been talked into. */
export async function hostileToken(test: TestApp, bytecode: Hex): Promise<Hex> {
  const asset = await deployed(test, bytecode);
  await call(test.app, registerAsset, {
    headers: { authorization: `Bearer ${test.secrets.ADMIN_MASTER_KEY}` },
    body: {
      network: 'base-sepolia',
      asset,
      symbol: 'BAD',
      decimals: 6,
      active: true,
      name: 'USDC',
      version: '2',
    },
  });
  return asset;
}
