export type NetworkPauseRepository = {
  listPaused(): Promise<string[]>;
  /** A pause that is there already keeps its time; null ends it. Returns what holds now. */
  set(network: string, at: Date | null): Promise<Date | null>;
};
