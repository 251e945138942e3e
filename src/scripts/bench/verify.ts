import type { Arena } from './arena.ts';
import { type Load, runLoad, type Sample } from './load.ts';
import { judged, ratios, spread, table } from './report.ts';

export type Rounds = { rounds: number; seconds: number };

type Contender = 'official' | 'ours' | 'floor';

const connections = 16;
const paths = { official: '/verify', ours: '/api/v1/verify', floor: '/verify' };

/** Verify, in turns: every call another payment. */
export async function benchVerify(arena: Arena, { rounds, seconds }: Rounds): Promise<string> {
  const loadOf = (name: Contender, calls: number, extra: Partial<Load> = {}): Load => ({
    target: arena[name],
    path: paths[name],
    ...(name === 'ours' ? { callers: arena.ours.callers } : {}),
    bodies: arena.payments.take(calls),
    calls,
    connections,
    expect: '"isValid":true',
    rpcUrl: arena.chain.rpcUrl,
    ...extra,
  });
  const contenders: readonly Contender[] = ['official', 'ours', 'floor'];
  const calls: Record<string, number> = {};
  for (const name of contenders) {
    const cold = await runLoad(loadOf(name, name === 'official' ? 100 : 1_000));
    // Warm for as long as four rounds, since V8 goes on compiling for seconds; then as many calls as fill the time.
    const { perSecond } = await runLoad(loadOf(name, Math.round(cold.perSecond * seconds * 4)));
    calls[name] = Math.max(100, Math.round(perSecond * seconds));
  }
  const samples: Record<Contender, Sample[]> = { official: [], ours: [], floor: [] };
  for (let round = 0; round < rounds; round++) {
    for (const name of contenders) samples[name].push(await runLoad(loadOf(name, calls[name] ?? 100)));
  }
  const lone = await runLoad(loadOf('ours', 100, { connections: 1 }));
  const [body = ''] = arena.payments.take(1);
  await runLoad(loadOf('ours', 1, { bodies: [body] }));
  const repeat = await runLoad(loadOf('ours', 50, { bodies: [body] }));
  return report(samples, lone, repeat);
}

function report(samples: Record<Contender, Sample[]>, lone: Sample, repeat: Sample): string {
  const of = (name: Contender, key: keyof Sample) => samples[name].map((sample) => sample[key]);
  const row = (title: string, key: keyof Sample, unit: string) => [
    title,
    ...(['official', 'ours', 'floor'] as const).map((name) => spread(of(name, key), unit)),
  ];
  const ratio = (key: keyof Sample, a: Contender, b: Contender) => ratios(of(a, key), of(b, key));
  return [
    table(`Verify, ${connections} connections`, [
      ['', 'official', 'ours', 'floor'],
      row('calls/s', 'perSecond', ''),
      row('p50', 'p50', ' ms'),
      row('p99', 'p99', ' ms'),
      row('CPU a call', 'cpu', ' µs'),
      row('RPC round trips a call', 'rpc', ''),
    ]),
    table('Verify, ratios', [
      ['CPU, official : ours', judged(ratio('cpu', 'official', 'ours'), { atLeast: 20 })],
      ['CPU, ours : floor', judged(ratio('cpu', 'ours', 'floor'), { atMost: 3 })],
      ['p99, ours : official', judged(ratio('p99', 'ours', 'official'), { atMost: 0.2 })],
      ['p50, ours : official', spread(ratio('p50', 'ours', 'official'), '×')],
      ['calls/s, ours : official', spread(ratio('perSecond', 'ours', 'official'), '×')],
      ['RPC round trips of a lone call', spread([lone.rpc])],
      ['RPC round trips of a repeat within a block', spread([repeat.rpc])],
    ]),
  ].join('\n');
}
