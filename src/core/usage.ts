/** Whose rows in the usage counters a key's requests are. */
export const usageOwner = (keyId: string): string => `key:${keyId}`;
