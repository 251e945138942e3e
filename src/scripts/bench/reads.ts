import type { Arena } from './arena.ts';
import { settleOnce } from './gas.ts';
import { runLoad, type Sample } from './load.ts';
import { judged, ratios, spread, table } from './report.ts';

const contenders = ['floor', 'key'] as const;
type Contender = (typeof contenders)[number];

/** Authenticated reads of one row against a bare Fastify that answers a serialised object. */
export async function benchReads(arena: Arena, rounds: number): Promise<string> {
  const { ours, floor, chain } = arena;
  await settleOnce(arena);
  const listed = await fetch(`${ours.url}/api/v1/settlements?limit=1`, { headers: ours.callers[0] ?? {} });
  const { data } = (await listed.json()) as { data: { settlements: { id: string }[] } };
  const common = { calls: 3_000, connections: 16, rpcUrl: chain.rpcUrl, expect: '"id"' };
  const path = `/api/v1/settlements/${data.settlements[0]?.id}`;
  const loads = {
    floor: { ...common, target: floor, path: '/object' },
    key: { ...common, target: ours, path, callers: ours.callers },
  };
  const samples: Record<Contender, Sample[]> = { floor: [], key: [] };
  for (const name of contenders) await runLoad(loads[name]);
  for (let round = 0; round < rounds; round++) {
    for (const name of contenders) samples[name].push(await runLoad(loads[name]));
  }
  const of = (name: Contender, key: keyof Sample) => samples[name].map((sample) => sample[key]);
  const row = (title: string, name: Contender) => [
    title,
    spread(of(name, 'perSecond')),
    spread(of(name, 'cpu'), ' µs'),
    spread(of(name, 'p99'), ' ms'),
  ];
  return table('Reads of one row, 16 connections', [
    ['', 'calls/s', 'CPU a call', 'p99'],
    row('floor: Fastify and one object', 'floor'),
    row('merchant key, limit, one row', 'key'),
    [
      'calls/s, ours : floor',
      judged(ratios(of('key', 'perSecond'), of('floor', 'perSecond')), { atLeast: 0.35 }),
    ],
  ]);
}
