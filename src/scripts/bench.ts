/**
 * Compares the facilitator with the official one of x402 version 2, on one chain and in turns; prints ratios with their
 * spread. `npm run bench` takes about six minutes, `npm run bench -- --quick` two; names of sections (verify, settle,
 * blocks, gas, reads) run these alone, `--profile=<folder>` leaves a CPU profile of our server there.
 */
import { startArena } from './bench/arena.ts';
import { benchGas } from './bench/gas.ts';
import { benchReads } from './bench/reads.ts';
import { machine } from './bench/report.ts';
import { benchSettle } from './bench/settle.ts';
import { benchVerify } from './bench/verify.ts';

const quick = process.argv.includes('--quick');
const profileDir = process.argv.find((argument) => argument.startsWith('--profile='))?.slice(10);
const only = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));

const start = performance.now();
const arena = await startArena({ profileDir });

const sections = {
  verify: () => benchVerify(arena, quick ? { rounds: 2, seconds: 1 } : { rounds: 5, seconds: 2 }),
  settle: () =>
    benchSettle(arena, {
      title: 'Settle, a block for each transaction',
      mine: 'instantly',
      connections: 64,
      exampleConnections: 2,
      calls: quick ? { example: 6, official: 128, ours: 640 } : { example: 12, official: 192, ours: 1_280 },
      rounds: quick ? 1 : 5,
      goal: 5,
    }),
  blocks: () =>
    benchSettle(arena, {
      title: 'Settle, a block every 2 s',
      mine: 'every2s',
      connections: 1_024,
      exampleConnections: 64,
      calls: quick ? { example: 3, official: 128, ours: 2_048 } : { example: 4, official: 256, ours: 4_096 },
      wide: { inFlight: 12, connections: 2_048, calls: 4_096 },
      rounds: quick ? 1 : 3,
      goal: 30,
    }),
  gas: () => benchGas(arena),
  reads: () => benchReads(arena, quick ? 2 : 5),
};

try {
  console.log(machine());
  for (const [name, section] of Object.entries(sections)) {
    if (only.length === 0 || only.includes(name)) console.log(await section());
  }
} finally {
  await arena.stop();
}
console.log(`\n${((performance.now() - start) / 1000).toFixed(0)} s`);
