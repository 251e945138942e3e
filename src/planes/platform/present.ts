import type { Static } from '@sinclair/typebox';
import type { PlatformUser } from '#schemas/platform/accounts.ts';
import type { ApiKeyUsageDay } from '#schemas/platform/api-key-usage.ts';
import type { ApiKey as ApiKeyBody } from '#schemas/platform/api-keys.ts';
import type { PlatformNetwork } from '#schemas/platform/networks.ts';
import type { DashboardSession } from '#schemas/platform/sessions.ts';
import { caip2, type NetworkSettings } from '#src/core/networks.ts';
import type { ApiKeySecret, ApiKeyWithSecrets } from '#src/core/ports/api-keys.ts';
import type { Passkey as StoredPasskey } from '#src/core/ports/sign-in.ts';
import type { Session } from '#src/core/ports/sessions.ts';
import type { Tenant } from '#src/core/ports/tenants.ts';
import type { User } from '#src/core/ports/users.ts';
import type { RequestReport } from '#src/services/reports.ts';

/** Unix seconds. */
export function unix(at: Date): number {
  return Math.floor(at.getTime() / 1000);
}

export const unixOrNull = (at: Date | null): number | null => (at ? unix(at) : null);

/** A page of a list. */
export function page<T>(data: T[], { hasMore, total }: { hasMore: boolean; total: number }) {
  return { object: 'list' as const, data, has_more: hasMore, total };
}

export function presentUser(user: User, tenant: Pick<Tenant, 'name'>): Static<typeof PlatformUser> {
  return {
    object: 'user',
    id: user.publicId,
    email: user.email,
    full_name: user.fullName,
    company_name: tenant.name,
    tenant_id: user.tenantId,
    created: unix(user.createdAt),
  };
}

export const presentPasskey = ({ id, name, createdAt, lastUsedAt }: StoredPasskey) => ({
  object: 'passkey' as const,
  id,
  name,
  created: unix(createdAt),
  last_used_at: unixOrNull(lastUsedAt),
});

const presentSecret = ({ hint, createdAt, expiresAt, lastUsedAt }: ApiKeySecret) => ({
  hint,
  created: unix(createdAt),
  expires_at: unixOrNull(expiresAt),
  last_used_at: unixOrNull(lastUsedAt),
});

export function presentApiKey(key: ApiKeyWithSecrets): Static<typeof ApiKeyBody> {
  const { id, name, type, environment, scopes, allowedIps, secrets } = key;
  const uses = secrets.flatMap(({ lastUsedAt }) => (lastUsedAt ? [unix(lastUsedAt)] : []));
  return {
    object: 'api_key',
    id,
    name,
    type,
    environment,
    scopes: scopes && [...scopes],
    expires_at: unixOrNull(key.expiresAt),
    allowed_ips: [...allowedIps],
    rate_limit: key.rateLimit,
    secrets: secrets.map(presentSecret),
    last_used_at: uses.length > 0 ? Math.max(...uses) : null,
    revoked_at: unixOrNull(key.revokedAt),
    created: unix(key.createdAt),
  };
}

export function presentSession(session: Session, current: string): Static<typeof DashboardSession> {
  const { id, method, ip, userAgent } = session;
  return {
    object: 'session',
    id,
    method,
    ip,
    user_agent: userAgent,
    current: id === current,
    created: unix(session.createdAt),
    last_used_at: unix(session.lastUsedAt),
    expires_at: unix(session.expiresAt),
  };
}

export function presentUsage(day: RequestReport): Static<typeof ApiKeyUsageDay> {
  const { period: date, requests, success, clientErrors, serverErrors } = day;
  return {
    object: 'api_key_usage',
    date,
    requests,
    success,
    client_errors: clientErrors,
    server_errors: serverErrors,
  };
}

type NetworkState = { head: bigint | null; paused: boolean; settles: boolean; tokens: boolean };

export function presentNetwork(
  network: NetworkSettings,
  { head, paused, settles, tokens }: NetworkState,
): Static<typeof PlatformNetwork> {
  return {
    object: 'network',
    id: network.name,
    chain_id: network.chainId,
    caip2: caip2(network),
    name: network.title,
    testnet: network.testnet,
    status: paused ? 'paused' : head === null ? 'unavailable' : 'active',
    latest_block: Number(head ?? 0n),
    supports: {
      smart_accounts: network.bundlerUrl !== null,
      gasless: network.paymasterUrl !== null,
      x402: settles,
      tokens,
    },
  };
}
