import {
  encodeDeployData,
  encodeFunctionData,
  isAddressEqual,
  keccak256,
  parseAbi,
  toHex,
  type Account,
  type Address,
  type Chain,
  type Hex,
  type PublicClient,
  type Transport,
  type WalletClient,
} from 'viem';
import { entryPoint07Address } from 'viem/account-abstraction';
import { chronosTokenAbi, chronosTokenBytecode } from './contracts/generated/chronos-token.ts';
import { mintVouchersAbi, mintVouchersBytecode } from './contracts/generated/mint-vouchers.ts';
import { sponsorPaymasterAbi, sponsorPaymasterBytecode } from './contracts/generated/sponsor-paymaster.ts';
import { tokenLockAbi, tokenLockBytecode } from './contracts/generated/token-lock.ts';
import { create2Address, create2CallData, create2Deployer } from './create2.ts';
import { type Call, sendInTurn } from './send-in-turn.ts';
import { missingTokenContracts } from './tokens/contracts.ts';

/** Where Chronos' own contracts lie on a network. */
export type ContractAddresses = {
  token: Address;
  mintVouchers: Address;
  tokenLock: Address;
  paymaster: Address;
};

/** What the addresses depend on. `admin` owns token and paymaster; `paymasterSigner` is the paymaster's first signer. */
export type ContractOptions = {
  admin: Address;
  paymasterSigner: Address;
  /** EntryPoint 0.7; its canonical address when left out. */
  entryPoint?: Address;
};

export type DeployOptions = Omit<ContractOptions, 'admin'> & {
  publicClient: PublicClient;
  /** Pays for everything; signs the admin's calls when it is the admin. */
  walletClient: WalletClient<Transport, Chain, Account>;
  /** The deployer when left out. */
  admin?: Address;
  /** Key that signs mint vouchers. */
  mintSigner: Address;
  /** Wei the paymaster's deposit is filled up to; 0 (the default) leaves it alone. */
  paymasterDeposit?: bigint;
};

/** A call only the admin can make. */
export type AdminCall = { to: Address; data: Hex; purpose: string };

/** All contracts are in place, but the admin is another account than the deployer and has calls left to send. */
export class AdminCallsMissingError extends Error {
  override readonly name = 'AdminCallsMissingError';
  readonly calls: AdminCall[];

  constructor(calls: AdminCall[]) {
    super(
      `the admin has to send: ${calls.map((call) => `${call.purpose} (to ${call.to}, data ${call.data})`).join('; ')}`,
    );
    this.calls = calls;
  }
}

const tokenName = 'Chronos';
const tokenSymbol = 'CHR';
const tokenDecimals = 18;
const minterRole = keccak256(toHex('MINTER_ROLE'));
const entryPointAbi = parseAbi([
  'function balanceOf(address account) view returns (uint256)',
  'function depositTo(address account) payable',
]);

function initCodes({ admin, paymasterSigner, entryPoint = entryPoint07Address }: ContractOptions) {
  return {
    token: encodeDeployData({
      abi: chronosTokenAbi,
      bytecode: chronosTokenBytecode,
      args: [tokenName, tokenSymbol, tokenDecimals, admin],
    }),
    mintVouchers: encodeDeployData({ abi: mintVouchersAbi, bytecode: mintVouchersBytecode }),
    tokenLock: encodeDeployData({ abi: tokenLockAbi, bytecode: tokenLockBytecode }),
    paymaster: encodeDeployData({
      abi: sponsorPaymasterAbi,
      bytecode: sponsorPaymasterBytecode,
      args: [entryPoint, admin, paymasterSigner],
    }),
  } satisfies Record<keyof ContractAddresses, Hex>;
}

const addressesOf = (codes: Record<keyof ContractAddresses, Hex>): ContractAddresses => ({
  token: create2Address(codes.token),
  mintVouchers: create2Address(codes.mintVouchers),
  tokenLock: create2Address(codes.tokenLock),
  paymaster: create2Address(codes.paymaster),
});

/** The addresses deployContracts gives, computed offline. */
export function predictContracts(options: ContractOptions): ContractAddresses {
  return addressesOf(initCodes(options));
}

/**
 * Deploys Chronos' contracts by CREATE2 and sets their roles. Does only what is missing, so it may run again, also
 * after a run that broke off. Throws AdminCallsMissingError when the roles need an admin that is not the deployer.
 */
export async function deployContracts(options: DeployOptions): Promise<ContractAddresses> {
  const { publicClient, walletClient, mintSigner, entryPoint = entryPoint07Address } = options;
  const admin = options.admin ?? walletClient.account.address;
  const codes = initCodes({ admin, paymasterSigner: options.paymasterSigner, entryPoint });
  const addresses = addressesOf(codes);
  const send = (calls: readonly Call[]) => sendInTurn(walletClient, walletClient.account, calls);

  const missing = await withoutCode(publicClient, addresses);
  await send(missing.map((key) => ({ to: create2Deployer, data: create2CallData(codes[key]) })));
  const failed = await withoutCode(publicClient, addresses);
  if (failed.length > 0) throw new Error(`not deployed: ${failed.join(', ')}`);
  await send(await missingTokenContracts(publicClient));

  await send(
    await missingDeposit(publicClient, addresses.paymaster, entryPoint, options.paymasterDeposit ?? 0n),
  );
  const calls = await missingAdminCalls(publicClient, addresses, mintSigner);
  if (calls.length > 0 && !isAddressEqual(admin, walletClient.account.address))
    throw new AdminCallsMissingError(calls);
  await send(calls);
  return addresses;
}

async function withoutCode(client: PublicClient, addresses: ContractAddresses) {
  const keys = Object.keys(addresses) as (keyof ContractAddresses)[];
  const codes = await Promise.all(keys.map((key) => client.getCode({ address: addresses[key] })));
  return keys.filter((_, i) => codes[i] === undefined);
}

async function missingDeposit(client: PublicClient, paymaster: Address, entryPoint: Address, target: bigint) {
  if (target === 0n) return [];
  const deposit = await client.readContract({
    address: entryPoint,
    abi: entryPointAbi,
    functionName: 'balanceOf',
    args: [paymaster],
  });
  if (deposit >= target) return [];
  const data = encodeFunctionData({ abi: entryPointAbi, functionName: 'depositTo', args: [paymaster] });
  return [{ to: entryPoint, data, value: target - deposit }];
}

async function missingAdminCalls(
  client: PublicClient,
  { token, mintVouchers }: ContractAddresses,
  mintSigner: Address,
): Promise<AdminCall[]> {
  const [isMinter, isSigner] = await Promise.all([
    client.readContract({
      address: token,
      abi: chronosTokenAbi,
      functionName: 'hasRole',
      args: [minterRole, mintVouchers],
    }),
    client.readContract({
      address: mintVouchers,
      abi: mintVouchersAbi,
      functionName: 'isSigner',
      args: [token, mintSigner],
    }),
  ]);
  const calls: AdminCall[] = [];
  if (!isMinter) calls.push(grantMinter(token, mintVouchers));
  if (!isSigner) calls.push(allowSigner(mintVouchers, token, mintSigner));
  return calls;
}

const grantMinter = (token: Address, minter: Address): AdminCall => ({
  to: token,
  data: encodeFunctionData({ abi: chronosTokenAbi, functionName: 'grantRole', args: [minterRole, minter] }),
  purpose: 'let the voucher contract mint',
});

const allowSigner = (mintVouchers: Address, token: Address, signer: Address): AdminCall => ({
  to: mintVouchers,
  data: encodeFunctionData({ abi: mintVouchersAbi, functionName: 'setSigner', args: [token, signer, true] }),
  purpose: 'let the mint signer sign vouchers',
});
