/**
 * Completes package-lock.json with the platform packages (`…-darwin-arm64`) that a registry mirror did not serve when
 * it was written: npm ci refuses a lock without them, even on platforms that never install them. `--check` only tells.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

type Entry = {
  version?: string;
  resolved?: string;
  dev?: boolean;
  optionalDependencies?: Record<string, string>;
  [field: string]: unknown;
};
type Packages = Record<string, Entry>;

const words: Record<string, readonly [field: 'os' | 'cpu' | 'libc', value: string]> = {
  ...Object.fromEntries(
    ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos'].map(
      (os) => [os, ['os', os] as const],
    ),
  ),
  win32: ['os', 'win32'],
  win: ['os', 'win32'],
  ...Object.fromEntries(
    ['arm', 'arm64', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'x64'].map((cpu) => [
      cpu,
      ['cpu', cpu] as const,
    ]),
  ),
  amd64: ['cpu', 'x64'],
  musl: ['libc', 'musl'],
};

/** Platform fields from the words of a package's name; undefined when it names no platform. */
export function platformOf(name: string): { os: string[]; cpu: string[]; libc?: string[] } | undefined {
  const found: { os: string[]; cpu: string[]; libc?: string[] } = { os: [], cpu: [] };
  for (const word of name.split(/[-/]/)) {
    const known = words[word];
    if (known) found[known[0]] = [known[1]];
  }
  if (found.os[0] === 'linux' && /-gnu(eabihf)?$/.test(name)) found.libc = ['glibc'];
  if (name.endsWith('-musleabihf')) found.libc = ['musl'];
  return found.os.length > 0 && found.cpu.length > 0 ? found : undefined;
}

/** True when a package below `from` finds `name` by Node's look-up. */
function resolves(packages: Packages, from: string, name: string): boolean {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    if (packages[`${at ? `${at}/` : ''}node_modules/${name}`]) return true;
    if (at === '') return false;
  }
}

/** What is wrong with a lock: optional packages without an entry, and entries bound to one registry. */
export function faultsOf(packages: Packages): { missing: [by: string, name: string][]; bound: string[] } {
  const missing = Object.entries(packages).flatMap(([by, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter((name) => !resolves(packages, by, name))
      .map((name): [string, string] => [by, name]),
  );
  const bound = Object.keys(packages).filter((path) => packages[path]?.resolved !== undefined);
  return { missing, bound };
}

/** Adds the missing entries. @throws when a missing package is none of another platform. */
export function complete(packages: Packages): Packages {
  const added: Packages = {};
  for (const [by, name] of faultsOf(packages).missing) {
    const platform = platformOf(name);
    const version = packages[by]?.optionalDependencies?.[name];
    if (!platform || !version || !/^\d/.test(version))
      throw new Error(`${name} (of ${by}) cannot be completed`);
    const dev = packages[by]?.dev ? { dev: true } : {};
    added[`node_modules/${name}`] = { version, ...platform, ...dev, optional: true };
  }
  const { '': root, ...rest } = { ...packages, ...added };
  const sorted = Object.entries(rest).toSorted(([a], [b]) => a.localeCompare(b, 'en'));
  return { '': root!, ...Object.fromEntries(sorted) };
}

function main(): void {
  const file = fileURLToPath(new URL('../../package-lock.json', import.meta.url));
  const lock = JSON.parse(readFileSync(file, 'utf8')) as { packages: Packages };
  if (!process.argv.includes('--check')) {
    writeFileSync(file, `${JSON.stringify({ ...lock, packages: complete(lock.packages) }, null, 2)}\n`);
    return;
  }
  const { missing, bound } = faultsOf(lock.packages);
  for (const [, name] of missing) console.error(`package-lock.json has no entry for ${name}: npm run lock`);
  for (const path of bound) console.error(`package-lock.json binds ${path} to one registry: see .npmrc`);
  if (missing.length + bound.length > 0) process.exitCode = 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
