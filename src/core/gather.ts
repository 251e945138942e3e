/**
 * Does the work of many callers together: the first goes at once (or with all that comes `inTurn`, the same turn of the
 * event loop), what comes while it is under way forms the next run, of at most `most` items. When a run fails, its items
 * are tried one by one, so that none fails for another's fault.
 */
export function gather<I, O>(
  run: (items: readonly I[]) => Promise<readonly O[]>,
  most: number,
  { inTurn = false } = {},
): (item: I) => Promise<O> {
  type Waiting = { item: I; resolve(outcome: O): void; reject(error: unknown): void };
  const waiting: Waiting[] = [];
  let busy = false;
  const alone = async ({ item, resolve, reject }: Waiting): Promise<void> => {
    try {
      const [outcome] = await run([item]);
      resolve(outcome as O);
    } catch (error) {
      reject(error);
    }
  };
  const together = async (group: readonly Waiting[]): Promise<void> => {
    const [only] = group;
    if (only && group.length === 1) return alone(only);
    try {
      const outcomes = await run(group.map(({ item }) => item));
      for (const [i, { resolve }] of group.entries()) resolve(outcomes[i] as O);
    } catch {
      await Promise.all(group.map(alone));
    }
  };
  const work = async (): Promise<void> => {
    while (waiting.length > 0) await together(waiting.splice(0, most));
    busy = false;
  };
  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (busy) return;
      busy = true;
      if (inTurn) setImmediate(() => void work());
      else void work();
    });
}
