/**
 * Packs `chronos/client` as a package of its own without dependencies: JavaScript and declarations, because Node reads
 * no TypeScript below node_modules. Writes `chronos-<version>.tgz` into the folder given, else into the current one.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

const compilerOptions = {
  target: 'es2022',
  module: 'nodenext',
  lib: ['es2023', 'dom', 'dom.iterable', 'dom.asynciterable'],
  types: [],
  strict: true,
  declaration: true,
  rewriteRelativeImportExtensions: true,
  verbatimModuleSyntax: true,
  skipLibCheck: true,
  noEmitOnError: true,
};

type Manifest = { version: string; license: string };

/** @returns the tarball's path */
export function packClient(destination: string): string {
  const { version, license } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;
  const work = mkdtempSync(join(tmpdir(), 'chronos-client-'));
  try {
    const config = {
      compilerOptions: {
        ...compilerOptions,
        rootDir: join(root, 'src/client'),
        outDir: join(work, 'client'),
      },
      files: [join(root, 'src/client/index.ts')],
    };
    const manifest = {
      name: 'chronos',
      version,
      description: 'Typed client of the Chronos API',
      license,
      type: 'module',
      exports: { './client': { types: './client/index.d.ts', default: './client/index.js' } },
      files: ['client'],
      engines: { node: '>=20' },
    };
    writeFileSync(join(work, 'tsconfig.json'), JSON.stringify(config));
    writeFileSync(join(work, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
    copyFileSync(join(root, 'LICENSE'), join(work, 'LICENSE'));
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    execFileSync(process.execPath, [tsc, '--project', join(work, 'tsconfig.json')], { stdio: 'inherit' });
    rmSync(join(work, 'tsconfig.json'));
    const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
    const options = { cwd: work, encoding: 'utf8', shell: process.platform === 'win32' } as const;
    const packed = execFileSync(npm, ['pack', '--json', '--pack-destination', destination], options);
    return join(destination, (JSON.parse(packed) as [{ filename: string }])[0].filename);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  console.log(packClient(process.argv[2] ?? process.cwd()));
