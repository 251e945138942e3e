import { describe, expect, it } from 'vitest';
import { gather } from '#src/core/gather.ts';

/** Work that ends when it is told to. */
function world(most = 10) {
  const runs: { items: readonly number[]; done(): void; fail(): void }[] = [];
  const double = gather<number, number>((items) => {
    const { promise, resolve, reject } = Promise.withResolvers<number[]>();
    runs.push({ items, done: () => resolve(items.map((n) => n * 2)), fail: () => reject(new Error('no')) });
    return promise;
  }, most);
  return { runs, double, items: () => runs.map((run) => run.items) };
}

describe('gathered work', () => {
  it('starts with the first and takes together what came meanwhile', async () => {
    const { runs, double, items } = world();
    const answers = [1, 2, 3].map(double);
    expect(items()).toEqual([[1]]);
    runs[0]?.done();
    expect(await answers[0]).toBe(2);
    await expect.poll(items).toEqual([[1], [2, 3]]);
    runs[1]?.done();
    expect(await Promise.all(answers)).toEqual([2, 4, 6]);
    const later = double(4);
    await expect.poll(items).toEqual([[1], [2, 3], [4]]);
    runs[2]?.done();
    expect(await later).toBe(8);
  });

  it('takes no more than it may at once', async () => {
    const { runs, double, items } = world(2);
    const answers = [1, 2, 3, 4].map(double);
    for (let i = 0; i < 3; i++) {
      await expect.poll(() => runs.length).toBe(i + 1);
      runs[i]?.done();
    }
    expect(await Promise.all(answers)).toEqual([2, 4, 6, 8]);
    expect(items()).toEqual([[1], [2, 3], [4]]);
  });

  it('tries the items of a failed run alone', async () => {
    const { runs, double, items } = world();
    const answers = [1, 2, 3].map(double);
    runs[0]?.fail();
    await expect(answers[0]).rejects.toThrow('no');
    runs[1]?.fail();
    await expect.poll(items).toEqual([[1], [2, 3], [2], [3]]);
    runs[2]?.done();
    runs[3]?.fail();
    expect(await answers[1]).toBe(4);
    await expect(answers[2]).rejects.toThrow('no');
  });
});
