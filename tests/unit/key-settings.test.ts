import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { keySettings } from '#src/config/keys.ts';
import { loadConfig } from '#src/config/load.ts';
import { loadSecrets } from '#src/config/secrets.ts';

const cdp = { CDP_API_KEY_ID: 'id', CDP_API_KEY_SECRET: 'secret', CDP_WALLET_SECRET: 'wallet' };
const production = {
  NODE_ENV: 'production',
  JWT_SECRET: 'j'.repeat(64),
  ADMIN_MASTER_KEY: 'a'.repeat(32),
  DATABASE_URL: 'postgres://127.0.0.1/x',
  MINT_SIGNER_PRIVATE_KEY: `0x${'1'.repeat(64)}`,
  FACILITATOR_PRIVATE_KEYS: `0x${'2'.repeat(64)}`,
  BASE_SEPOLIA_RPC_URL: 'http://127.0.0.1:1',
};

function secretsOf(env: Record<string, string>) {
  const folder = mkdtempSync(join(tmpdir(), 'secrets-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const config = loadConfig({ ...env, DATA_DIR: folder });
  return { config, first: loadSecrets(config), again: loadSecrets(config) };
}

test('development makes a key-encryption key once and keeps it', () => {
  const { config, first, again } = secretsOf({});
  expect(first.KEY_ENCRYPTION_KEYS).toMatch(/^dev1:/);
  expect(again).toEqual(first);
  expect(keySettings(config, first)).toEqual({
    provider: 'local',
    encryptionKeys: first.KEY_ENCRYPTION_KEYS,
    cdp: undefined,
  });
});

test('production never makes one up: local keys need it, CDP alone does without', () => {
  expect(() => loadConfig(production)).toThrow('KEY_ENCRYPTION_KEYS is required in production');
  const { config, first } = secretsOf({ ...production, ...cdp, KEY_PROVIDER: 'cdp' });
  expect(first.KEY_ENCRYPTION_KEYS).toBeUndefined();
  expect(keySettings(config, first)).toMatchObject({ provider: 'cdp', encryptionKeys: undefined });
});

test('credentials of CDP are read whichever backend makes new keys, and go together', () => {
  const settings = keySettings(loadConfig({ ...cdp, CDP_BASE_PATH: 'http://127.0.0.1:9' }), {});
  expect(settings.cdp).toEqual({
    apiKeyId: 'id',
    apiKeySecret: 'secret',
    walletSecret: 'wallet',
    basePath: 'http://127.0.0.1:9',
  });
  expect(() => loadConfig({ KEY_PROVIDER: 'cdp' })).toThrow(
    'CDP_WALLET_SECRET is required when KEY_PROVIDER is cdp',
  );
  expect(() => loadConfig({ CDP_API_KEY_ID: 'id', CDP_WALLET_SECRET: 'wallet' })).toThrow(
    'CDP_API_KEY_SECRET is required with the other credentials of CDP',
  );
});
