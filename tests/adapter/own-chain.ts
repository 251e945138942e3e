import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createWalletClient, type Hex, http } from 'viem';
import { entryPoint07Abi, entryPoint07Address, toPackedUserOperation } from 'viem/account-abstraction';
import { privateKeyToAccount } from 'viem/accounts';
import { createLocalnetClient, type LocalnetClient } from '#src/localnet/client.ts';
import { startLocalnet, type Localnet } from '#src/localnet/index.ts';
import { type BootOptions, bootApp, type TestApp } from '#tests/kit/app.ts';
import { rpcProxy, type RpcProxy } from '#tests/kit/rpc-proxy.ts';
import { networkWith } from './gate.ts';

/** A chain that the test may bend, every endpoint behind a proxy that fails on demand. */
export type OwnChain = {
  localnet: Localnet;
  dataDir: string;
  chain: LocalnetClient;
  rpc: RpcProxy;
  bundler: RpcProxy;
  paymaster: RpcProxy;
  /** An app on it. */
  boot(options?: BootOptions): Promise<TestApp>;
  /** A method of anvil. */
  ask<T>(method: string, ...params: unknown[]): Promise<T>;
  /** Puts a signed operation on the chain past the bundler. */
  bundle(request: Record<string, Hex>): Promise<void>;
  stop(): Promise<void>;
};

export async function ownChain(): Promise<OwnChain> {
  const dataDir = mkdtempSync(join(tmpdir(), 'own-'));
  const localnet = await startLocalnet({ dataDir, rpcPort: 0, bundlerPort: 0, log: () => undefined });
  const [rpc, bundler, paymaster] = await Promise.all(
    [localnet.rpcUrl, localnet.bundlerUrl, localnet.paymasterUrl].map(rpcProxy),
  );
  const chain = createLocalnetClient(localnet.rpcUrl);
  const urls = { rpcUrls: [rpc!.url], bundlerUrl: bundler!.url, paymasterUrl: paymaster!.url };
  return {
    localnet,
    dataDir,
    chain,
    rpc: rpc!,
    bundler: bundler!,
    paymaster: paymaster!,
    async boot(options = {}) {
      const compose = {
        networks: networkWith(localnet, urls),
        keys: { mintSigner: localnet.keys.mintSigner, facilitator: [] },
        ...options.compose,
      };
      return { ...(await bootApp({ ...options, signers: [], compose })), localnet };
    },
    ask: <T>(method: string, ...params: unknown[]) =>
      chain.request({ method, params } as never) as Promise<T>,
    async bundle(request) {
      const numbers = Object.entries(request).map(([name, value]) => [
        name,
        /gas|nonce/i.test(name) ? BigInt(value) : value,
      ]);
      const sender = createWalletClient({
        account: privateKeyToAccount(localnet.keys.deployer),
        chain: chain.chain,
        transport: http(localnet.rpcUrl),
      });
      const hash = await sender.writeContract({
        abi: entryPoint07Abi,
        address: entryPoint07Address,
        functionName: 'handleOps',
        args: [[toPackedUserOperation(Object.fromEntries(numbers) as never)], sender.account.address],
      });
      await chain.waitForTransactionReceipt({ hash });
    },
    async stop() {
      await Promise.all([rpc!.close(), bundler!.close(), paymaster!.close()]);
      await localnet.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
