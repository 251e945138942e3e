import { encodeFunctionData, parseAbi, type Address, type Hex } from 'viem';
import type { PrivateKeyAccount } from 'viem/accounts';
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

/** Puts Circle's FiatTokenV2_2 to USDC's address and takes it through its initialisers. Idempotent. */
export async function ensureUsdc(
  client: LocalnetClient,
  deployer: PrivateKeyAccount,
  minter: PrivateKeyAccount,
): Promise<void> {
  const { signatureChecker, fiatTokenV2_2 } = usdcFixture();
  const library = plainDeployment(signatureChecker);
  await deployMissing(client, deployer, [library]);
  const code = fiatTokenV2_2.linkOffsets.reduce(
    (linked, offset) => patchCode(linked, offset, library.address.toLowerCase() as Hex),
    fiatTokenV2_2.runtimeCode,
  );
  await client.setCode({ address: usdcAddress, bytecode: code });
  const isMinter = {
    address: usdcAddress,
    abi: usdcAbi,
    functionName: 'isMinter',
    args: [minter.address],
  } as const;
  if (await client.readContract(isMinter)) return;

  let nonce = await client.getTransactionCount({ address: minter.address, blockTag: 'pending' });
  const hashes = await Promise.all(
    initialisation(minter.address).map((data) =>
      client.sendTransaction({ account: minter, to: usdcAddress, data, nonce: nonce++, gas: 500_000n }),
    ),
  );
  await Promise.all(hashes.map((hash) => client.waitForTransactionReceipt({ hash })));
  if (!(await client.readContract(isMinter))) throw new Error('USDC was not initialised');
}
