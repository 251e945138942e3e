/** Checks who imports whom (`.dependency-cruiser.cjs`) in the tree of the current folder. */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import extractDepcruiseOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';
import extractTsConfig from 'dependency-cruiser/config-utl/extract-ts-config';

/** Below this many modules the reader has gone blind (a TypeScript it can't use reads none and reports success). */
const leastModules = 50;

export type ArchitectureReport = { modules: number; violations: string[] };

/** Reads all imports below `root` and tells which break a rule, as `rule: from → to`. */
export async function readArchitecture(root: string): Promise<ArchitectureReport> {
  const options = await extractDepcruiseOptions(resolve(root, '.dependency-cruiser.cjs'));
  const { output } = await cruise(
    ['src', 'schemas', 'tests'],
    { ...options, baseDir: root, validate: true },
    {},
    { tsConfig: extractTsConfig(resolve(root, 'tsconfig.json')) },
  );
  const { modules, summary } = output as ICruiseResult;
  return {
    modules: modules.filter(({ source }) => /^(src|schemas|tests)\//.test(source)).length,
    violations: summary.violations.map(
      ({ rule, from, to, cycle }) =>
        `${rule.name}: ${[from, ...(cycle?.map(({ name }) => name) ?? [to])].join(' → ')}`,
    ),
  };
}

async function main(): Promise<void> {
  const { modules, violations } = await readArchitecture(process.cwd());
  for (const violation of violations) console.error(violation);
  console.log(`${modules} modules read, ${violations.length} imports break a rule`);
  if (modules <= leastModules) console.error(`more than ${leastModules} modules must be read`);
  if (violations.length > 0 || modules <= leastModules) process.exitCode = 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
