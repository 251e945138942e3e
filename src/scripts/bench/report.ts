import { readFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';

/** The middle one. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}

const short = (value: number): string =>
  value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);

/** Median and, in brackets, the lowest and highest of the rounds. */
export function spread(values: readonly number[], unit = ''): string {
  const text = `${short(median(values))}${unit}`;
  if (values.length < 2) return text;
  return `${text} (${short(Math.min(...values))}–${short(Math.max(...values))})`;
}

/** Ratio by round: rounds are interleaved, so what else the machine does hits both sides alike. */
export function ratios(over: readonly number[], under: readonly number[]): number[] {
  return over.map((value, round) => value / (under[round] ?? Number.NaN));
}

/** What a ratio should be. */
export type Goal = { atLeast: number } | { atMost: number };

export function judged(values: readonly number[], goal: Goal): string {
  const reached = 'atLeast' in goal ? median(values) >= goal.atLeast : median(values) <= goal.atMost;
  const words = 'atLeast' in goal ? `≥ ${goal.atLeast}×` : `≤ ${goal.atMost}×`;
  return `${spread(values, '×')}  goal ${words}: ${reached ? 'reached' : 'missed'}`;
}

/** A table with aligned columns. */
export function table(title: string, rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<number[]>(
    (known, row) => row.map((cell, i) => Math.max(known[i] ?? 0, cell.length)),
    [],
  );
  const lines = rows.map((row) =>
    `  ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ')}`.trimEnd(),
  );
  return `\n${title}\n${lines.join('\n')}`;
}

/** The machine, and the versions of what is compared. */
export function machine(): string {
  const [cpu] = cpus();
  const rows = {
    machine: `${cpus().length} × ${cpu?.model.trim() || process.arch}, ${(totalmem() / 2 ** 30).toFixed(0)} GB, ${process.platform} ${release()}`,
    node: process.version,
    official: ['@x402/core', '@x402/evm', 'express', 'viem'].map(versionOf).join(', '),
    ours: ['fastify', 'secp256k1', 'undici', 'postgres'].map(versionOf).join(', '),
    chain: versionOf('@foundry-rs/anvil'),
  };
  return Object.entries(rows)
    .map(([name, value]) => `  ${name.padEnd(8)}  ${value}`)
    .join('\n');
}

/** `name version` of an installed package. */
function versionOf(name: string): string {
  const file = new URL(`../../../node_modules/${name}/package.json`, import.meta.url);
  return `${name} ${(JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version}`;
}
