import { createPrivateKey } from 'node:crypto';
import { createRequire } from 'node:module';
import type { CdpClient } from '@coinbase/cdp-sdk';

/** Access to a project of the Coinbase Developer Platform. */
export type CdpAccess = {
  apiKeyId: string;
  /** 64 bytes in base64 (Ed25519) or a PKCS 8 PEM of P-256; `\n` may stand for its line ends. */
  apiKeySecret: string;
  /** Base64 of a PKCS 8 P-256 key. */
  walletSecret: string;
  /** Base of the API for a proxy; default: Coinbase's own. */
  basePath?: string | undefined;
  /** Milliseconds one call may take (default 10,000). */
  timeoutMs?: number | undefined;
};

/** The part of the SDK that is used. */
export type CdpAccounts = Pick<CdpClient['evm'], 'getOrCreateAccount' | 'getAccount'>;

type Sdk = { CdpClient: new (options: Record<string, unknown>) => { evm: CdpAccounts } };

/** @throws Error naming the variable (never its value) that can't be a credential */
export function checkCredentials(access: CdpAccess): CdpAccess {
  const apiKeySecret = access.apiKeySecret.replaceAll('\\n', '\n');
  const ed25519 = Buffer.from(apiKeySecret, 'base64').length === 64 && !apiKeySecret.includes('-----');
  if (!access.apiKeyId) throw new Error('CDP_API_KEY_ID is empty');
  if (!ed25519 && !isP256(() => createPrivateKey(apiKeySecret)))
    throw new Error('CDP_API_KEY_SECRET must be 64 bytes in base64 or the PEM of a P-256 key');
  const der = Buffer.from(access.walletSecret, 'base64');
  if (!isP256(() => createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })))
    throw new Error('CDP_WALLET_SECRET must be a P-256 key in base64');
  return { ...access, apiKeySecret };
}

function isP256(read: () => ReturnType<typeof createPrivateKey>): boolean {
  try {
    return read().asymmetricKeyDetails?.namedCurve === 'prime256v1';
  } catch {
    return false;
  }
}

/** Loads the SDK (0.5 s) and signs in. Its settings belong to its module: a process has one access at a time. */
export function connectCdp(access: CdpAccess, timeoutMs: number): CdpAccounts {
  const off = { DISABLE_CDP_ERROR_REPORTING: 'true', DISABLE_CDP_USAGE_TRACKING: 'true' };
  // oxlint-disable-next-line node/no-process-env -- the SDK takes these from nowhere else, and before it is loaded
  Object.assign(process.env, off);
  const here = createRequire(import.meta.url);
  // Its ES modules ask the Solana packages, which are left out here, for names; its CommonJS build asks when it uses them.
  const { CdpClient } = here('@coinbase/cdp-sdk') as Sdk;
  bound(createRequire(here.resolve('@coinbase/cdp-sdk'))('axios') as { defaults: object }, timeoutMs);
  const { apiKeyId, apiKeySecret, walletSecret, basePath } = access;
  return new CdpClient({ apiKeyId, apiKeySecret, walletSecret, ...(basePath ? { basePath } : {}) }).evm;
}

/**
 * The SDK's HTTP client waits for ever, follows redirects with its credentials, and waits out any Retry-After to try
 * again with a token that lacks the hash of the body, which CDP refuses.
 */
function bound(axios: { defaults: object }, timeoutMs: number): void {
  Object.assign(axios.defaults, {
    timeout: timeoutMs,
    maxRedirects: 0,
    maxContentLength: 1_000_000,
    'axios-retry': { retries: 0 },
  });
}
