import { createWalletClient, http, parseEther, type Address, type Hex } from 'viem';
import { generatePrivateKey, privateKeyToAccount, type PrivateKeyAccount } from 'viem/accounts';
import { deployContracts, type ContractAddresses, type DeployOptions } from '#src/chain/deploy.ts';
import { ensureCanonicalContracts } from '#src/localnet/canonical.ts';
import { startChain, type TestChain } from './chain-kit.ts';

export const newAccount = (): PrivateKeyAccount => privateKeyToAccount(generatePrivateKey());
export const someAddress = (): Address => newAccount().address;

/** A chain with EntryPoint and Safe, and the keys a deployment needs. */
export async function startOwnContracts() {
  const chain = await startChain();
  const deployer = newAccount();
  await chain.client.setBalance({ address: deployer.address, value: parseEther('100') });
  await ensureCanonicalContracts(chain.client, deployer);
  const mintSigner = newAccount();
  const paymasterSigner = newAccount();
  const options: DeployOptions = {
    publicClient: chain.client,
    walletClient: walletOf(chain, deployer),
    mintSigner: mintSigner.address,
    paymasterSigner: paymasterSigner.address,
  };
  return { chain, deployer, mintSigner, paymasterSigner, options };
}

export type OwnContracts = Awaited<ReturnType<typeof startOwnContracts>> & { addresses: ContractAddresses };

export async function startDeployed(): Promise<OwnContracts> {
  const started = await startOwnContracts();
  return { ...started, addresses: await deployContracts(started.options) };
}

/** Signs for an account of the test's. */
export const walletOf = (chain: TestChain, account: PrivateKeyAccount) =>
  createWalletClient({
    account,
    chain: chain.client.chain,
    transport: http(chain.client.transport.url),
    pollingInterval: chain.client.pollingInterval,
  });

export type Voucher = { token: Address; recipient: Address; amount: bigint; receipt: Hex; deadline: bigint };

export const signVoucher = (signer: PrivateKeyAccount, verifyingContract: Address, message: Voucher) =>
  signer.signTypedData({
    domain: { name: 'ChronosMint', version: '1', chainId: 84532, verifyingContract },
    types: {
      MintVoucher: [
        { name: 'token', type: 'address' },
        { name: 'recipient', type: 'address' },
        { name: 'amount', type: 'uint256' },
        { name: 'receipt', type: 'bytes32' },
        { name: 'deadline', type: 'uint256' },
      ],
    },
    primaryType: 'MintVoucher',
    message,
  });
