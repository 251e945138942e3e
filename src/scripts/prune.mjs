// Runs after an install: takes out what nobody needs, and what makes every start slow.
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';

const modules = new URL('../../node_modules/', import.meta.url);

/** 67 MB of C headers and manual pages that the pinned Node brings. */
function dropHeaders() {
  for (const name of readdirSync(modules).filter((entry) => /^node-(bin-)?(linux|darwin|win)-/.test(entry))) {
    for (const part of ['include', 'share']) {
      rmSync(new URL(`${name}/${part}`, modules), { recursive: true, force: true });
    }
  }
}

/** OpenTelemetry ships every package as CommonJS and twice more as ES modules that Node never resolves to. */
function dropBuilds() {
  const folder = new URL('@opentelemetry/', modules);
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    for (const part of ['esm', 'esnext']) {
      rmSync(new URL(`${name}/build/${part}`, folder), { recursive: true, force: true });
    }
  }
}

/** Source maps. */
function dropMaps() {
  for (const file of readdirSync(modules, { recursive: true }).filter((entry) => entry.endsWith('.map'))) {
    rmSync(new URL(file.replaceAll('\\', '/'), modules), { force: true });
  }
}

const entryOf = (path) => ({
  require: { types: `${path}.d.cts`, default: `${path}.cjs` },
  types: `${path}.d.ts`,
  default: `${path}.js`,
});

/** The same `exports`, shorter: one pattern for the entries that follow it, the rest without saying anything twice. */
export function shortened(exports) {
  const own = Object.entries(exports).flatMap(([name, value]) => {
    const path = String(value.default).replace(/\.js$/, '');
    const { require, ...plain } = entryOf(path);
    const usual = JSON.stringify(value) === JSON.stringify({ import: plain, require, ...plain });
    if (!usual) return [[name, value]];
    return path === name ? [] : [[name, entryOf(path)]];
  });
  return { ...Object.fromEntries(own), './*': entryOf('./*') };
}

/** Node parses a package.json again for each module of its package, and drizzle-orm's has 180 kB of `exports`. */
function shortenManifest() {
  const manifest = new URL('drizzle-orm/package.json', modules);
  if (!existsSync(manifest)) return;
  const { exports, ...rest } = JSON.parse(readFileSync(manifest, 'utf8'));
  if (exports['./*']) return;
  const next = new URL('drizzle-orm/package.json.new', modules);
  writeFileSync(next, JSON.stringify({ ...rest, exports: shortened(exports) }));
  renameSync(next, manifest);
}

export function prune() {
  dropHeaders();
  dropBuilds();
  dropMaps();
  shortenManifest();
}
