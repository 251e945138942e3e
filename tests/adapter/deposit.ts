import { createWalletClient, type Hex, http, parseAbi, parseEther } from 'viem';
import { entryPoint07Address } from 'viem/account-abstraction';
import { privateKeyToAccount } from 'viem/accounts';
import type { OwnChain } from './own-chain.ts';

/** Sends as a key of the chain. */
export const sender = (own: OwnChain, key: Hex) =>
  createWalletClient({
    account: privateKeyToAccount(key),
    chain: own.chain.chain,
    transport: http(own.localnet.rpcUrl),
  });

const entryPointAbi = parseAbi([
  'function withdrawTo(address payable withdrawAddress, uint256 withdrawAmount)',
  'function depositTo(address account) payable',
  'function balanceOf(address account) view returns (uint256)',
]);

/** Takes the paymaster's deposit away; the answer puts it back. */
export async function drainPaymaster(own: OwnChain): Promise<() => Promise<unknown>> {
  const { paymaster } = own.localnet.addresses;
  const entryPoint = { abi: entryPointAbi, address: entryPoint07Address } as const;
  const deposit = await own.chain.readContract({
    ...entryPoint,
    functionName: 'balanceOf',
    args: [paymaster],
  });
  await own.ask('anvil_impersonateAccount', paymaster);
  await own.ask('anvil_setBalance', paymaster, '0xde0b6b3a7640000');
  const treasurer = createWalletClient({
    account: paymaster,
    chain: own.chain.chain,
    transport: http(own.localnet.rpcUrl),
  });
  const out = await treasurer.writeContract({
    ...entryPoint,
    functionName: 'withdrawTo',
    args: ['0x00000000000000000000000000000000000000fe', deposit],
  });
  await own.chain.waitForTransactionReceipt({ hash: out });
  return async () => {
    const hash = await sender(own, own.localnet.keys.deployer).writeContract({
      ...entryPoint,
      functionName: 'depositTo',
      args: [paymaster],
      value: parseEther('500'),
    });
    await own.chain.waitForTransactionReceipt({ hash });
  };
}
