import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  createWalletClient,
  http,
  parseEther,
  type Abi,
  type Account,
  type Address,
  type Chain,
  type Hex,
  type TransactionReceipt,
  type Transport,
  type WalletClient,
} from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { startAnvil } from '#src/localnet/anvil.ts';
import { createLocalnetClient, type LocalnetClient } from '#src/localnet/client.ts';
import { localnetFiles } from '#src/localnet/files.ts';
import { endChild } from '#src/localnet/processes.ts';

export type Wallet = WalletClient<Transport, Chain, Account>;
export type TestChain = {
  client: LocalnetClient;
  /** A funded key of its own. */
  wallet(): Promise<Wallet>;
  stop(): Promise<void>;
};

/** A bare anvil: no contracts but the CREATE2 deployer. */
export async function startChain(): Promise<TestChain> {
  const dir = mkdtempSync(path.join(tmpdir(), 'chronos-chain-'));
  const files = localnetFiles(dir);
  mkdirSync(files.dir, { recursive: true });
  const anvil = await startAnvil({ files, port: 0 });
  const client = createLocalnetClient(anvil.rpcUrl);
  return {
    client,
    async wallet() {
      const account = privateKeyToAccount(generatePrivateKey());
      await client.setBalance({ address: account.address, value: parseEther('100') });
      return createWalletClient({ account, chain: client.chain, transport: http(anvil.rpcUrl) });
    },
    async stop() {
      await endChild(anvil.child, 5_000);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

export type ContractCall = { address: Address; abi: Abi; functionName: string; args?: readonly unknown[] };

/** Sends a call that must succeed. */
export async function send(chain: TestChain, from: Wallet, call: ContractCall): Promise<TransactionReceipt> {
  const { request } = await chain.client.simulateContract({ ...call, account: from.account } as never);
  // Not what an estimate says: a checkpoint of votes costs more in the next second.
  const hash: Hex = await from.writeContract({ ...(request as object), gas: 5_000_000n } as never);
  const receipt = await chain.client.waitForTransactionReceipt({ hash });
  if (receipt.status !== 'success') throw new Error(`${call.functionName} reverted`);
  return receipt;
}

/** Name of the custom error or text a call reverts with; '' when it does not revert. */
export async function revertOf(chain: TestChain, from: Wallet, call: ContractCall): Promise<string> {
  try {
    await chain.client.simulateContract({ ...call, account: from.account } as never);
    return '';
  } catch (error) {
    const cause = (error as { cause?: { data?: { errorName?: string }; reason?: string } }).cause;
    return cause?.reason ?? cause?.data?.errorName ?? String(error);
  }
}

/** Reads a view. */
export function view<T>(chain: TestChain, call: ContractCall): Promise<T> {
  return chain.client.readContract(call as never) as Promise<T>;
}
