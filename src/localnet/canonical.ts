import { createRequire } from 'node:module';
import { concatHex, getAddress, pad, toHex, hashDomain, type Address, type Hex, zeroHash } from 'viem';
import { entryPoint07Address } from 'viem/account-abstraction';
import type { PrivateKeyAccount } from 'viem/accounts';
import { multicall3Address } from '#src/chain/clients.ts';
import { x402ExactPermit2ProxyBytecode } from '#src/chain/contracts/generated/x402-exact-permit2-proxy.ts';
import { x402UptoPermit2ProxyBytecode } from '#src/chain/contracts/generated/x402-upto-permit2-proxy.ts';
import { create2Address, create2CallData, create2Deployer } from '#src/chain/create2.ts';
import { sendInTurn } from '#src/chain/send-in-turn.ts';
import { exactProxyAddress, permit2Address, uptoProxyAddress } from '#src/core/permit2.ts';
import { localnetChainId, type LocalnetClient } from './client.ts';
import { patchCode, preinstallsFixture, safe4337Fixture, safeFixture } from './fixtures.ts';

const safeSingletonFactory: Address = '0x914d7Fec6aaC8cd542e72Bca78B30650d45643d7';

type Deployment = { address: Address; factory: Address; salt: Hex; initCode: Hex };

const deployment = (
  address: Address,
  initCode: Hex,
  factory = create2Deployer,
  salt: Hex = zeroHash,
): Deployment => {
  const actual = create2Address(initCode, salt, factory);
  if (actual !== getAddress(address)) throw new Error(`fixture for ${address} would land at ${actual}`);
  return { address, factory, salt, initCode };
};

const entryPointSalt: Hex = '0x90d8084deab30c2a37c45e8d47f49f2f7965183cb6990a98943ef94940681de3';

function entryPoint(): Deployment {
  const artifact = createRequire(import.meta.url)(
    '@account-abstraction/contracts/artifacts/EntryPoint.json',
  ) as {
    bytecode: Hex;
  };
  return deployment(entryPoint07Address, artifact.bytecode, create2Deployer, entryPointSalt);
}

/** The set permissionless uses for Safe 1.4.1 on EntryPoint 0.7, and what Safe's own tools expect beside it. */
function safeContracts(): Deployment[] {
  const { creationCode: safe } = safeFixture();
  const { creationCode: module } = safe4337Fixture();
  const canonical = (address: Address, initCode: Hex) => deployment(address, initCode, safeSingletonFactory);
  return [
    canonical('0x41675C099F32341bf84BFc5382aF534df5C7461a', safe.Safe),
    canonical('0x29fcB43b46531BcA003ddC8FCB67FFE91900C762', safe.SafeL2),
    canonical('0x4e1DCf7AD4e460CfD30791CCC4F9c8a4f820ec67', safe.SafeProxyFactory),
    canonical('0x38869bf66a61cF6bDB996A6aE40D5853Fd43B526', safe.MultiSend),
    canonical('0x9641d764fc13c8B624c04430C7356C1C7C8102e2', safe.MultiSendCallOnly),
    canonical('0xfd0732Dc9E303f09fCEf3a7388Ad10A83459Ec99', safe.CompatibilityFallbackHandler),
    deployment(
      '0x75cf11467937ce3F2f357CE24ffc3DBF8fD5c226',
      concatHex([module.Safe4337Module, pad(entryPoint07Address)]),
    ),
    deployment('0x2dd68b007B46fBe91B9A7c3EDa5A7a1063cB5b47', module.SafeModuleSetup),
  ];
}

/** Permit2 with its two immutables, the chain id and the domain separator cached for it. */
function permit2Code(): Hex {
  const { runtimeCode, permit2Offsets } = preinstallsFixture();
  const domainSeparator = hashDomain({
    domain: { name: 'Permit2', chainId: BigInt(localnetChainId), verifyingContract: permit2Address },
    types: {
      EIP712Domain: [
        { name: 'name', type: 'string' },
        { name: 'chainId', type: 'uint256' },
        { name: 'verifyingContract', type: 'address' },
      ],
    },
  });
  const withChain = patchCode(
    runtimeCode.Permit2,
    permit2Offsets.chainId,
    pad(toHex(localnetChainId), { size: 32 }),
  );
  return patchCode(withChain, permit2Offsets.domainSeparator, domainSeparator);
}

/** Puts what creation code makes to an address that its CREATE2 salt would not give. For contracts without storage. */
async function placeCreated(client: LocalnetClient, address: Address, creationCode: Hex): Promise<void> {
  const { data: bytecode } = await client.call({ data: creationCode });
  if (!bytecode) throw new Error(`the contract for ${address} has no code`);
  await client.setCode({ address, bytecode });
}

/** Deploys through its factory whatever is missing. */
export async function deployMissing(
  client: LocalnetClient,
  deployer: PrivateKeyAccount,
  deployments: Deployment[],
): Promise<void> {
  const codes = await Promise.all(deployments.map(({ address }) => client.getCode({ address })));
  const missing = deployments.filter((_, i) => codes[i] === undefined);
  const calls = missing.map(({ factory, salt, initCode }) => ({
    to: factory,
    data: create2CallData(initCode, salt),
    gas: 8_000_000n,
  }));
  await sendInTurn(client, deployer, calls);
  const after = await Promise.all(missing.map(({ address }) => client.getCode({ address })));
  const failed = missing.filter((_, i) => after[i] === undefined);
  if (failed.length > 0) throw new Error(`not deployed: ${failed.map(({ address }) => address).join(', ')}`);
}

/** A contract deployed at its CREATE2 address under salt 0. */
export const plainDeployment = (initCode: Hex): Deployment => deployment(create2Address(initCode), initCode);

/** Puts the contracts of others that a public network has to their canonical addresses. Idempotent. */
export async function ensureCanonicalContracts(
  client: LocalnetClient,
  deployer: PrivateKeyAccount,
): Promise<void> {
  const { runtimeCode } = preinstallsFixture();
  await Promise.all([
    client.setCode({ address: multicall3Address, bytecode: runtimeCode.Multicall3 }),
    client.setCode({ address: safeSingletonFactory, bytecode: runtimeCode.SafeSingletonFactory }),
    client.setCode({ address: permit2Address, bytecode: permit2Code() }),
    placeCreated(client, exactProxyAddress, x402ExactPermit2ProxyBytecode),
    placeCreated(client, uptoProxyAddress, x402UptoPermit2ProxyBytecode),
  ]);
  await deployMissing(client, deployer, [entryPoint(), ...safeContracts()]);
}
