import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parseEther } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { predictContracts } from '#src/chain/deploy.ts';
import { someAddress, startOwnContracts } from './own-contracts-kit.ts';

const run = promisify(execFile);
const script = fileURLToPath(new URL('../../src/scripts/deploy-contracts.ts', import.meta.url));
const deployerKey = generatePrivateKey();
const deployer = privateKeyToAccount(deployerKey);
const signers = { mintSigner: someAddress(), paymasterSigner: someAddress() };

let world: Awaited<ReturnType<typeof startOwnContracts>>;
beforeAll(async () => {
  world = await startOwnContracts();
  await world.chain.client.setBalance({ address: deployer.address, value: parseEther('10') });
});
afterAll(() => world.chain.stop());

const deploy = (args: string[], env: Record<string, string> = {}) =>
  run(process.execPath, [script, ...args], {
    env: {
      BASE_SEPOLIA_RPC_URL: world.chain.client.transport.url ?? '',
      DEPLOYER_PRIVATE_KEY: deployerKey,
      ...env,
    },
  });
const asked = [
  '--network=base-sepolia',
  `--mint-signer=${signers.mintSigner}`,
  `--paymaster-signer=${signers.paymasterSigner}`,
];

test('prints the addresses as lines for the environment, dry or for real', async () => {
  const addresses = predictContracts({ admin: deployer.address, paymasterSigner: signers.paymasterSigner });
  const lines = [
    `BASE_SEPOLIA_TOKEN=${addresses.token}`,
    `BASE_SEPOLIA_MINT_VOUCHERS=${addresses.mintVouchers}`,
    `BASE_SEPOLIA_TOKEN_LOCK=${addresses.tokenLock}`,
    `# paymaster contract: ${addresses.paymaster}\n`,
  ].join('\n');

  expect((await deploy([...asked, '--dry-run'])).stdout).toBe(lines);
  expect(await world.chain.client.getCode({ address: addresses.token })).toBeUndefined();
  expect((await deploy([...asked, '--paymaster-deposit=0.5'])).stdout).toBe(lines);
  expect(await world.chain.client.getCode({ address: addresses.token })).toBeDefined();
});

test('says what is missing or wrong, and keeps keys out of it', async () => {
  await expect(deploy(['--network=moon'])).rejects.toThrow('network moon is unknown');
  await expect(deploy(['--network=base-sepolia'])).rejects.toThrow('--mint-signer is missing');
  await expect(deploy(asked, { BASE_SEPOLIA_RPC_URL: '' })).rejects.toThrow(
    'BASE_SEPOLIA_RPC_URL is missing',
  );
  const other = asked.map((arg) => arg.replace('base-sepolia', 'base'));
  await expect(deploy(other, { BASE_RPC_URL: world.chain.client.transport.url ?? '' })).rejects.toThrow(
    'the RPC serves chain 84532, not 8453',
  );
  const failure = (await deploy(asked, { BASE_SEPOLIA_RPC_URL: 'http://127.0.0.1:1/secret-key' }).catch(
    (error: unknown) => error,
  )) as { stderr: string };
  expect(failure.stderr).toContain('HTTP request failed');
  expect(failure.stderr).not.toContain('secret-key');
});
