import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createSmartAccountClient } from 'permissionless';
import { toSafeSmartAccount } from 'permissionless/accounts';
import {
  domainSeparator as domainSeparatorOf,
  encodeFunctionData,
  erc20Abi,
  http,
  createWalletClient,
  parseAbi,
  parseGwei,
  parseUnits,
  type Hex,
} from 'viem';
import { createPaymasterClient, entryPoint07Address } from 'viem/account-abstraction';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { safeProxyCreationCode } from '#src/chain/safe-proxy-creation-code.ts';
import { createLocalnetClient, type LocalnetClient } from '#src/localnet/client.ts';
import { fundNative, mintUsdc } from '#src/localnet/faucet.ts';
import { startLocalnet, type Localnet } from '#src/localnet/index.ts';
import { ensureUsdc } from '#src/localnet/usdc.ts';

let dataDir: string;
let localnet: Localnet;
let client: LocalnetClient;

beforeAll(async () => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'localnet-'));
  localnet = await startLocalnet({ dataDir, rpcPort: 0, bundlerPort: 0, log: () => undefined });
  client = createLocalnetClient(localnet.rpcUrl);
});

afterAll(async () => {
  await localnet.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

async function newSafe() {
  const account = await toSafeSmartAccount({
    client,
    owners: [privateKeyToAccount(generatePrivateKey())],
    version: '1.4.1',
    entryPoint: { address: entryPoint07Address, version: '0.7' },
  });
  const safe = createSmartAccountClient({
    account,
    client,
    chain: client.chain,
    bundlerTransport: http(localnet.bundlerUrl),
    paymaster: createPaymasterClient({ transport: http(localnet.paymasterUrl) }),
    pollingInterval: 20,
  });
  return { account, safe };
}

const usdcBalance = (address: Hex) =>
  client.readContract({
    address: localnet.addresses.usdc,
    abi: erc20Abi,
    functionName: 'balanceOf',
    args: [address],
  });

const transfer = (to: Hex, amount: bigint) => ({
  to: localnet.addresses.usdc,
  data: encodeFunctionData({ abi: erc20Abi, functionName: 'transfer', args: [to, amount] }),
});

test('an account without native coin is deployed and transfers through bundler and paymaster', async () => {
  const { account, safe } = await newSafe();
  await mintUsdc(localnet, account.address, parseUnits('10', 6));
  const to = privateKeyToAccount(generatePrivateKey()).address;

  const first = await safe.sendUserOperation({ calls: [transfer(to, 1n)] });
  expect((await safe.waitForUserOperationReceipt({ hash: first })).success).toBe(true);
  const batch = await safe.sendUserOperation({ calls: [transfer(to, 2n), transfer(to, 3n)] });
  const receipt = await safe.waitForUserOperationReceipt({ hash: batch });

  expect(receipt.success).toBe(true);
  expect(receipt.paymaster).toBe(localnet.addresses.paymaster);
  expect(await usdcBalance(to)).toBe(6n);
  expect(await client.getBalance({ address: account.address })).toBe(0n);
});

test('the paymaster URL serves the bundler role as well', async () => {
  const call = async (body: unknown) =>
    (await fetch(localnet.paymasterUrl, { method: 'POST', body: JSON.stringify(body) })).json();
  const request = (method: string, params: unknown[] = []) => ({ jsonrpc: '2.0', id: 7, method, params });

  expect(await call(request('eth_supportedEntryPoints'))).toMatchObject({
    id: 7,
    result: [entryPoint07Address],
  });
  expect(await call([request('eth_chainId'), request('pm_getPaymasterData')])).toMatchObject([
    { id: 7, result: '0x14a34' },
    { id: 7, error: { code: -32602 } },
  ]);
  expect(await call('x')).toMatchObject({ error: { code: -32600 } });
});

test('contracts of others lie where a public network has them, with the right domains', async () => {
  const domainSeparator = (address: Hex) =>
    client.readContract({
      address,
      abi: parseAbi(['function DOMAIN_SEPARATOR() view returns (bytes32)']),
      functionName: 'DOMAIN_SEPARATOR',
    });
  const { usdc, permit2, token } = localnet.addresses;
  const separator = (domain: { name: string; version?: string; verifyingContract: Hex }) =>
    domainSeparatorOf({ domain: { ...domain, chainId: 84532 } });
  expect(await domainSeparator(usdc)).toBe(
    separator({ name: 'USDC', version: '2', verifyingContract: usdc }),
  );
  expect(await domainSeparator(permit2)).toBe(separator({ name: 'Permit2', verifyingContract: permit2 }));
  expect(await domainSeparator(token)).toBe(
    separator({ name: 'Chronos', version: '1', verifyingContract: token }),
  );
  const creationCode = await client.readContract({
    address: '0x4e1DCf7AD4e460CfD30791CCC4F9c8a4f820ec67',
    abi: parseAbi(['function proxyCreationCode() pure returns (bytes)']),
    functionName: 'proxyCreationCode',
  });
  expect(creationCode).toBe(safeProxyCreationCode);
});

test('the faucet adds to what an account has', async () => {
  const { address } = privateKeyToAccount(generatePrivateKey());
  await fundNative(localnet, address, 5n);
  await fundNative(localnet, address, 7n);
  expect(await client.getBalance({ address })).toBe(12n);
});

test('a chain kept from before USDC had its proxy gets it, and keeps what is on it', async () => {
  const proxied = parseAbi(['function implementation() view returns (address)']);
  const usdc = { address: localnet.addresses.usdc };
  const proxy = await client.getCode(usdc);
  const behind = await client.readContract({ ...usdc, abi: proxied, functionName: 'implementation' });
  const { address: owner } = privateKeyToAccount(generatePrivateKey());
  await client.setCode({ ...usdc, bytecode: (await client.getCode({ address: behind })) ?? '0x' });
  await mintUsdc(localnet, owner, 5n);

  const { deployer, usdcMinter } = localnet.keys;
  await ensureUsdc(client, privateKeyToAccount(deployer), privateKeyToAccount(usdcMinter));

  expect(await client.getCode(usdc)).toBe(proxy);
  await mintUsdc(localnet, owner, 2n);
  expect(await usdcBalance(owner)).toBe(7n);
});

test('what an operation has to bid does not follow what a transaction once bid', async () => {
  const rich = privateKeyToAccount(generatePrivateKey());
  await fundNative(localnet, rich.address, parseUnits('10', 18));
  const hash = await createWalletClient({
    account: rich,
    chain: client.chain,
    transport: http(localnet.rpcUrl),
  }).sendTransaction({
    to: rich.address,
    maxFeePerGas: parseGwei('50'),
    maxPriorityFeePerGas: parseGwei('50'),
  });
  await client.waitForTransactionReceipt({ hash });
  const response = await fetch(localnet.bundlerUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'pimlico_getUserOperationGasPrice', params: [] }),
  });
  const { result } = (await response.json()) as { result: { fast: { maxPriorityFeePerGas: Hex } } };
  expect(BigInt(result.fast.maxPriorityFeePerGas)).toBe(parseGwei('1'));
});
