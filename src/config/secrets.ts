import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from './load.ts';

const made = {
  JWT_SECRET: () => randomBytes(48).toString('base64url'),
  ADMIN_MASTER_KEY: () => `admin_${randomBytes(24).toString('base64url')}`,
  KEY_ENCRYPTION_KEYS: () => `dev1:${randomBytes(32).toString('base64')}`,
};

export type Secrets = {
  JWT_SECRET: string;
  ADMIN_MASTER_KEY: string;
  /** Absent when production keeps its wallet keys elsewhere. */
  KEY_ENCRYPTION_KEYS?: string;
};

/** The secrets of the process: from the environment, else (never in production) made once and kept with mode 600. */
export function loadSecrets(config: Config): Secrets {
  const file = join(config.env.DATA_DIR, 'secrets.json');
  const kept: Partial<Secrets> = existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as Partial<Secrets>)
    : {};
  let changed = false;
  const secrets = {} as Secrets;
  for (const name of Object.keys(made) as (keyof Secrets)[]) {
    const given = config.env[name];
    if (given !== undefined) {
      secrets[name] = given;
      continue;
    }
    if (config.production) {
      // A key made here would be gone with the process, and the wallets it wraps with it.
      if (name === 'KEY_ENCRYPTION_KEYS') continue;
      throw new Error(`${name} is required in production`);
    }
    if (kept[name] === undefined) {
      kept[name] = made[name]();
      changed = true;
    }
    secrets[name] = kept[name];
  }
  if (changed) writePrivate(file, JSON.stringify(kept, null, 2));
  return secrets;
}

function writePrivate(file: string, text: string): void {
  mkdirSync(join(file, '..'), { recursive: true, mode: 0o700 });
  writeFileSync(`${file}.new`, text, { mode: 0o600 });
  chmodSync(`${file}.new`, 0o600);
  renameSync(`${file}.new`, file);
}
