import {
  encodeAbiParameters,
  encodeEventTopics,
  encodeFunctionData,
  erc20Abi,
  hashTypedData,
  keccak256,
  numberToHex,
  type PublicClient,
  toHex,
  zeroAddress,
} from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { fail } from '#src/core/errors.ts';
import type { Address, Hex } from '#src/core/hex.ts';
import type { ExpectedLog } from '#src/core/journal.ts';
import type { Networks, NetworkSettings } from '#src/core/networks.ts';
import type { MintVoucher, Redemption, TokenStanding, VoucherPort } from '#src/core/ports/vouchers.ts';
import type { ChainClients } from './clients.ts';
import { chronosTokenAbi } from './contracts/generated/chronos-token.ts';
import { mintVouchersAbi } from './contracts/generated/mint-vouchers.ts';
import { onChain, rpcFault } from './errors.ts';
import { findLogs } from './signers/outcome.ts';
import type { RpcRequest } from './x402-reader.ts';

const types = {
  MintVoucher: [
    { name: 'token', type: 'address' },
    { name: 'recipient', type: 'address' },
    { name: 'amount', type: 'uint256' },
    { name: 'receipt', type: 'bytes32' },
    { name: 'deadline', type: 'uint256' },
  ],
};

const minterRole = keccak256(toHex('MINTER_ROLE'));

export type VoucherOptions = { networks: Networks; clients: ChainClients; signerKey: Hex | undefined };

/** Vouchers of the MintVouchers contract, EIP-712 domain "ChronosMint" version "1". */
export function createVouchers({ networks, clients, signerKey }: VoucherOptions): VoucherPort {
  const known = signerKey && privateKeyToAccount(signerKey);
  const signer = () => {
    if (!known) throw fail('unavailable', { message: 'Mints are off: MINT_SIGNER_PRIVATE_KEY is not set' });
    return known;
  };
  const contract = (network: string): Address => {
    const { mintVouchers } = networks.get(network).contracts;
    if (!mintVouchers) {
      throw fail('unsupported_network', {
        field: 'network',
        message: `network ${network} has no voucher contract`,
      });
    }
    return mintVouchers;
  };
  const domain = (network: string) => ({
    name: 'ChronosMint',
    version: '1',
    chainId: networks.get(network).chainId,
    verifyingContract: contract(network),
  });

  return {
    signer: () => signer().address,
    standing: (network, token) =>
      readStanding(clients.public(network), { token, minter: contract(network), signer: signer().address }),
    receiptOf: (clientId, receiptId) =>
      keccak256(encodeAbiParameters([{ type: 'string' }, { type: 'string' }], [clientId, receiptId])),
    typedData: (network, voucher) => ({
      domain: domain(network),
      types,
      primaryType: 'MintVoucher',
      message: { ...voucher, amount: voucher.amount.toString(), deadline: voucher.deadline.toString() },
    }),
    sign: async (network, voucher) =>
      signer().sign({
        hash: hashTypedData({ domain: domain(network), types, primaryType: 'MintVoucher', message: voucher }),
      }),
    redemption: (network, voucher, signature) => redemption(contract(network), voucher, signature),
    redeemedBy: (network, voucher) =>
      onChain(() => readRedemption(clients, networks.get(network), contract(network), voucher)),
  };
}

function readStanding(
  client: PublicClient,
  { token, minter, signer }: { token: Address; minter: Address; signer: Address },
): Promise<TokenStanding> {
  const erc20 = { abi: chronosTokenAbi, address: token };
  return onChain(async () => {
    const [symbol, decimals, totalSupply, isMinter, isSigner] = await client.multicall({
      contracts: [
        { ...erc20, functionName: 'symbol' },
        { ...erc20, functionName: 'decimals' },
        { ...erc20, functionName: 'totalSupply' },
        { ...erc20, functionName: 'hasRole', args: [minterRole, minter] },
        { abi: mintVouchersAbi, address: minter, functionName: 'isSigner', args: [token, signer] },
      ],
      batchSize: 0,
    });
    // Our own contract answers whatever the token is: where it does not, nobody did.
    if (isSigner.status !== 'success')
      throw fail('chain_unavailable', { retryAfter: 5, cause: isSigner.error });
    return {
      symbol: symbol.result ?? null,
      decimals: decimals.result ?? null,
      totalSupply: totalSupply.result ?? null,
      minter,
      mayMint: isMinter.result === true,
      signer,
      maySign: isSigner.result,
    };
  });
}

/** One round trip while the receipt is unused; another one to find who used it. */
async function readRedemption(
  clients: ChainClients,
  { name, confirmations }: NetworkSettings,
  contract: Address,
  voucher: MintVoucher,
): Promise<Redemption | null> {
  const client = clients.public(name);
  const [used, head] = await Promise.all([
    client.readContract({
      abi: mintVouchersAbi,
      address: contract,
      functionName: 'redeemed',
      args: [voucher.token, voucher.receipt],
    }),
    client.getBlockNumber(),
  ]);
  if (!used) return null;
  const rpc: RpcRequest = (network, method, params) => clients.rpc(network)(method, params);
  const [log] = await findLogs(rpc, name, redeemedLog(contract, voucher), head).catch((error: unknown) => {
    // Nodes refuse searches as they please; that the receipt is used has been said.
    if (rpcFault(error)) return [];
    throw error;
  });
  if (!log) return { txHash: null, settled: true };
  // The logs may be of a later block than the head.
  const depth = Math.max(Number(head - BigInt(log.blockNumber)) + 1, 1);
  return { txHash: log.transactionHash, settled: depth >= confirmations };
}

function redeemedLog(contract: Address, voucher: MintVoucher): Required<ExpectedLog> {
  const topics = encodeEventTopics({ abi: mintVouchersAbi, eventName: 'VoucherRedeemed', args: voucher });
  return { address: contract, topics: topics as Hex[], data: numberToHex(voucher.amount, { size: 32 }) };
}

function redemption(
  contract: Address,
  voucher: MintVoucher,
  signature: Hex,
): ReturnType<VoucherPort['redemption']> {
  const data = encodeFunctionData({
    abi: mintVouchersAbi,
    functionName: 'redeem',
    args: [voucher, signature],
  });
  const minted = encodeEventTopics({
    abi: erc20Abi,
    eventName: 'Transfer',
    args: { from: zeroAddress, to: voucher.recipient },
  });
  const redeemed = redeemedLog(contract, voucher);
  return {
    calls: [{ to: contract, data, value: 0n }],
    expect: [redeemed, { address: voucher.token, topics: minted as Hex[], data: redeemed.data }],
  };
}
