import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import type { LocalAccount } from 'viem';
import { createChainClients } from '#src/chain/clients.ts';
import { createLocalKeys, parseEncryptionKeys } from '#src/chain/keys/local.ts';
import { createSimulator } from '#src/chain/simulate.ts';
import { createSmartAccounts } from '#src/chain/smart-accounts/accounts.ts';
import { createTokens } from '#src/chain/tokens.ts';
import {
  createUserOperationExecutor,
  type UserOperationOptions,
} from '#src/chain/user-operations/executor.ts';
import { createFees } from '#src/chain/user-operations/fees.ts';
import { createVouchers } from '#src/chain/vouchers.ts';
import { systemClock } from '#src/core/clock.ts';
import type { Address } from '#src/core/hex.ts';
import { accountLane } from '#src/core/lanes.ts';
import type { Submission, SubmissionOutcome, Transaction } from '#src/core/journal.ts';
import { createNetworks, type NetworkSettings } from '#src/core/networks.ts';
import type { AccountRecord } from '#src/core/ports/accounts.ts';
import type { KeyProvider } from '#src/core/ports/keys.ts';
import type { Effect } from '#src/core/ports/tokens.ts';
import { startLocalnet, type Localnet } from '#src/localnet/index.ts';

/** The local network as the registry wants it. */
export function localNetwork(localnet: Localnet): NetworkSettings {
  return {
    name: localnet.network,
    title: 'Base Sepolia (local)',
    chainId: localnet.chainId,
    testnet: true,
    simulated: true,
    rpcUrls: [localnet.rpcUrl],
    bundlerUrl: localnet.bundlerUrl,
    paymasterUrl: localnet.paymasterUrl,
    confirmations: 1,
    settleBatch: 150,
    contracts: localnet.addresses,
  };
}

type WorldOptions = {
  blockTime?: number;
  /** Makes and opens the wallets' keys; default: local ones. */
  ownerKeys?: KeyProvider<LocalAccount>;
  /** What the process makes of the localnet. */
  settings?: (localnet: Localnet) => NetworkSettings[];
};

/** A localnet and the chain layer over it; wallets live in memory. */
export async function startChainWorld(options: WorldOptions & Partial<UserOperationOptions> = {}) {
  const { blockTime, ownerKeys, settings, ...overrides } = options;
  const dataDir = mkdtempSync(join(tmpdir(), 'chain-'));
  const localnet = await startLocalnet({
    dataDir,
    rpcPort: 0,
    bundlerPort: 0,
    log: () => undefined,
    ...(blockTime === undefined ? {} : { blockTime }),
  });
  const networks = createNetworks(settings?.(localnet) ?? [localNetwork(localnet)], localnet.network);
  const clients = createChainClients({ networks });
  const keys = ownerKeys ?? createLocalKeys(parseEncryptionKeys(`k1:${randomBytes(32).toString('base64')}`));
  const accounts = createSmartAccounts(keys);
  const wallets = new Map<Address, AccountRecord>();
  const simulate = createSimulator();
  const executor = createUserOperationExecutor({
    networks,
    clients,
    accounts,
    simulate,
    fees: createFees(clients),
    clock: systemClock,
    gate: { maxGas: async () => null, hold: async () => [], overGas: () => ({ code: '', message: '' }) },
    source: { findAccount: async (address) => wallets.get(address) ?? null },
    ...overrides,
  });
  let made = 0;
  return {
    localnet,
    networks,
    clients,
    accounts,
    simulate,
    executor,
    client: clients.public(localnet.network),
    tokens: createTokens(clients),
    vouchers: createVouchers({ networks, clients, signerKey: localnet.keys.mintSigner }),
    async wallet(): Promise<AccountRecord> {
      made += 1;
      const walletId = `wal_${made}`;
      const key = await keys.create(walletId, 1);
      const record = { ...accounts.plan({ owner: key.owner, subject: [walletId] }), walletId, key };
      wallets.set(record.address, record);
      return record;
    },
    transaction(account: AccountRecord, effect: Effect): Transaction {
      made += 1;
      return transactionOf(
        `tx_${made}`,
        accountLane(localnet.network, account.address),
        localnet.network,
        effect,
      );
    },
    async stop() {
      await clients.close();
      await localnet.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

export type ChainWorld = Awaited<ReturnType<typeof startChainWorld>>;

function transactionOf(id: string, lane: string, network: string, effect: Effect): Transaction {
  const now = new Date();
  return {
    id,
    owner: 'client:test',
    userId: null,
    type: 'test',
    network,
    lane,
    ...effect,
    meta: {},
    status: 'pending',
    userOpHash: null,
    txHash: null,
    blockNumber: null,
    blockHash: null,
    gasUsed: null,
    sponsorCost: null,
    error: null,
    createdAt: now,
    updatedAt: now,
  };
}

/** What the journal makes of prepared bytes. */
export async function prepare(world: ChainWorld, transactions: readonly Transaction[]) {
  const [first] = transactions;
  if (!first) throw new Error('nothing to prepare');
  const prepared = await world.executor.prepare(first.lane, transactions, []);
  const submission: Submission | null = prepared.submission && {
    ...prepared.submission,
    id: `sub_${prepared.submission.hash.slice(2, 10)}`,
    lane: first.lane,
    network: first.network,
    legs: prepared.legs,
    state: 'signed',
    epoch: 1,
    txHash: null,
    blockNumber: null,
    blockHash: null,
    createdAt: new Date(),
    sentAt: null,
  };
  return { ...prepared, submission };
}

/** Asks until the outcome is more than pending. */
export async function settled(
  world: ChainWorld,
  submission: Submission,
  transactions: readonly Transaction[],
): Promise<Exclude<SubmissionOutcome, { state: 'pending' }>> {
  for (;;) {
    const outcome = await world.executor.check(submission, transactions);
    if (outcome.state !== 'pending') return outcome;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
