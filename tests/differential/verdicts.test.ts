import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eip3009V1, eip3009V2 } from './eip3009-cases.ts';
import { extensionsV2 } from './extension-cases.ts';
import { type Arena, startArena } from './kit.ts';
import { type Case, factory, factoryCode } from './payers.ts';
import { permit2V2, sponsoring } from './permit2-cases.ts';
import { uptoV2 } from './upto-cases.ts';

const cases: Readonly<Record<string, readonly Case[]>> = {
  'exact by EIP-3009, version 2': eip3009V2,
  'exact by EIP-3009, version 1': eip3009V1,
  'exact by Permit2': permit2V2,
  'EIP-2612 gas sponsoring': sponsoring,
  upto: uptoV2,
  'extensions of version 2': extensionsV2,
};

let arena: Arena;
beforeAll(async () => {
  arena = await startArena([factory]);
  await arena.chain.client.setCode({ address: factory, bytecode: factoryCode });
});
afterAll(() => arena.stop());

describe.each(Object.entries(cases))('%s', (_, list) => {
  it.each(list)('$name', async ({ body, official, ours, during }) => {
    const payment = await body(arena);
    // The time of an idle chain stands still; calls are made at its last block.
    await arena.chain.client.mine({ blocks: 1 });
    const judge = async () => ({
      official: await arena.official.verify(payment),
      ours: await arena.ours.verify(payment),
    });
    const verdicts = await (during ? during(arena, judge) : judge());
    expect(verdicts).toEqual({ official, ours: ours ?? official });
  });
});

it('holds at least 60 payments, and every difference has its reason', () => {
  const all = Object.values(cases).flat();
  expect(all.length).toBeGreaterThanOrEqual(60);
  for (const { name, official, ours, why } of all) {
    expect(ours === undefined || ours === official, name).toBe(why === undefined);
  }
});
