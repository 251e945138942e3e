import type { Arena } from './arena.ts';
import { type Load, runLoad, type Sample } from './load.ts';
import { merchantReads, platformReads, tokenChecks } from './readers.ts';
import { judged, ratios, spread, table } from './report.ts';

const contenders = ['floor', 'merchant', 'platform', 'token'] as const;
type Contender = (typeof contenders)[number];

const titles: Record<Contender, string> = {
  floor: 'floor: Fastify and one object',
  merchant: 'merchant key, limit, one row',
  platform: 'API key, scope, limit, one row',
  token: "app's token and limit alone",
};
const goals = { merchant: 0.35, platform: 0.35, token: 0.55 } as const;

/** Authenticated calls that read next to nothing, against a bare Fastify that answers a serialised object. */
export async function benchReads(arena: Arena, rounds: number): Promise<string> {
  const { ours, floor, chain } = arena;
  const common = { calls: 3_000, connections: 16, rpcUrl: chain.rpcUrl };
  const loads: Record<Contender, Load> = {
    floor: { ...common, target: floor, path: '/object', expect: '"id"' },
    merchant: { ...common, target: ours, ...(await merchantReads(arena)) },
    platform: { ...common, target: ours, ...(await platformReads(arena)) },
    token: { ...common, target: ours, ...(await tokenChecks(arena)) },
  };
  const samples: Record<Contender, Sample[]> = { floor: [], merchant: [], platform: [], token: [] };
  for (const name of contenders) await runLoad({ ...loads[name], calls: 10_000 });
  for (let round = 0; round < rounds; round++) {
    for (const name of contenders) samples[name].push(await runLoad(loads[name]));
  }
  const of = (name: Contender, key: keyof Sample) => samples[name].map((sample) => sample[key]);
  const row = (name: Contender) => [
    titles[name],
    spread(of(name, 'perSecond')),
    spread(of(name, 'cpu'), ' µs'),
    spread(of(name, 'p99'), ' ms'),
  ];
  const share = (name: keyof typeof goals) => [
    `calls/s over the floor: ${titles[name]}`,
    judged(ratios(of(name, 'perSecond'), of('floor', 'perSecond')), { atLeast: goals[name] }),
  ];
  return [
    table('Reads, 16 connections', [['', 'calls/s', 'CPU a call', 'p99'], ...contenders.map(row)]),
    table('Reads, ratios', [share('merchant'), share('platform'), share('token')]),
  ].join('\n');
}
