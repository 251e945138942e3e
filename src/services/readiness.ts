export type ReadinessOptions = {
  /** Rejects when the database does not answer soon. */
  pingDatabase(): Promise<void>;
  networks: readonly string[];
  /** Latest block, or null while the network does not answer. Must answer quickly. */
  head(network: string): Promise<bigint | null>;
  isQueueRunning(): boolean;
};

export type Part = 'database' | 'chain' | 'queue';

/** The parts without which a replica should get no requests; none = ready. One silent network of several is no reason. */
export function createReadiness(options: ReadinessOptions): () => Promise<Part[]> {
  return async () => {
    const [database, heads] = await Promise.all([
      options.pingDatabase().then(
        () => true,
        () => false,
      ),
      Promise.all(options.networks.map((network) => options.head(network))),
    ]);
    const well = { database, chain: heads.some((head) => head !== null), queue: options.isQueueRunning() };
    return (Object.keys(well) as Part[]).filter((part) => !well[part]);
  };
}
