import {
  concatHex,
  encodeFunctionData,
  maxUint256,
  numberToHex,
  parseAbi,
  parseEther,
  size,
  type Abi,
  type Address,
  type Hex,
} from 'viem';
import type { PrivateKeyAccount } from 'viem/accounts';
import { permit2WitnessTypes, uptoPermit2WitnessTypes } from '@x402/evm';
import { permit2Address } from '#src/core/permit2.ts';
import { ensureCanonicalContracts } from '#src/localnet/canonical.ts';
import { localnetChainId } from '#src/localnet/client.ts';
import { ensureUsdc, usdcAddress } from '#src/localnet/usdc.ts';
import { startChain, type Wallet } from './chain-kit.ts';
import { newAccount, walletOf } from './own-contracts-kit.ts';

export const erc20 = parseAbi([
  'function approve(address spender, uint256 amount) returns (bool)',
  'function allowance(address owner, address spender) view returns (uint256)',
  'function balanceOf(address owner) view returns (uint256)',
  'function mint(address to, uint256 amount) returns (bool)',
  'function nonces(address owner) view returns (uint256)',
  'function pause()',
  'function unpause()',
  'event Transfer(address indexed from, address indexed to, uint256 value)',
]);

const eip2612Types = {
  Permit: [
    { name: 'owner', type: 'address' },
    { name: 'spender', type: 'address' },
    { name: 'value', type: 'uint256' },
    { name: 'nonce', type: 'uint256' },
    { name: 'deadline', type: 'uint256' },
  ],
} as const;

export type PaymentChain = Awaited<ReturnType<typeof startPaymentChain>>;

/** A chain with Permit2, x402's proxies and Circle's USDC. */
export async function startPaymentChain() {
  const chain = await startChain();
  const minter = newAccount();
  try {
    await chain.client.setBalance({ address: minter.address, value: parseEther('100') });
    await ensureCanonicalContracts(chain.client, minter);
    await ensureUsdc(chain.client, minter, minter);
  } catch (error) {
    await chain.stop();
    throw error;
  }
  const minting: Wallet = walletOf(chain, minter);

  const write = async (wallet: Wallet, functionName: string, args: readonly unknown[]): Promise<void> => {
    const call = { address: usdcAddress, abi: erc20 as Abi, functionName, args };
    const hash = await wallet.writeContract(call);
    const { status } = await chain.client.waitForTransactionReceipt({ hash });
    if (status !== 'success') throw new Error(`${functionName} reverted`);
  };
  const approve = async (account: PrivateKeyAccount, amount = maxUint256): Promise<void> => {
    await chain.client.setBalance({ address: account.address, value: parseEther('1') });
    await write(walletOf(chain, account), 'approve', [permit2Address, amount]);
  };
  /** Approves in the name of an account without a key. */
  const approveAs = async (owner: Address, amount = maxUint256): Promise<void> => {
    await chain.client.setBalance({ address: owner, value: parseEther('1') });
    await chain.client.impersonateAccount({ address: owner });
    const hash = await chain.client.writeContract({
      address: usdcAddress,
      abi: erc20,
      functionName: 'approve',
      args: [permit2Address, amount],
      account: owner,
    });
    await chain.client.waitForTransactionReceipt({ hash });
    await chain.client.stopImpersonatingAccount({ address: owner });
  };
  const mint = (to: Address, amount = 1_000_000_000n) => write(minting, 'mint', [to, amount]);
  return {
    chain,
    minter: minting,
    write,
    mint,
    approve,
    approveAs,
    balanceOf: (owner: Address) =>
      chain.client.readContract({
        address: usdcAddress,
        abi: erc20,
        functionName: 'balanceOf',
        args: [owner],
      }),
    /** A new key with USDC; with an allowance for Permit2 unless told otherwise. */
    async payer({ approved = true } = {}): Promise<PrivateKeyAccount> {
      const account = newAccount();
      await mint(account.address);
      if (approved) await approve(account);
      return account;
    },
    stop: () => chain.stop(),
  };
}

export type Permit = { token: Address; amount: bigint; nonce: bigint; deadline: bigint };
export type Witness = { to: Address; facilitator?: Address; validAfter: bigint };

/** Signs for Permit2 with the types of the official package; a witness with a facilitator is upto's. */
export function signPermit2(
  signer: PrivateKeyAccount,
  spender: Address,
  { token, amount, nonce, deadline }: Permit,
  witness: Witness,
): Promise<Hex> {
  const types = witness.facilitator ? uptoPermit2WitnessTypes : permit2WitnessTypes;
  return signer.signTypedData({
    domain: { name: 'Permit2', chainId: localnetChainId, verifyingContract: permit2Address },
    types: types as typeof uptoPermit2WitnessTypes,
    primaryType: 'PermitWitnessTransferFrom',
    message: {
      permitted: { token, amount },
      spender,
      nonce,
      deadline,
      witness: witness as Required<Witness>,
    },
  });
}

/** Signs USDC's EIP-2612 permit for Permit2. */
export function signEip2612(
  signer: PrivateKeyAccount,
  message: { value: bigint; nonce: bigint; deadline: bigint; spender?: Address },
): Promise<Hex> {
  return signer.signTypedData({
    domain: { name: 'USDC', version: '2', chainId: localnetChainId, verifyingContract: usdcAddress },
    types: eip2612Types,
    primaryType: 'Permit',
    message: { spender: permit2Address, ...message, owner: signer.address },
  });
}

/** Code that answers every call with one word. */
export const answers = (word: Hex): Hex => concatHex(['0x7f', word, '0x60005260206000f3']);
/** Code that never ends: all the gas it is given is gone. */
export const burnsGas: Hex = '0x5b600056';
export const erc1271Magic: Hex = `0x1626ba7e${'0'.repeat(56)}`;

/**
 * A token whose transferFrom calls back into `target`, and returns true only if that reverts with `selector`.
 * Every other call answers true as well.
 */
export function reentrantToken(target: Address, callback: Hex, selector: Hex): Hex {
  const length = numberToHex(size(callback), { size: 2 });
  const transferFrom = encodeFunctionData({
    abi: parseAbi(['function transferFrom(address,address,uint256)']),
    args: [target, target, 0n],
  }).slice(0, 10) as Hex;
  const code = (at: Hex, data: Hex) =>
    concatHex([
      // a call of anything else answers true
      ...(['0x5f3560e01c63', transferFrom, '0x14', '0x601657', '0x60015f5260205ff3'] as const),
      // calls back with what follows the code
      ...(['0x5b', '0x61', length, '0x61', at, '0x5f39'] as const),
      ...(['0x5f5f', '0x61', length, '0x5f5f', '0x73', target, '0x5af1', '0x50'] as const),
      // true when the selector comes back, else a revert
      ...(['0x60045f5f3e', '0x5f5160e01c63', selector, '0x14'] as const),
      ...(['0x605457', '0x5f5ffd'] as const),
      ...(['0x5b', '0x60015f5260205ff3'] as const),
      data,
    ]);
  const at = numberToHex(size(code('0x0000', '0x')), { size: 2 });
  return code(at, callback);
}
