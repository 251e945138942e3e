import { ChronosError, MissingCredentialsError } from './errors.ts';
import { bodyOf, type Transport } from './transport.ts';

/** Who calls; give what the calls need. */
export type Credentials = {
  /** Apps on the adapter: the access token is fetched and renewed by itself. */
  adapter?: { clientId: string; clientSecret: string; scope?: string };
  /** Operators on the adapter (`X-Admin-Key`). */
  adapterAdminKey?: string;
  /** Merchants on the facilitator. */
  facilitator?: { clientId: string; clientToken: string };
  /** Access token of a person on the facilitator. */
  facilitatorAccessToken?: string;
  /** Operators on the facilitator. */
  facilitatorAdminToken?: string;
  /** Servers on the platform: `sk_…` or `pk_…`. */
  platformKey?: string;
  /** Access token of a person on the platform. */
  platformAccessToken?: string;
};

type Headers = Readonly<Record<string, string>>;

export type Authority = {
  /** Headers of the first alternative that is known. @throws MissingCredentialsError */
  headersFor(security: readonly (readonly string[])[]): Promise<Headers>;
  /** Forgets a token that the server no longer takes; true when another can be had. */
  renew(failure: unknown, security: readonly (readonly string[])[]): boolean;
};

type Token = { value: string; until: number };
const bearer = (token: string): Headers => ({ authorization: `Bearer ${token}` });
/** Milliseconds before its end from which a token counts as ended. */
const margin = 30_000;

/** Fetches the adapter's access token once for all calls that need it. */
function tokenSource(transport: Transport, app: NonNullable<Credentials['adapter']>) {
  let held: Promise<Token> | undefined;
  const fetched = async (): Promise<Token> => {
    const { clientId, clientSecret, scope } = app;
    const response = await transport({
      method: 'POST',
      path: '/api/v1/auth/token',
      body: { clientId, clientSecret, ...(scope === undefined ? {} : { scope }) },
      repeatable: true,
    });
    const { accessToken, expiresIn } = (await bodyOf(response)) as { accessToken: string; expiresIn: number };
    return { value: accessToken, until: Date.now() + expiresIn * 1_000 };
  };
  const forget = () => {
    held = undefined;
  };
  return {
    forget,
    async get(): Promise<string> {
      const asked = (held ??= fetched());
      try {
        const token = await asked;
        if (token.until - margin > Date.now()) return token.value;
      } catch (failure) {
        if (held === asked) forget();
        throw failure;
      }
      if (held === asked) forget();
      return this.get();
    },
  };
}

/** Turns credentials into headers, by the security schemes of the OpenAPI document. */
export function createAuthority(transport: Transport, credentials: Credentials): Authority {
  const { adapter, facilitator: merchant } = credentials;
  const tokens = adapter && tokenSource(transport, adapter);
  const fixed: Readonly<Record<string, Headers | undefined>> = {
    AdapterAdmin: credentials.adapterAdminKey ? { 'x-admin-key': credentials.adapterAdminKey } : undefined,
    FacilitatorClientId: merchant && { 'x-client-id': merchant.clientId },
    FacilitatorClientToken: merchant && { 'x-client-token': merchant.clientToken },
    FacilitatorUser: credentials.facilitatorAccessToken
      ? bearer(credentials.facilitatorAccessToken)
      : undefined,
    FacilitatorAdmin: credentials.facilitatorAdminToken
      ? bearer(credentials.facilitatorAdminToken)
      : undefined,
    PlatformKey: credentials.platformKey ? bearer(credentials.platformKey) : undefined,
    PlatformUser: credentials.platformAccessToken ? bearer(credentials.platformAccessToken) : undefined,
  };
  const known = (scheme: string) =>
    fixed[scheme] !== undefined || (scheme === 'AdapterClient' && tokens !== undefined);
  const chosen = (security: readonly (readonly string[])[]) => security.find((all) => all.every(known));
  return {
    async headersFor(security) {
      if (security.length === 0) return {};
      const schemes = chosen(security);
      if (!schemes) {
        const wanted = security.map((all) => all.join(' and ')).join(', or ');
        throw new MissingCredentialsError(`This call needs ${wanted}`);
      }
      const parts = await Promise.all(
        schemes.map(async (scheme) => fixed[scheme] ?? bearer(await tokens!.get())),
      );
      return Object.assign({}, ...parts) as Headers;
    },
    renew(failure, security) {
      if (!tokens || !chosen(security)?.includes('AdapterClient')) return false;
      const stale = failure instanceof ChronosError && failure.status === 401;
      if (!stale || !['TOKEN_EXPIRED', 'INVALID_TOKEN'].includes(failure.code)) return false;
      tokens.forget();
      return true;
    },
  };
}
