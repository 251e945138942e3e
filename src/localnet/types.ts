import type { Address, Hex } from 'viem';

/** Private keys of a data folder's localnet, all funded. */
export type LocalnetKeys = {
  /** Pool of senders for settlements. */
  facilitator: Hex[];
  mintSigner: Hex;
  deployer: Hex;
  usdcMinter: Hex;
  paymasterSigner: Hex;
  bundlerExecutors: Hex[];
  bundlerUtility: Hex;
};

export type LocalnetAddresses = {
  entryPoint: Address;
  multicall3: Address;
  permit2: Address;
  usdc: Address;
  token: Address;
  mintVouchers: Address;
  tokenLock: Address;
  paymaster: Address;
};

/** What a running localnet tells about itself. */
export type LocalnetInfo = {
  network: 'base-sepolia';
  chainId: 84532;
  rpcUrl: string;
  bundlerUrl: string;
  paymasterUrl: string;
  addresses: LocalnetAddresses;
  keys: Pick<LocalnetKeys, 'facilitator' | 'mintSigner' | 'deployer' | 'usdcMinter'>;
};

/** How the supervisor is started, as JSON in its first argument. An absent port means the default or the next free one. */
export type SupervisorConfig = {
  dataDir: string;
  /** The process whose end ends the localnet. */
  parentPid: number;
  rpcPort?: number;
  bundlerPort?: number;
  /** Seconds between blocks; without it each transaction is mined at once. */
  blockTime?: number;
};

/** From the supervisor to the process that started it. */
export type SupervisorMessage =
  | { type: 'ready'; info: LocalnetInfo }
  | { type: 'failed'; message: string }
  | { type: 'log'; level: 'info' | 'warn' | 'error'; message: string };

/** To the supervisor. Losing the channel means the same. */
export type SupervisorCommand = { type: 'stop' };
