import { cp, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readArchitecture } from '#src/scripts/arch.ts';

const config = createRequire(import.meta.url)('../../.dependency-cruiser.cjs') as {
  forbidden: { name: string }[];
};

/** One import that breaks each rule: rule → file → its text. */
const planted: Record<string, [file: string, text: string]> = {
  'no-cycles': ['src/core/one.ts', `import './two.ts';`],
  'no-unresolved': ['src/core/lost.ts', `import '#src/core/nowhere.ts';`],
  'tests-are-leaves': ['src/app-extra.ts', `import '#tests/kit/a.ts';`],
  'no-development-packages': ['src/http/dev.ts', `import 'vitest';`],
  schemas: ['schemas/kit/up.ts', `import '#src/core/a.ts';`],
  'schemas-packages': ['schemas/kit/wide.ts', `import 'ajv';`],
  core: ['src/core/down.ts', `import '#src/db/a.ts';`],
  config: ['src/config/down.ts', `import type { a } from '#src/db/a.ts';`],
  db: ['src/db/up.ts', `import '#src/services/a.ts';`],
  chain: ['src/chain/side.ts', `import '#src/db/a.ts';`],
  x402: ['src/x402/side.ts', `import '#src/chain/a.ts';`],
  mail: ['src/mail/side.ts', `import '#src/db/a.ts';`],
  observability: ['src/observability/side.ts', `import '#src/db/a.ts';`],
  services: ['src/services/wire.ts', `import '#schemas/kit/a.ts';`],
  client: ['src/client/wide.ts', `import '#src/core/a.ts';`],
  jobs: ['src/jobs/wire.ts', `import '#src/http/a.ts';`],
  http: ['src/http/down.ts', `import '#src/services/a.ts';`],
  planes: ['src/planes/adapter/other.ts', `import '#src/planes/facilitator/a.ts';`],
  localnet: ['src/localnet/up.ts', `import '#src/services/a.ts';`],
  app: ['src/app.ts', `import '#src/db/a.ts';`],
  'planes-see-service-types': ['src/planes/adapter/call.ts', `import '#src/services/a.ts';`],
  'core-and-services-are-framework-free': ['src/services/sql.ts', `import 'drizzle-orm';`],
  'chain-packages-stay-in-chain': ['src/services/viem.ts', `import 'viem';`],
  'localnet-is-for-development': ['src/compose.ts', `await import('#src/localnet/a.ts');`],
  'localnet-is-loaded-dynamically': ['src/server.ts', `import '#src/localnet/a.ts';`],
  'entries-are-not-imported': ['src/again.ts', `import '#src/server.ts';`],
};

/** Imports that are allowed, close to the forbidden ones. */
const allowed: Record<string, string> = {
  'src/planes/facilitator/b.ts': `import type { a } from '#src/services/a.ts';\nimport '#schemas/facilitator/a.ts';`,
  'src/services/b.ts': `import type { Hex } from 'viem';\nimport '#src/core/a.ts';`,
  'src/jobs/b.ts': `import '#src/services/a.ts';`,
  'src/chain/b.ts': `import 'viem';`,
  'src/db/b.ts': `import 'drizzle-orm';`,
  'src/http/b.ts': `import '#schemas/kit/a.ts';\nimport 'fastify';`,
};

let root: string;

async function plant(file: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, file)), { recursive: true });
  await writeFile(join(root, file), `${text}\nexport const a = 1;\n`);
}

beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'chronos-arch-')));
  const top = join(import.meta.dirname, '../..');
  for (const file of ['package.json', 'tsconfig.json', '.dependency-cruiser.cjs']) {
    await cp(join(top, file), join(root, file));
  }
  await symlink(await realpath(join(top, 'node_modules')), join(root, 'node_modules'));
  const folders = ['core', 'db', 'chain', 'services', 'http', 'localnet', 'planes/facilitator'];
  for (const folder of folders) await plant(`src/${folder}/a.ts`, '');
  for (const file of ['schemas/kit/a.ts', 'schemas/facilitator/a.ts', 'tests/kit/a.ts'])
    await plant(file, '');
  for (const [file, text] of Object.entries(allowed)) await plant(file, text);
});

afterAll(() => rm(root, { recursive: true, force: true }));

describe('import rules', () => {
  it('leaves allowed imports alone, and read them', async () => {
    const { modules, violations } = await readArchitecture(root);
    expect(violations).toEqual([]);
    expect(modules).toBe(10 + Object.keys(allowed).length);
  });

  it('has a planted violation for every rule', () => {
    expect(Object.keys(planted).toSorted()).toEqual(config.forbidden.map(({ name }) => name).toSorted());
  });

  it('catches each planted violation, by its rule and file', async () => {
    await plant('src/core/two.ts', `import './one.ts';`);
    for (const [file, text] of Object.values(planted)) await plant(file, text);
    const { violations } = await readArchitecture(root);
    for (const [rule, [file]] of Object.entries(planted)) {
      expect(
        violations.some((line) => line.startsWith(`${rule}: `) && line.includes(file)),
        `${rule} in ${file}`,
      ).toBe(true);
    }
  });
});
