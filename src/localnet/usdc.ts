import {
  encodeAbiParameters,
  encodeFunctionData,
  keccak256,
  numberToHex,
  pad,
  parseAbi,
  stringToBytes,
  type Address,
  type Hex,
} from 'viem';
import type { PrivateKeyAccount } from 'viem/accounts';
import { sendInTurn } from '#src/chain/send-in-turn.ts';
import { deployMissing, plainDeployment } from './canonical.ts';
import type { LocalnetClient } from './client.ts';
import { patchCode, usdcFixture } from './fixtures.ts';

/** Circle's USDC on base-sepolia; EIP-712 domain name "USDC", version "2". */
export const usdcAddress: Address = '0x036CbD53842c5426634e7929541eC2318f3dCF7e';

export const usdcAbi = parseAbi([
  'function initialize(string tokenName, string tokenSymbol, string tokenCurrency, uint8 tokenDecimals, address newMasterMinter, address newPauser, address newBlacklister, address newOwner)',
  'function initializeV2(string newName)',
  'function initializeV2_1(address lostAndFound)',
  'function initializeV2_2(address[] accountsToBlacklist, string newSymbol)',
  'function configureMinter(address minter, uint256 minterAllowedAmount) returns (bool)',
  'function isMinter(address account) view returns (bool)',
  'function mint(address to, uint256 amount) returns (bool)',
]);

const maxUint256 = 2n ** 256n - 1n;

function initialisation(minter: Address): Hex[] {
  const call = encodeFunctionData<typeof usdcAbi>;
  return [
    call({
      abi: usdcAbi,
      functionName: 'initialize',
      args: ['USDC', 'USDC', 'USD', 6, minter, minter, minter, minter],
    }),
    call({ abi: usdcAbi, functionName: 'initializeV2', args: ['USDC'] }),
    call({ abi: usdcAbi, functionName: 'initializeV2_1', args: [minter] }),
    call({ abi: usdcAbi, functionName: 'initializeV2_2', args: [[], 'USDC'] }),
    call({ abi: usdcAbi, functionName: 'configureMinter', args: [minter, maxUint256] }),
  ];
}

/** Where FiatTokenProxy keeps the contract behind it and who may change it: as names, hashed. */
const slotOf = (name: string): Hex => keccak256(stringToBytes(`org.zeppelinos.proxy.${name}`));
/** The proxy takes no calls from its administrator, so it is nobody who pays. */
const proxyAdmin: Address = '0x000000000000000000000000000000000000dEaD';

/** Circle's FiatTokenV2_2 at an address of its own, and in front of it, at USDC's address, Circle's proxy. */
async function ensureCode(client: LocalnetClient, deployer: PrivateKeyAccount): Promise<void> {
  const { signatureChecker, fiatTokenV2_2, fiatTokenProxy } = usdcFixture();
  const library = plainDeployment(signatureChecker);
  const linked = fiatTokenV2_2.linkOffsets.reduce(
    (code, offset) => patchCode(code, offset, library.address.toLowerCase() as Hex),
    fiatTokenV2_2.creationCode,
  );
  const implementation = plainDeployment(linked);
  await deployMissing(client, deployer, [library, implementation]);
  const words: [Hex, Address][] = [
    [slotOf('implementation'), implementation.address],
    [slotOf('admin'), proxyAdmin],
  ];
  for (const [index, address] of words) {
    await client.setStorageAt({ address: usdcAddress, index, value: pad(address) });
  }
  await client.setCode({ address: usdcAddress, bytecode: fiatTokenProxy.runtimeCode });
}

/**
 * Puts Circle's USDC to its address and takes it through its initialisers. Idempotent; a chain kept from before the proxy
 * gets it too, its balances lie in the same slots.
 */
export async function ensureUsdc(
  client: LocalnetClient,
  deployer: PrivateKeyAccount,
  minter: PrivateKeyAccount,
): Promise<void> {
  await ensureCode(client, deployer);
  const isMinter = {
    address: usdcAddress,
    abi: usdcAbi,
    functionName: 'isMinter',
    args: [minter.address],
  } as const;
  if (await client.readContract(isMinter)) return;

  const calls = initialisation(minter.address).map((data) => ({ to: usdcAddress, data, gas: 500_000n }));
  await sendInTurn(client, minter, calls);
  if (!(await client.readContract(isMinter))) throw new Error('USDC was not initialised');
}

/** Slot of FiatTokenV2_2's balances; the proxy's storage is its own. */
const balanceSlot = 9n;

/** Sets an account's balance with no transaction. */
export function setUsdcBalance(client: LocalnetClient, owner: Address, amount: bigint): Promise<void> {
  const key = encodeAbiParameters([{ type: 'address' }, { type: 'uint256' }], [owner, balanceSlot]);
  const value = numberToHex(amount, { size: 32 });
  return client.setStorageAt({ address: usdcAddress, index: keccak256(key), value });
}
