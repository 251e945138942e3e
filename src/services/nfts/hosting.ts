import { fail } from '#src/core/errors.ts';
import { newId } from '#src/core/ids.ts';
import type { MetadataDocument } from '#src/core/ports/nfts.ts';
import type { PlatformToken } from '#src/core/ports/platform-tokens.ts';
import type { TokenAction } from '#src/core/token-actions.ts';

/** An action whose metadata has URIs, and what is served there. */
export type Hosted = { action: TokenAction; documents: MetadataDocument[] };

/** Gives metadata that came with an action a URI of ours. Nothing is written down. @throws validation */
export type MetadataHost = (token: Pick<PlatformToken, 'id' | 'owner'>, action: TokenAction) => Hosted;

type Described = { uri: string | null; metadata?: string };

/** `base`: where callers reach this server, without a slash at the end; null when nobody said. */
export function createMetadataHost(base: string | null): MetadataHost {
  return ({ id: tokenId, owner }, action) => {
    const documents: MetadataDocument[] = [];
    const hosted = <T extends Described>({ metadata: text, ...item }: T, field: string) => {
      if (text === undefined) return item;
      if (base === null) {
        const message = `${field} can not be kept here: the server's PUBLIC_URL is not set. Give a uri`;
        throw fail('validation', { field, message });
      }
      const id = newId('mtd');
      const uri = `${base}/v1/metadata/${id}`;
      documents.push({ id, owner, tokenId, uri, text });
      return { ...item, uri };
    };
    if (action.method === 'mint' || action.method === 'set_metadata') {
      return { action: hosted(action, 'metadata') as TokenAction, documents };
    }
    if (action.method !== 'mint_batch') return { action, documents };
    const items = action.items.map((item, i) => hosted(item, `items.${i}.metadata`));
    return { action: { ...action, items }, documents };
  };
}
