import type { Arena } from './arena.ts';
import { runLoad, type Sample } from './load.ts';
import type { Caller } from './ours.ts';
import type { Measured } from './processes.ts';
import { judged, ratios, spread, table } from './report.ts';

type Case = {
  title: string;
  mine: 'instantly' | 'every2s';
  /** Of the official facilitator when tuned, and of ours. */
  connections: number;
  /** At which the official example settles most, though many of its calls fail. */
  exampleConnections: number;
  calls: { example: number; official: number; ours: number };
  /** Ours once more with so many transactions in flight. */
  wide?: { inFlight: number; connections: number; calls: number };
  rounds: number;
  /** Settled payments a second, ours over the official example where none of its calls fails. */
  goal: number;
};

type Contender = {
  name: string;
  target: Measured;
  path: string;
  callers?: readonly Caller[];
  connections: number;
  calls: number;
  /** The official one's calls fail when they come together; what is settled counts. */
  mayFail?: boolean;
  /** Calls before those that are measured: the code compiled, the statements planned. */
  warm: { calls: number; connections?: number };
  samples: Sample[];
};

/** Settle, in turns: every call another payment, one signer each. */
export async function benchSettle(arena: Arena, one: Case): Promise<string> {
  const { chain } = arena;
  const wide = one.wide && (await arena.another({ SETTLE_IN_FLIGHT: String(one.wide.inFlight) }));
  try {
    const contenders = contendersOf(arena, one);
    if (wide && one.wide) {
      contenders.push(ours(`ours, ${one.wide.inFlight} in flight`, wide, one.wide));
    }
    await chain.mine('instantly');
    for (const contender of contenders) await run(arena, { ...contender, ...contender.warm });
    await chain.mine(one.mine);
    for (let round = 0; round < one.rounds; round++) {
      for (const contender of contenders) contender.samples.push(await run(arena, contender));
    }
    return report(one, contenders);
  } finally {
    await chain.mine('instantly');
    await wide?.stop();
  }
}

function contendersOf(arena: Arena, { connections, exampleConnections, calls }: Case): Contender[] {
  const official = { path: '/settle' };
  const example = (many: number, count: number): Contender => ({
    ...official,
    name: 'official, as its example',
    target: arena.example,
    connections: many,
    calls: count,
    mayFail: true,
    warm: { calls: 4, connections: 1 },
    samples: [],
  });
  return [
    example(1, calls.example),
    example(exampleConnections, Math.max(calls.example, exampleConnections)),
    {
      ...official,
      name: 'official, tuned',
      target: arena.official,
      connections,
      calls: calls.official,
      mayFail: true,
      warm: { calls: calls.official },
      samples: [],
    },
    ours('ours', arena.ours, { connections, calls: calls.ours }),
  ];
}

function ours(name: string, target: Arena['ours'], load: { connections: number; calls: number }): Contender {
  const { callers } = target;
  const { connections, calls } = load;
  const warm = { calls: Math.min(calls, 640) };
  return { name, target, path: '/api/v1/settle', callers, connections, calls, warm, samples: [] };
}

function run({ chain, payments }: Arena, contender: Contender): Promise<Sample> {
  const { name: _name, samples: _samples, warm: _warm, ...load } = contender;
  const bodies = payments.take(load.calls);
  return runLoad({ ...load, bodies, expect: '"success":true', rpcUrl: chain.rpcUrl });
}

function report({ title, mine, goal }: Case, contenders: readonly Contender[]): string {
  const blocks = mine === 'every2s';
  const of = ({ samples }: Contender, key: keyof Sample) => samples.map((sample) => sample[key]);
  const rows = contenders.map((contender) => [
    contender.name,
    String(contender.connections),
    spread(of(contender, 'perSecond')),
    ...(blocks ? [spread(of(contender, 'perSecond').map((perSecond) => perSecond * 2))] : []),
    spread(of(contender, 'p50'), ' ms'),
    spread(of(contender, 'p99'), ' ms'),
    spread(of(contender, 'cpu'), ' µs'),
    `${spread(of(contender, 'failed').map((failed) => (failed * 100) / contender.calls))} %`,
  ]);
  const [alone = [], many = [], tuned = [], ...own] = contenders.map((one) => of(one, 'perSecond'));
  const compared = own.flatMap((perSecond, i) => {
    const { name = '' } = contenders[i + 3] ?? {};
    return [
      [`${name} : official example, no call failing`, judged(ratios(perSecond, alone), { atLeast: goal })],
      [`${name} : official example, calls failing`, spread(ratios(perSecond, many), '×')],
      [`${name} : official, tuned`, spread(ratios(perSecond, tuned), '×')],
    ];
  });
  const head = ['', 'connections', 'settled/s', ...(blocks ? ['a block'] : []), 'p50', 'p99', 'CPU a call'];
  return [
    table(`${title}, one signer each`, [[...head, 'failed'], ...rows]),
    table('Settled a second', compared),
  ].join('\n');
}
