export type ReadinessOptions = {
  /** Rejects when the database does not answer soon. */
  pingDatabase(): Promise<void>;
  networks: readonly string[];
  /** Latest block, or null while the network does not answer. Must answer quickly. */
  head(network: string): Promise<bigint | null>;
  isQueueRunning(): boolean;
  /** True once the process has been told to end. */
  isEnding(): boolean;
};

export type Part = 'database' | 'chain' | 'queue' | 'ending';

/** The parts without which a replica should get no requests; none = ready. One silent network of several is no reason. */
export function createReadiness(options: ReadinessOptions): () => Promise<Part[]> {
  return async () => {
    if (options.isEnding()) return ['ending'];
    const [database, heads] = await Promise.all([
      options.pingDatabase().then(
        () => true,
        () => false,
      ),
      Promise.all(options.networks.map((network) => options.head(network))),
    ]);
    const well = { database, chain: heads.some((head) => head !== null), queue: options.isQueueRunning() };
    return (Object.keys(well) as (keyof typeof well)[]).filter((part) => !well[part]);
  };
}
