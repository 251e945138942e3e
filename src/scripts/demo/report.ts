/** Prints the demo's steps: what was done, how long it took, what is on the chain. */
export type Report = {
  title(text: string): void;
  /** Runs one step and prints its name, its time in ms and what `tell` says of its result. */
  step<T>(name: string, run: () => Promise<T>, tell?: (result: T) => string): Promise<T>;
  /** A condition that must hold for the demo to count as passed. */
  check(name: string, ok: boolean, seen?: string): void;
  failures(): number;
};

export function createReport(write: (line: string) => void): Report {
  let failed = 0;
  return {
    title: (text) => write(`\n${text}`),
    async step(name, run, tell) {
      const start = performance.now();
      const result = await run();
      const ms = String(Math.round(performance.now() - start)).padStart(5);
      const told = tell?.(result) ?? '';
      write(`  ${ms} ms  ${name}${told && `\n            ${told}`}`);
      return result;
    },
    check(name, ok, seen = '') {
      if (!ok) failed += 1;
      write(`            ${ok ? '✓' : '✗'} ${name}${seen && ` (${seen})`}`);
    },
    failures: () => failed,
  };
}
