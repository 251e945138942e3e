import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { banner } from '#src/banner.ts';
import { ConfigError, loadConfig } from '#src/config/load.ts';
import { networkSettings } from '#src/config/networks.ts';
import { loadSecrets } from '#src/config/secrets.ts';
import { createLogger, withoutSecrets } from '#src/http/logging.ts';

const production = {
  NODE_ENV: 'production',
  JWT_SECRET: 'j'.repeat(64),
  ADMIN_MASTER_KEY: 'a'.repeat(32),
  DATABASE_URL: 'postgres://chronos:pw@db/chronos',
  KEY_ENCRYPTION_KEYS: `k1:${Buffer.alloc(32, 1).toString('base64')}`,
  MINT_SIGNER_PRIVATE_KEY: `0x${'11'.repeat(32)}`,
  FACILITATOR_PRIVATE_KEYS: `0x${'22'.repeat(32)},0x${'33'.repeat(32)}`,
  BASE_SEPOLIA_RPC_URL: 'https://rpc-a.example/key1,https://rpc-b.example/key2',
};

function faultsOf(env: Record<string, string>): readonly string[] {
  try {
    loadConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
}

test('development needs nothing', () => {
  const { env, production: live, networks } = loadConfig({});
  expect([env.PORT, env.HOST, env.DATA_DIR, live, networks]).toEqual([
    3000,
    '127.0.0.1',
    '.chronos',
    false,
    {},
  ]);
});

test('an empty variable is an absent one', () => {
  expect(loadConfig({ PORT: '', DATABASE_URL: '' }).env.PORT).toBe(3000);
});

test('all faults are told at once, by name, and no value is repeated', () => {
  const faults = faultsOf({
    PORT: 'eighty',
    JWT_SECRET: 'too-short-secret',
    BASE_RPC_URL: 'ftp://secret',
    ROLE: 'boss',
  });
  expect(faults).toHaveLength(4);
  for (const name of ['PORT', 'JWT_SECRET', 'BASE_RPC_URL', 'ROLE']) {
    expect(faults.some((fault) => fault.startsWith(name))).toBe(true);
  }
  for (const value of ['eighty', 'too-short-secret', 'ftp://secret', 'boss'])
    expect(faults.join()).not.toContain(value);
});

test.each([
  'JWT_SECRET',
  'ADMIN_MASTER_KEY',
  'DATABASE_URL',
  'KEY_ENCRYPTION_KEYS',
  'MINT_SIGNER_PRIVATE_KEY',
  'FACILITATOR_PRIVATE_KEYS',
  'BASE_SEPOLIA_RPC_URL',
])('production does not start without %s', (name) => {
  expect(faultsOf(production)).toEqual([]);
  const faults = faultsOf({ ...production, [name]: '' });
  expect(faults).toHaveLength(1);
  expect(faults[0]).toContain(name);
});

test('a comma-separated list of RPC endpoints is a fail-over list, and no local chain stands in', () => {
  const [network, ...others] = networkSettings(loadConfig(production), undefined);
  expect(others).toEqual([]);
  expect(network).toMatchObject({ name: 'base-sepolia', chainId: 84532, simulated: false, confirmations: 1 });
  expect(network?.rpcUrls).toEqual(['https://rpc-a.example/key1', 'https://rpc-b.example/key2']);
});

test('payments share transactions as the network says, else as all do', () => {
  const settle = (change: Record<string, string>) =>
    networkSettings(loadConfig({ ...production, ...change }), undefined)[0]?.settleBatch;
  expect(settle({})).toBe(150);
  expect(settle({ SETTLE_BATCH: '20' })).toBe(20);
  expect(settle({ SETTLE_BATCH: '20', BASE_SEPOLIA_SETTLE_BATCH: '1' })).toBe(1);
  expect(faultsOf({ ...production, BASE_SEPOLIA_SETTLE_BATCH: '151' })[0]).toContain(
    'BASE_SEPOLIA_SETTLE_BATCH',
  );
});

test('development makes its own secrets once and keeps them for itself alone', () => {
  const dir = mkdtempSync(join(tmpdir(), 'chronos-secrets-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const config = loadConfig({ DATA_DIR: dir });
  const first = loadSecrets(config);
  expect(first.JWT_SECRET.length).toBeGreaterThanOrEqual(64);
  expect(loadSecrets(config)).toEqual(first);
  expect(statSync(join(dir, 'secrets.json')).mode & 0o777).toBe(0o600);
  expect(loadSecrets(loadConfig({ DATA_DIR: dir, JWT_SECRET: 'x'.repeat(64) })).JWT_SECRET).toBe(
    'x'.repeat(64),
  );
  expect(readFileSync(join(dir, 'secrets.json'), 'utf8')).not.toContain('x'.repeat(64));
});

test('the screen of a production start shows neither the admin key nor a key in a URL', () => {
  const config = loadConfig(production);
  const [network] = networkSettings(config, undefined);
  const describe = () => ({
    network: network!,
    feePayers: ['0xPayer'],
    paymaster: 'https://paymaster.example/v1/secret-key',
    database: 'PostgreSQL',
  });
  const text = banner({
    config,
    runtime: { describe },
    address: 'http://0.0.0.0:3000',
    localnet: undefined,
    adminKey: 'the-admin-key',
  });
  expect(text).toContain('paymaster.example');
  expect(text).not.toContain('secret-key');
  expect(text).not.toContain('the-admin-key');
});

test('texts that others wrote lose URLs, tokens, keys and signed bytes', () => {
  const jwt = `eyJhbGciOiJIUzI1NiJ9.${'a'.repeat(20)}.${'b'.repeat(20)}`;
  const text = `at https://rpc.example/v2/key with ${jwt} and sk_live_c${'A'.repeat(49)} and 0x${'ab'.repeat(65)}`;
  expect(withoutSecrets(text)).toBe('at [url] with [token] and [key] and [bytes]');
});

test('a logged error keeps its type and place, not what its message held', () => {
  const lines: string[] = [];
  const log = createLogger('error', { write: (line) => void lines.push(line) });
  const error = Object.assign(new Error('POST https://rpc.example/key failed'), {
    shortMessage: 'HTTP request failed',
  });
  log.error({ err: error }, 'request failed');
  const [line] = lines;
  expect(line).toContain('HTTP request failed');
  expect(line).not.toContain('rpc.example');
});

test('a secret may come from a file, a network one, too; what is not secret may not', () => {
  const folder = mkdtempSync(join(tmpdir(), 'secret-files-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const fileOf = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const { KEY_ENCRYPTION_KEYS: keys, BASE_SEPOLIA_RPC_URL: rpc, ...others } = production;
  const from = {
    KEY_ENCRYPTION_KEYS_FILE: fileOf('keys', `${keys}\n`),
    BASE_SEPOLIA_RPC_URL_FILE: fileOf('rpc', `  ${rpc}\n`),
  };
  const { env, networks } = loadConfig({ ...others, ...from, PORT_FILE: fileOf('port', '80') });
  expect([env.KEY_ENCRYPTION_KEYS, networks['base-sepolia']?.RPC_URL, env.PORT]).toEqual([keys, rpc, 3000]);

  expect(faultsOf({ ...production, ...from })).toEqual([
    'KEY_ENCRYPTION_KEYS and KEY_ENCRYPTION_KEYS_FILE are both set',
    'BASE_SEPOLIA_RPC_URL and BASE_SEPOLIA_RPC_URL_FILE are both set',
  ]);
  const bad = { ...others, BASE_SEPOLIA_RPC_URL: rpc };
  const missing = faultsOf({ ...bad, KEY_ENCRYPTION_KEYS_FILE: join(folder, 'nowhere') });
  expect(missing[0]).toBe('KEY_ENCRYPTION_KEYS_FILE can not be read (ENOENT)');
  expect(faultsOf({ ...bad, KEY_ENCRYPTION_KEYS_FILE: fileOf('empty', ' \n') })[0]).toBe(
    'KEY_ENCRYPTION_KEYS_FILE is an empty file',
  );
  const torn = faultsOf({ ...bad, KEY_ENCRYPTION_KEYS_FILE: fileOf('torn', 'k1:torn-secret') });
  expect(torn[0]).toMatch(/^KEY_ENCRYPTION_KEYS /);
  expect(torn.join()).not.toContain('torn-secret');
});
