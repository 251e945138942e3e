import type { Config } from './load.ts';
import type { Secrets } from './secrets.ts';

/** Where wallet keys live, from the configuration; what is not configured is absent. */
export function keySettings({ env }: Config, secrets: Pick<Secrets, 'KEY_ENCRYPTION_KEYS'>) {
  const { CDP_API_KEY_ID: apiKeyId, CDP_API_KEY_SECRET: apiKeySecret, CDP_WALLET_SECRET: walletSecret } = env;
  const complete = apiKeyId && apiKeySecret && walletSecret;
  return {
    provider: env.KEY_PROVIDER,
    encryptionKeys: secrets.KEY_ENCRYPTION_KEYS,
    cdp: complete ? { apiKeyId, apiKeySecret, walletSecret, basePath: env.CDP_BASE_PATH } : undefined,
  };
}
