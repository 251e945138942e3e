import type { Arena } from './arena.ts';
import { runLoad, type Sample } from './load.ts';
import { judged, ratios, spread, table } from './report.ts';

type Contender = 'official' | 'ours';

type Case = {
  title: string;
  mine: 'instantly' | 'every2s';
  connections: number;
  calls: Record<Contender, number>;
  rounds: number;
  /** Settled payments a second, ours over the official one. */
  goal: number;
};

const paths = { official: '/settle', ours: '/api/v1/settle' };
const contenders: readonly Contender[] = ['official', 'ours'];

/** Settle, in turns: every call another payment, one signer on either side. */
export async function benchSettle(arena: Arena, one: Case): Promise<string> {
  const { title, mine, connections, calls, rounds, goal } = one;
  const { chain, payments } = arena;
  const run = (name: Contender, count: number) =>
    runLoad({
      target: arena[name],
      path: paths[name],
      ...(name === 'ours' ? { callers: arena.ours.callers } : {}),
      bodies: payments.take(count),
      calls: count,
      connections,
      expect: '"success":true',
      rpcUrl: chain.rpcUrl,
    });
  await chain.mine('instantly');
  for (const name of contenders) await run(name, 32);
  await chain.mine(mine);
  const samples: Record<Contender, Sample[]> = { official: [], ours: [] };
  for (let round = 0; round < rounds; round++) {
    for (const name of contenders) samples[name].push(await run(name, calls[name]));
  }
  await chain.mine('instantly');
  const of = (name: Contender, key: keyof Sample) => samples[name].map((sample) => sample[key]);
  const row = (label: string, key: keyof Sample, unit: string) => [
    label,
    ...contenders.map((name) => spread(of(name, key), unit)),
  ];
  const perBlock = (name: Contender) => spread(of(name, 'perSecond').map((perSecond) => perSecond * 2));
  return table(`${title}, ${connections} connections, one signer each`, [
    ['', ...contenders],
    row('settled a second', 'perSecond', ''),
    ...(mine === 'every2s' ? [['settled a block', ...contenders.map(perBlock)]] : []),
    row('p50', 'p50', ' ms'),
    row('p99', 'p99', ' ms'),
    row('CPU a call', 'cpu', ' µs'),
    [
      'settled, ours : official',
      judged(ratios(of('ours', 'perSecond'), of('official', 'perSecond')), { atLeast: goal }),
    ],
  ]);
}
