import { describe, expect, test } from 'vitest';
import type { Clock } from '#src/core/clock.ts';
import { createFakeChain, createFakeExecutor } from './fake-chain.ts';
import { engine, eventTypes, freshDatabase, kinds, submit } from './kit.ts';

const day = 24 * 60 * 60 * 1000;

/** A clock that is put an hour to a day ahead or back each time it is looked at. */
function jumpingClock(): Clock {
  const jumps = [0, day, -day, day / 24, -day / 24, day / 2, -day / 2];
  let looks = 0;
  return { now: () => new Date(Date.now() + (jumps[looks++ % jumps.length] ?? 0)) };
}

describe.each(kinds)('clocks that jump, a different one on each replica (%s)', (kind) => {
  test('lose and double nothing, while sends are lost and blocks vanish', async () => {
    const { store, database } = await freshDatabase(kind);
    const chain = createFakeChain({ automine: false });
    const options = { chain, maxInFlight: 3, maxLegs: 3 };
    const engines = [1, 2].map(() =>
      engine(store, { clock: jumpingClock(), executors: { account: createFakeExecutor(options) } }),
    );
    const written = await Promise.all(Array.from({ length: 40 }, (_, n) => submit(store, engines[n % 2]!)));
    let blocks = 0;
    const mining = setInterval(() => {
      blocks += 1;
      if (blocks === 4 || blocks === 9) chain.drop();
      if (blocks === 6 || blocks === 12) chain.reorg(1);
      chain.mine();
    }, 20);
    try {
      for (const { id } of written)
        expect(await engines[0]!.wait(id, 20_000)).toMatchObject({ status: 'confirmed' });
    } finally {
      clearInterval(mining);
    }
    expect(chain.effects()).toEqual(new Map(written.map(({ id }) => [id, 1])));
    const told = (await eventTypes(database)).filter((event) => event.startsWith('transaction.confirmed'));
    expect(new Set(told)).toEqual(new Set(written.map(({ id }) => `transaction.confirmed ${id}`)));
  });
});
