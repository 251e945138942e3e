import { readFileSync } from 'node:fs';
import type { Hex } from 'viem';

type CreationCodes<Name extends string> = { creationCode: Record<Name, Hex> };

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`./fixtures/${name}.json`, import.meta.url), 'utf8'));

export const safeFixture = () =>
  read('safe-contracts') as CreationCodes<
    | 'Safe'
    | 'SafeL2'
    | 'SafeProxyFactory'
    | 'MultiSend'
    | 'MultiSendCallOnly'
    | 'CompatibilityFallbackHandler'
  >;

export const safe4337Fixture = () => read('safe-4337') as CreationCodes<'Safe4337Module' | 'SafeModuleSetup'>;

export const usdcFixture = () =>
  read('circle-usdc') as {
    signatureChecker: Hex;
    fiatTokenV2_2: { creationCode: Hex; linkOffsets: number[] };
    fiatTokenProxy: { runtimeCode: Hex };
  };

export const preinstallsFixture = () =>
  read('preinstalls') as {
    runtimeCode: Record<'Multicall3' | 'SafeSingletonFactory' | 'Permit2', Hex>;
    permit2Offsets: { chainId: number; domainSeparator: number };
  };

/** Replaces bytes of code at a byte offset. */
export function patchCode(code: Hex, offset: number, value: Hex): Hex {
  const at = 2 + offset * 2;
  return `0x${code.slice(2, at)}${value.slice(2)}${code.slice(at + value.length - 2)}`;
}
