/**
 * Who may import whom, checked by `npm run arch`. Each rule has a planted violation in tests/architecture.
 */
const ours = '^(src|schemas|tests)/';
const packages = (...names) => `(^|/)node_modules/(${names.join('|')})/`;
const frameworks = packages(
  'fastify',
  '@fastify/[^/]+',
  'drizzle-orm',
  'postgres',
  'pg',
  'pg-boss',
  '@electric-sql/pglite',
  'ioredis',
);
const chainPackages = packages('viem', 'permissionless');
const typesOnly = ['type-only'];

const rule = (name, comment, from, to) => ({
  name,
  comment,
  severity: 'error',
  from: typeof from === 'string' ? { path: from } : from,
  to,
});

/** Of our folders, `from` may import itself and `allowed`. */
const layer = (name, from, allowed) => {
  const self = from.replace('([^/]+)', '$1');
  const line = allowed.length > 0 ? allowed.join(', ').replaceAll('^', '') : 'nothing else of ours';
  return rule(name, `imports ${line}`, from, { path: ours, pathNot: [self, ...allowed] });
};

const core = '^src/core/';
const kit = '^schemas/kit/';

module.exports = {
  forbidden: [
    rule(
      'no-cycles',
      'modules that need each other are one module or lack a third',
      {},
      {
        circular: true,
        // A circle of types alone never meets at run time.
        viaOnly: { dependencyTypesNot: typesOnly },
      },
    ),
    rule(
      'no-unresolved',
      'an import nobody can resolve hides from these rules',
      {},
      { couldNotResolve: true },
    ),
    rule('tests-are-leaves', 'nothing imports tests', { pathNot: '^tests/' }, { path: '^tests/' }),
    rule(
      'no-development-packages',
      'an image installs production packages only',
      {
        path: '^(src|schemas)/',
        pathNot: '^src/(localnet/|scripts/|db/pglite)',
      },
      { dependencyTypes: ['npm-dev'], dependencyTypesNot: typesOnly, dynamic: false },
    ),

    layer('schemas', '^schemas/', []),
    rule('schemas-packages', 'the contract is typebox data', '^schemas/', {
      pathNot: ['^schemas/', packages('@sinclair/typebox')],
    }),
    layer('core', core, []),
    layer('config', '^src/config/', [core]),
    layer('db', '^src/db/', [core]),
    layer('chain', '^src/chain/', [core]),
    layer('x402', '^src/x402/', [core]),
    layer('mail', '^src/mail/', [core]),
    layer('observability', '^src/observability/', [core]),
    layer('services', '^src/services/', [core]),
    rule('client', 'it is installed without anything else', '^src/client/', { pathNot: '^src/client/' }),
    layer('jobs', '^src/jobs/', ['^src/services/', core]),
    layer('http', '^src/http/', [core, kit]),
    layer('planes', '^src/planes/([^/]+)/', ['^src/http/', core, kit, '^schemas/$1/', '^src/services/']),
    layer('localnet', '^src/localnet/', [core, '^src/chain/', '^src/config/']),
    layer('app', '^src/app\\.ts$', ['^src/http/', core, kit]),
    rule('planes-see-service-types', 'a plane gets its services handed in', '^src/planes/', {
      path: '^src/services/',
      dependencyTypesNot: typesOnly,
    }),
    rule('core-and-services-are-framework-free', 'use cases speak to ports', '^src/(core|services|x402)/', {
      path: frameworks,
    }),
    rule(
      'chain-packages-stay-in-chain',
      'viem and permissionless live in src/chain; others take types',
      {
        path: '^src/',
        pathNot: '^src/(chain|localnet|scripts)/',
      },
      { path: chainPackages, dependencyTypesNot: typesOnly },
    ),
    rule(
      'localnet-is-for-development',
      'production never loads it: the server does, dynamically',
      {
        path: '^src/',
        pathNot: '^src/(localnet/|scripts/|server\\.ts$)',
      },
      { path: '^src/localnet/' },
    ),
    rule(
      'localnet-is-loaded-dynamically',
      'a static import would load it in production',
      '^src/server\\.ts$',
      {
        path: '^src/localnet/',
        dynamic: false,
        dependencyTypesNot: typesOnly,
      },
    ),
    rule(
      'entries-are-not-imported',
      'the process entry and the scripts are run, not imported',
      {
        path: '^(src|schemas)/',
        pathNot: '^src/scripts/',
      },
      { path: '^src/(server\\.ts$|scripts/)' },
    ),
  ],
  options: {
    doNotFollow: { path: '(^|/)node_modules/' },
    exclude: { path: '(^|/)node_modules/\\.cache/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    combinedDependencies: false,
    enhancedResolveOptions: {
      conditionNames: ['import', 'node', 'default', 'types'],
      exportsFields: ['exports'],
      extensions: ['.ts', '.mjs', '.cjs', '.js', '.json'],
    },
  },
};
