import { type Account, type Chain, type Hex, keccak256, parseEther, toHex, type Transport } from 'viem';
import { createWalletClient, getAddress, http, type WalletClient } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { chronosTokenAbi, chronosTokenBytecode } from '#src/chain/contracts/generated/chronos-token.ts';
import { mintVouchersAbi } from '#src/chain/contracts/generated/mint-vouchers.ts';
import { createLocalnetClient } from '#src/localnet/client.ts';
import { fundNative } from '#src/localnet/faucet.ts';
import type { LocalnetInfo } from '#src/localnet/types.ts';

const minterRole = keccak256(toHex('MINTER_ROLE'));

/** A token whose admin is nobody that Chronos knows. */
export type OwnToken = {
  address: Hex;
  /** Lets the voucher contract mint, or not any more. */
  setMinter(allowed: boolean): Promise<void>;
  /** Lets our signer vouch, or not any more. */
  setSigner(allowed: boolean): Promise<void>;
};

/** Deploys a token; it does not know of Chronos yet. */
export async function deployOwnToken(
  localnet: LocalnetInfo,
  symbol = 'PTS',
  decimals = 2,
): Promise<OwnToken> {
  const chain = createLocalnetClient(localnet.rpcUrl);
  const account = privateKeyToAccount(generatePrivateKey());
  await fundNative(localnet, account.address, parseEther('1'));
  const admin: WalletClient<Transport, Chain, Account> = createWalletClient({
    account,
    chain: chain.chain,
    transport: http(localnet.rpcUrl),
  });
  const mined = async (hash: Hex) => {
    const receipt = await chain.waitForTransactionReceipt({ hash });
    if (receipt.status !== 'success') throw new Error(`${hash} reverted`);
    return receipt;
  };
  const made = await mined(
    await admin.deployContract({
      abi: chronosTokenAbi,
      bytecode: chronosTokenBytecode,
      args: ['Points', symbol, decimals, account.address],
    }),
  );
  const address = getAddress(made.contractAddress!);
  const { mintVouchers } = localnet.addresses;
  return {
    address,
    async setMinter(allowed) {
      const functionName = allowed ? 'grantRole' : 'revokeRole';
      const args = [minterRole, mintVouchers] as const;
      await mined(await admin.writeContract({ abi: chronosTokenAbi, address, functionName, args }));
    },
    async setSigner(allowed) {
      const signer = privateKeyToAccount(localnet.keys.mintSigner).address;
      const args = [address, signer, allowed] as const;
      await mined(
        await admin.writeContract({
          abi: mintVouchersAbi,
          address: mintVouchers,
          functionName: 'setSigner',
          args,
        }),
      );
    },
  };
}

/** The same, ready for our vouchers. */
export async function deployMintable(localnet: LocalnetInfo, symbol?: string): Promise<OwnToken> {
  const token = await deployOwnToken(localnet, symbol);
  await token.setMinter(true);
  await token.setSigner(true);
  return token;
}
