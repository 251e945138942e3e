import { createSignerExecutor, signerLane } from '#src/chain/signers/executor.ts';
import { createSignerPool, type SignerPool } from '#src/chain/signers/pool.ts';
import { readTokenFacts } from '#src/chain/token-facts.ts';
import { createX402Evidence } from '#src/chain/x402-evidence.ts';
import { createX402Reader, type RpcRequest } from '#src/chain/x402-reader.ts';
import { AppError } from '#src/core/errors.ts';
import type { Hex } from '#src/core/hex.ts';
import { environmentOf } from '#src/core/networks.ts';
import type { LaneExecutor, Transaction } from '#src/core/journal.ts';
import { deriveKey } from '#src/core/secrets.ts';
import type { Store } from '#src/db/store.ts';
import type { Answered, Metrics } from '#src/http/metrics.ts';
import { createTokenFamily } from '#src/http/tokens.ts';
import type { Plane } from '#src/http/plane.ts';
import { facilitatorPlane } from '#src/planes/facilitator/index.ts';
import { type Accounts, createAccounts } from '#src/services/accounts.ts';
import { createCommonPasswords } from '#src/services/common-passwords.ts';
import type { Journal } from '#src/services/journal.ts';
import { createDiscovery } from '#src/services/discovery.ts';
import { createMerchantClients } from '#src/services/merchant-clients.ts';
import { createPasswords } from '#src/services/passwords.ts';
import { createPaymentAssets } from '#src/services/payment-assets.ts';
import { createPaymentNetworks } from '#src/services/payment-networks.ts';
import { applySettlementChanges } from '#src/services/payments/changes.ts';
import { createPayments, type Payments } from '#src/services/payments.ts';
import { createReports } from '#src/services/reports.ts';
import { createResources } from '#src/services/resources.ts';
import { usageOwner } from '#src/core/usage.ts';
import type { Usage } from '#src/services/usage.ts';
import { readOffer } from '#src/x402/bazaar/offer.ts';
import { exactEip3009 } from '#src/x402/eip3009/scheme.ts';
import { createPaymentEngine } from '#src/x402/engine.ts';
import { exactPermit2 } from '#src/x402/permit2/scheme.ts';
import { loadRecovery } from '#src/x402/recover.ts';
import { upto } from '#src/x402/upto/scheme.ts';
import { defaultAssets } from './default-assets.ts';
import type { Kernel } from './kernel.ts';
import type { Operators } from './operators.ts';

/** The signers' side, which the journal needs before it starts. */
export type Signers = {
  pool: SignerPool;
  rpc: RpcRequest;
  executor: LaneExecutor;
  /** The journal's `onChange`, for settlements. */
  onChange(tx: Store, transactions: readonly Transaction[]): Promise<void>;
};

/** The pool of settlement signers and its lane's executor. */
export function composeSigners(
  { config, networks, clients, clock, metrics }: Kernel,
  privateKeys: readonly Hex[],
): Signers {
  const { SETTLE_IN_FLIGHT, SETTLE_BUMP_AFTER_MS } = config.env;
  const rpc: RpcRequest = (network, method, params) => clients.rpc(network)(method, params);
  const pool = createSignerPool({ privateKeys, rpc });
  return {
    pool,
    rpc,
    executor: createSignerExecutor({
      networks,
      rpc,
      pool,
      clock,
      inFlight: SETTLE_IN_FLIGHT,
      stuckMs: SETTLE_BUMP_AFTER_MS,
      onSigned: metrics.batch,
    }),
    onChange: (tx, transactions) =>
      applySettlementChanges(tx, transactions, (name) => environmentOf(networks.get(name))),
  };
}

const accessSeconds = 15 * 60;
const refreshSeconds = 7 * 24 * 3_600;

function tokenFamilies({ config, secrets, clock }: Kernel) {
  const previous = config.env.JWT_SECRET_PREVIOUS;
  const common = {
    secrets: [secrets.JWT_SECRET, ...(previous ? [previous] : [])] as [string, ...string[]],
    issuer: 'chronos-facilitator',
    audience: 'chronos-facilitator',
    clock,
  };
  return {
    access: createTokenFamily({ ...common, name: 'facilitator-access', ttlSeconds: accessSeconds }),
    refresh: createTokenFamily({ ...common, name: 'facilitator-refresh', ttlSeconds: refreshSeconds }),
  };
}

function composePayments(kernel: Kernel, signers: Signers, journal: Journal, operators: Operators) {
  const { config, networks, clients, store, clock } = kernel;
  const { rpc, pool } = signers;
  const assets = createPaymentAssets({ store, networks, clock, readToken: readTokenFacts(clients) });
  const idles = (network: string) => networks.get(network).simulated;
  const engine = createPaymentEngine({
    schemes: [exactPermit2, exactEip3009, upto],
    networks,
    assets,
    ask: createX402Reader({ rpc, clock, idles }),
    clock,
    recover: loadRecovery().recover,
    marginSeconds: 6,
    factories: new Set(config.env.EIP6492_FACTORIES?.toLowerCase().split(',')),
    signers: new Set(pool.addresses.map((one) => one.toLowerCase())),
    builderCode: config.env.BUILDER_CODE ?? null,
  });
  const paymentNetworks = createPaymentNetworks({
    networks,
    schemes: engine.schemes,
    head: operators.head,
    signers: pool.addresses,
    isPaused: operators.pauses.isPaused,
  });
  const payments = createPayments({
    engine,
    store,
    journal,
    evidence: createX402Evidence(rpc),
    laneOf: signerLane,
    clock,
    onVerdict: (fact) => kernel.usage.verified(fact),
    environmentOf: (name) => environmentOf(networks.get(name)),
    mayTake: paymentNetworks.mayTake,
    settleTimeoutMs: config.env.SETTLE_TIMEOUT_MS,
    verdictMs: 1_000,
  });
  return { assets, payments, networks: paymentNetworks };
}

/** Counts what verify and settle say, and the faults that keep them from saying anything. */
function counted(payments: Payments, { payment }: Metrics): Payments {
  const count = async <T>(call: 'verify' | 'settle', answer: Promise<T>, word: (answer: T) => string) => {
    try {
      const told = await answer;
      payment(call, word(told));
      return told;
    } catch (error) {
      payment(call, error instanceof AppError ? error.kind : 'internal');
      throw error;
    }
  };
  return {
    ...payments,
    verify: (...given) => count('verify', payments.verify(...given), (a) => (a.isValid ? 'valid' : a.reason)),
    settle: (...given) =>
      count('settle', payments.settle(...given), (a) => (a.success ? 'success' : a.reason)),
  };
}

/** Counts requests for reports: a merchant's for itself, a platform key's for the key, all but probes for everybody. */
export function countAnswer(usage: Usage) {
  return ({ operation, principal, status, ms }: Answered): void => {
    if (operation?.unlimited) return;
    const { kind, owner, id } = principal ?? {};
    const counted = kind === 'merchant' ? owner : kind === 'key' ? usageOwner(id ?? '') : null;
    usage.answered({ owner: counted ?? null, status, ms });
  };
}

/** The facilitator plane on the kernel's parts; `prepare` runs once, before requests come. */
export function composeFacilitator(
  kernel: Kernel,
  signers: Signers,
  journal: Journal,
  operators: Operators,
): { plane: Plane; accounts: Accounts; prepare(): Promise<void> } {
  const { config, secrets, store, clock, database, version } = kernel;
  const { assets, payments, networks } = composePayments(kernel, signers, journal, operators);
  const told = config.env.CLIENT_TOKEN_SECRET;
  const secret = told ? Buffer.from(told, 'utf8') : deriveKey(secrets.JWT_SECRET, 'client-token');
  const accounts = createAccounts({
    store,
    passwords: createPasswords(),
    clock,
    isCommonPassword: createCommonPasswords(),
  });
  const plane = facilitatorPlane({
    payments: counted(payments, kernel.metrics),
    networks,
    assets,
    accounts,
    clients: createMerchantClients({ store, clock, secret }),
    reports: createReports({ store, usage: kernel.usage, clock }),
    ...operators,
    audit: store.audit,
    resources: createResources({ store, networks: kernel.networks, assets, clock }),
    discovery: createDiscovery({ store, networks: kernel.networks, readOffer, clock }),
    tokens: tokenFamilies(kernel),
    adminToken: config.env.ADMIN_TOKEN ?? secrets.ADMIN_MASTER_KEY,
    version,
    clock,
    startedAt: clock.now(),
    metrics: () => kernel.metrics.text(),
    pingDatabase: () => database.ping(),
  });
  return { plane, accounts, prepare: () => assets.seed(defaultAssets(kernel.networks.list())) };
}
