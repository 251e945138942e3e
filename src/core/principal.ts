/** Who is calling, as every plane's auth produces it and every service receives it. */
export type Principal = {
  /** The kind of caller: anonymous, operator, client, merchant, user, … (a plane may add its own). */
  kind: string;
  /** Stable id within its kind; '' for anonymous. */
  id: string;
  /** Journal owner; everything the caller makes is filed under it. `<kind>:<id>` unless it acts for another. */
  owner: string;
  /** Granted scopes; '*' grants all. */
  scopes: readonly string[] | '*';
  /** Requests a minute; Infinity lifts the limit. */
  perMinute: number;
  /** Facts a plane needs later in the request (tier, jti, user id, allowed origins …). */
  facts: Readonly<Record<string, unknown>>;
};

/** Builds a principal; `owner` derives from kind and id when it is not told. */
export function principal(
  p: Omit<Principal, 'owner' | 'facts'> & Partial<Pick<Principal, 'owner' | 'facts'>>,
): Principal {
  return { facts: {}, owner: `${p.kind}:${p.id}`, ...p };
}

/** True when the principal holds `scope`. */
export function hasScope(p: Principal, scope: string): boolean {
  return p.scopes === '*' || p.scopes.includes(scope);
}
