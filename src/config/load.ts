import { Ajv } from 'ajv';
import type { TSchema } from '@sinclair/typebox';
import { networkIds } from './networks.ts';
import { type NetworkEnv, networkEnvSchema } from './network-schema.ts';
import { type Env, envSchema } from './schema.ts';
import { secretFromFile } from './secret-files.ts';

type RawEnv = Readonly<Record<string, string | undefined>>;

/** All faults of the environment at once, each naming its variable; values are never repeated. */
export class ConfigError extends Error {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(
      `The configuration has ${faults.length} fault(s):\n${faults.map((fault) => `  - ${fault}`).join('\n')}`,
    );
    this.name = 'ConfigError';
    this.faults = faults;
  }
}

export type Config = {
  env: Env;
  production: boolean;
  networks: Readonly<Record<string, NetworkEnv>>;
  trustProxy: boolean | string;
  logLevel: string;
};

/** Variables that production does not start without. */
const requiredInProduction = [
  'JWT_SECRET',
  'ADMIN_MASTER_KEY',
  'DATABASE_URL',
  'KEY_ENCRYPTION_KEYS',
  'MINT_SIGNER_PRIVATE_KEY',
  'FACILITATOR_PRIVATE_KEYS',
] as const;

/** `base-sepolia` → `BASE_SEPOLIA`. */
export function envPrefix(network: string): string {
  return network.toUpperCase().replaceAll('-', '_');
}

const ajv = new Ajv({ allErrors: true, coerceTypes: true, useDefaults: true, strict: false });

function read<T>(schema: TSchema, raw: RawEnv, prefix: string, faults: string[]): T {
  // An empty variable is an absent one: `PORT= npm start` means the default.
  const properties = schema['properties'] as Record<string, TSchema>;
  const values = Object.fromEntries(
    Object.keys(properties).flatMap((name) => {
      const variable = prefix + name;
      const value = secretFromFile(raw, variable, properties[name], faults) ?? raw[variable];
      return value ? [[name, value]] : [];
    }),
  );
  // AJV keeps what it compiled by the schema's identity: one compilation for all networks.
  const validate = ajv.compile(schema);
  if (!validate(values)) {
    const wrong = new Map<string, string>();
    for (const error of validate.errors ?? [])
      wrong.set(error.instancePath.slice(1), error.message ?? 'is invalid');
    for (const [name, message] of wrong) {
      const { description } = properties[name] ?? {};
      faults.push(`${prefix}${name} ${message}${description ? ` (${description})` : ''}`);
    }
  }
  return values as T;
}

const cdpVariables = ['CDP_API_KEY_ID', 'CDP_API_KEY_SECRET', 'CDP_WALLET_SECRET'] as const;

/** The three go together: some of them alone would leave wallets behind that nobody can open. */
function cdpFaults(env: Env): string[] {
  const missing = cdpVariables.filter((name) => !env[name]);
  if (env.KEY_PROVIDER === 'cdp')
    return missing.map((name) => `${name} is required when KEY_PROVIDER is cdp`);
  if (missing.length === cdpVariables.length) return [];
  return missing.map((name) => `${name} is required with the other credentials of CDP`);
}

/** Reads and checks the environment. @throws ConfigError with every fault. */
export function loadConfig(raw: RawEnv): Config {
  const faults: string[] = [];
  const env = read<Env>(envSchema, raw, '', faults);
  const networks: Record<string, NetworkEnv> = {};
  for (const id of networkIds) {
    const found = read<NetworkEnv>(networkEnvSchema, raw, `${envPrefix(id)}_`, faults);
    if (Object.keys(found).length > 0) networks[id] = found;
  }
  const production = env.NODE_ENV === 'production';
  if (!networkIds.includes(env.DEFAULT_NETWORK))
    faults.push(`DEFAULT_NETWORK must be one of ${networkIds.join(', ')}`);
  if (production) {
    for (const name of requiredInProduction) {
      if (env[name] === undefined && !(name === 'KEY_ENCRYPTION_KEYS' && env.KEY_PROVIDER === 'cdp')) {
        faults.push(`${name} is required in production (${envSchema.properties[name].description})`);
      }
    }
    if (!Object.values(networks).some((network) => network.RPC_URL)) {
      faults.push(
        `${envPrefix(env.DEFAULT_NETWORK)}_RPC_URL is required in production (at least one network needs an RPC)`,
      );
    }
  }
  faults.push(...cdpFaults(env));
  if (faults.length > 0) throw new ConfigError(faults);
  const proxies = env.TRUST_PROXY;
  return {
    env,
    production,
    networks,
    trustProxy: proxies === 'true' ? true : proxies === 'false' ? false : proxies,
    logLevel: env.LOG_LEVEL ?? (production ? 'info' : 'warn'),
  };
}
