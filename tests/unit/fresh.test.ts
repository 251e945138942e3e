import { expect, it } from 'vitest';
import { createFresh } from '#src/core/fresh.ts';

it('shares questions, forgets on command and does not remember faults', async () => {
  let asked = 0;
  const fresh = createFresh(async (key: string) => {
    asked += 1;
    if (key === 'bad') throw new Error('down');
    return `${key}${asked}`;
  }, 50);
  expect(await Promise.all([fresh.get('a'), fresh.get('a')])).toEqual(['a1', 'a1']);
  const start = performance.now();
  await fresh.forget('a');
  expect(performance.now() - start).toBeGreaterThanOrEqual(45);
  expect(await fresh.get('a')).toBe('a2');
  await expect(fresh.get('bad')).rejects.toThrow('down');
  await expect(fresh.get('bad')).rejects.toThrow('down');
  expect(asked).toBe(4);
});
