import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** One JSON-RPC request, whatever number of calls shared it. */
export type RpcFact = {
  /** Host of the endpoint; never its path or query, which hold keys. */
  host: string;
  outcome: 'ok' | 'http_error' | 'no_connection' | 'timeout';
  calls: number;
  /** Calls that were answered with an error of their own, a revert for instance. */
  errors: number;
  ms: number;
};

/** How the settlement signers of a network stand. */
export type LaneFact = {
  network: string;
  queued: number;
  oldestUnsettledSeconds: number | null;
  signers: readonly {
    address: string;
    /** Wei. */
    balance: bigint | null;
    nonceGap: number | null;
    inFlight: number;
  }[];
};

/** How the user operations of a network stand. */
export type OperationFact = {
  network: string;
  queued: number;
  inFlight: number;
  oldestUnsettledSeconds: number | null;
};

export type ChainMetrics = {
  rpc(fact: RpcFact): void;
  /** A call of verify or settle; `outcome` is a word of the protocol, or the kind of a fault. */
  payment(call: 'verify' | 'settle', outcome: string): void;
  /** A settlement transaction was signed with so many payments. */
  batch(network: string, payments: number): void;
  /** What is asked when somebody scrapes, at most once a second. */
  lanes(read: () => Promise<readonly LaneFact[]>): void;
  /** The same for the lanes of smart accounts. */
  operations(read: () => Promise<readonly OperationFact[]>): void;
};

const fresh = 1_000;

/** Metrics of nodes, payments and settlement signers. */
export function chainMetrics(registry: Registry): ChainMetrics {
  const registers = [registry];
  const rpc = new Histogram({
    name: 'chronos_rpc_duration_seconds',
    help: 'Time of JSON-RPC requests by endpoint and outcome',
    labelNames: ['endpoint', 'outcome'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  const counter = (name: string, help: string, labelNames: string[]) =>
    new Counter({ name, help, labelNames, registers });
  const calls = counter('chronos_rpc_calls_total', 'JSON-RPC calls, which may share requests', ['endpoint']);
  const errors = counter('chronos_rpc_errors_total', 'JSON-RPC calls that were answered with an error', [
    'endpoint',
  ]);
  const payments = counter('chronos_payments_total', 'Calls of verify and settle by outcome', [
    'call',
    'outcome',
  ]);
  const batches = new Histogram({
    name: 'chronos_settlement_batch_payments',
    help: 'Payments that share a settlement transaction',
    labelNames: ['network'],
    buckets: [1, 2, 5, 10, 20, 50, 100, 150],
    registers,
  });
  return {
    rpc({ host: endpoint, outcome, calls: count, errors: failed, ms }) {
      rpc.observe({ endpoint, outcome }, ms / 1_000);
      calls.inc({ endpoint }, count);
      if (failed > 0) errors.inc({ endpoint }, failed);
    },
    payment: (call, outcome) => payments.inc({ call, outcome }),
    batch: (network, count) => batches.observe({ network }, count),
    lanes: (read) => laneGauges(registry, read),
    operations: (read) => operationGauges(registry, read),
  };
}

type Sample = { labels: Record<string, string>; value: number | null };

/** Makes gauges of facts that are asked for by scrapes, at most once a second. */
function gauges<T>(registry: Registry, read: () => Promise<readonly T[]>) {
  let kept: { at: number; facts: Promise<readonly T[]> } | undefined;
  const facts = () => {
    const now = performance.now();
    // A scrape that finds the database or a node away still tells everything else.
    if (!kept || now - kept.at > fresh) kept = { at: now, facts: read().catch(() => []) };
    return kept.facts;
  };
  return (name: string, help: string, labelNames: string[], samples: (fact: T) => Sample[]) =>
    new Gauge({
      name,
      help,
      labelNames,
      registers: [registry],
      async collect() {
        this.reset();
        for (const { labels, value } of (await facts()).flatMap(samples)) {
          if (value !== null) this.set(labels, value);
        }
      },
    });
}

function operationGauges(registry: Registry, read: () => Promise<readonly OperationFact[]>): void {
  const gauge = gauges(registry, read);
  const of = (name: string, help: string, value: (fact: OperationFact) => number) =>
    gauge(name, help, ['network'], (fact) => [{ labels: { network: fact.network }, value: value(fact) }]);
  of('chronos_operation_queue', 'Writes that wait for an operation of their account', ({ queued }) => queued);
  of(
    'chronos_operation_in_flight',
    'User operations that are signed and in no block yet',
    ({ inFlight }) => inFlight,
  );
  of(
    'chronos_operation_oldest_seconds',
    'Age of the oldest write of an account that is not final, 0 when there is none',
    ({ oldestUnsettledSeconds }) => oldestUnsettledSeconds ?? 0,
  );
}

function laneGauges(registry: Registry, read: () => Promise<readonly LaneFact[]>): void {
  const gauge = gauges(registry, read);
  const ofLane = (name: string, help: string, value: (lane: LaneFact) => number) =>
    gauge(name, help, ['network'], (lane) => [{ labels: { network: lane.network }, value: value(lane) }]);
  const ofSigner = (
    name: string,
    help: string,
    value: (signer: LaneFact['signers'][number]) => number | null,
  ) =>
    gauge(name, help, ['network', 'signer'], ({ network, signers }) =>
      signers.map((signer) => ({ labels: { network, signer: signer.address }, value: value(signer) })),
    );
  ofLane('chronos_settlement_queue', 'Payments that wait for a signer', ({ queued }) => queued);
  ofLane(
    'chronos_settlement_oldest_seconds',
    'Age of the oldest payment that is not settled, 0 when there is none',
    ({ oldestUnsettledSeconds }) => oldestUnsettledSeconds ?? 0,
  );
  ofSigner('chronos_signer_balance_wei', 'Native balance of a settlement signer', ({ balance }) =>
    balance === null ? null : Number(balance),
  );
  ofSigner(
    'chronos_signer_nonce_gap',
    'Nonces below the signed ones that nobody has signed; above 0 nothing can be included',
    ({ nonceGap }) => nonceGap,
  );
  ofSigner(
    'chronos_signer_in_flight',
    'Transactions of a signer that are in no block yet',
    ({ inFlight }) => inFlight,
  );
}
