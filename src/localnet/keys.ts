import { existsSync } from 'node:fs';
import { generatePrivateKey } from 'viem/accounts';
import { readJson, writeWhole } from './files.ts';
import type { LocalnetKeys } from './types.ts';

const generate = (count: number) => Array.from({ length: count }, () => generatePrivateKey());

/** The keys kept in a file of mode 600, made at the first call. They belong to one data folder, so nothing is well-known. */
export function loadKeys(file: string): LocalnetKeys {
  if (existsSync(file)) {
    const keys = readJson(file);
    if (keys === undefined)
      throw new Error(`${file} is not readable as JSON; remove the localnet's data and start anew`);
    return keys as LocalnetKeys;
  }
  const keys: LocalnetKeys = {
    facilitator: generate(4),
    mintSigner: generatePrivateKey(),
    deployer: generatePrivateKey(),
    usdcMinter: generatePrivateKey(),
    paymasterSigner: generatePrivateKey(),
    bundlerExecutors: generate(4),
    bundlerUtility: generatePrivateKey(),
  };
  writeWhole(file, `${JSON.stringify(keys, null, 2)}\n`);
  return keys;
}
