import { concatHex, getCreate2Address, keccak256, zeroHash, type Address, type Hex } from 'viem';

/** Arachnid's deterministic deployment proxy: the same address on every EVM network. */
export const create2Deployer: Address = '0x4e59b44847b379578588920cA78FbF26c0B4956C';

/** Address of a contract deployed through a factory that takes `salt ++ initCode` as its call data. */
export function create2Address(
  initCode: Hex,
  salt: Hex = zeroHash,
  from: Address = create2Deployer,
): Address {
  return getCreate2Address({ from, salt, bytecodeHash: keccak256(initCode) });
}

/** Call data that makes such a factory deploy. */
export function create2CallData(initCode: Hex, salt: Hex = zeroHash): Hex {
  return concatHex([salt, initCode]);
}
