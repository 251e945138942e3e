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

export type ChainMetrics = {
  rpc(fact: RpcFact): void;
  /** A call of verify or settle; `outcome` is a word of the protocol, or the kind of a fault. */
  payment(call: 'verify' | 'settle', outcome: string): void;
  /** A settlement transaction was signed with so many payments. */
  batch(network: string, payments: number): void;
  /** What is asked when somebody scrapes, at most once a second. */
  lanes(read: () => Promise<readonly LaneFact[]>): void;
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
  };
}

function laneGauges(registry: Registry, read: () => Promise<readonly LaneFact[]>): void {
  let kept: { at: number; facts: Promise<readonly LaneFact[]> } | undefined;
  const facts = () => {
    const now = performance.now();
    // A scrape that finds the database or a node away still tells everything else.
    if (!kept || now - kept.at > fresh) kept = { at: now, facts: read().catch(() => []) };
    return kept.facts;
  };
  type Sample = { labels: Record<string, string>; value: number | null };
  const gauge = (name: string, help: string, labelNames: string[], samples: (lane: LaneFact) => Sample[]) =>
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
