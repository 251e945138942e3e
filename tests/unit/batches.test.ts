import { RpcRequestError } from 'viem';
import { expect, test } from 'vitest';
import { buildBatch } from '#src/chain/user-operations/batch.ts';
import type { Transaction } from '#src/core/journal.ts';

const transaction = (id: string) => ({ id, owner: 'client:a', calls: [] }) as unknown as Transaction;
const over = { code: 'SPONSORSHIP_DENIED', message: 'over budget' };
const denied = () =>
  new RpcRequestError({ body: {}, url: 'http://paymaster', error: { code: -32_001, message: 'denied' } });

test('what was refused is refused once, whatever the paymaster says of the others', async () => {
  const held: string[][] = [];
  const prepared = await buildBatch(
    {
      plan: async () => ({ gas: 1n, maxCost: 1n, sign: () => Promise.reject(denied()) }),
      maxGas: 100n,
      gate: {
        maxGas: async () => null,
        async hold(costs) {
          const ids = costs.map(({ transaction: { id } }) => id);
          held.push(ids);
          return ids.includes('b') ? [{ id: 'b', error: over }] : [];
        },
        overGas: () => over,
      },
      patient: () => true,
    },
    ['a', 'b', 'c'].map(transaction),
    [],
  );
  expect(prepared.submission).toBeNull();
  expect(prepared.rejected.map(({ id }) => id)).toEqual(['b', 'a', 'c']);
  expect(held[0]).toEqual(['a', 'b', 'c']);
});
