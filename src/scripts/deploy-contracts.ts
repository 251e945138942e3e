/**
 * Puts Chronos' contracts on a network, or prints where they would lie. Run it again after a failure: it does only what
 * is missing. Environment: <NETWORK>_RPC_URL and DEPLOYER_PRIVATE_KEY, which pays and, unless --admin says otherwise, rules.
 */
import { parseArgs } from 'node:util';
import {
  createPublicClient,
  createWalletClient,
  defineChain,
  getAddress,
  http,
  parseEther,
  type Hex,
} from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { deployContracts, predictContracts, type ContractAddresses } from '#src/chain/deploy.ts';
import { knownNetworks } from '#src/core/networks.ts';

const usage = `usage: node src/scripts/deploy-contracts.ts --network <name> --mint-signer <address> --paymaster-signer <address>
  [--admin <address>] [--paymaster-deposit <ether>] [--dry-run]`;

const options = {
  network: { type: 'string' },
  'mint-signer': { type: 'string' },
  'paymaster-signer': { type: 'string' },
  admin: { type: 'string' },
  'paymaster-deposit': { type: 'string', default: '0' },
  'dry-run': { type: 'boolean', default: false },
} as const;

function required(value: string | undefined, name: string): string {
  if (!value) throw new Error(`${name} is missing\n${usage}`);
  return value;
}

const prefixOf = (network: string) => network.toUpperCase().replaceAll('-', '_');

function readInput(args: string[], env: NodeJS.ProcessEnv) {
  const { values } = parseArgs({ args, options });
  const network = required(values.network, '--network');
  const known = knownNetworks[network];
  if (!known)
    throw new Error(`network ${network} is unknown; known are ${Object.keys(knownNetworks).join(', ')}`);
  const rpcVariable = `${prefixOf(network)}_RPC_URL`;
  const deployer = privateKeyToAccount(required(env['DEPLOYER_PRIVATE_KEY'], 'DEPLOYER_PRIVATE_KEY') as Hex);
  return {
    network,
    known,
    // the first of the fail-over list
    rpcUrl: required(env[rpcVariable]?.split(',')[0], rpcVariable),
    deployer,
    admin: values.admin ? getAddress(values.admin) : deployer.address,
    mintSigner: getAddress(required(values['mint-signer'], '--mint-signer')),
    paymasterSigner: getAddress(required(values['paymaster-signer'], '--paymaster-signer')),
    paymasterDeposit: parseEther(values['paymaster-deposit']),
    dryRun: values['dry-run'],
  };
}

type Input = ReturnType<typeof readInput>;

async function deploy({ known, rpcUrl, deployer, ...input }: Input): Promise<ContractAddresses> {
  if (input.dryRun) return predictContracts(input);
  const chain = defineChain({
    id: known.chainId,
    name: known.title,
    nativeCurrency: { name: 'Native coin', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [rpcUrl] } },
  });
  const transport = http(rpcUrl);
  const publicClient = createPublicClient({ chain, transport, pollingInterval: 1000 });
  const chainId = await publicClient.getChainId();
  if (chainId !== known.chainId) throw new Error(`the RPC serves chain ${chainId}, not ${known.chainId}`);
  return deployContracts({
    publicClient,
    walletClient: createWalletClient({ account: deployer, chain, transport }),
    admin: input.admin,
    mintSigner: input.mintSigner,
    paymasterSigner: input.paymasterSigner,
    paymasterDeposit: input.paymasterDeposit,
  });
}

/** The lines to put into the environment, the paymaster apart: its endpoint is a URL. */
function report(network: string, addresses: ContractAddresses): string {
  const prefix = prefixOf(network);
  return [
    `${prefix}_TOKEN=${addresses.token}`,
    `${prefix}_MINT_VOUCHERS=${addresses.mintVouchers}`,
    `${prefix}_TOKEN_LOCK=${addresses.tokenLock}`,
    `# paymaster contract: ${addresses.paymaster}`,
  ].join('\n');
}

try {
  const input = readInput(process.argv.slice(2), process.env);
  console.log(report(input.network, await deploy(input)));
} catch (error) {
  // an RPC's error text may hold its URL with a key
  const told = error as Error & { shortMessage?: string };
  console.error(told.shortMessage ?? told.message);
  process.exitCode = 1;
}
