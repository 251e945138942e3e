import { fail } from '#src/core/errors.ts';
import type { IdempotencyKey } from '#src/core/journal.ts';
import type { ListedNft, MetadataRepository, NftFilter, NftRepository } from '#src/core/ports/nfts.ts';
import type { ItemState, TokenContracts } from '#src/core/ports/platform-tokens.ts';
import { eoaKind, type WalletRepository } from '#src/core/ports/wallets.ts';
import { familyOf } from '#src/core/token-actions.ts';
import type { ActionOf, TokenMoves } from '../tokens/moves.ts';
import type { Written } from '../writes.ts';
import { type NftStatus, statusOf } from './status.ts';

/** An item, what its chain says of it (null while it does not answer), and its metadata where we serve it (JSON). */
export type ShownNft = {
  nft: ListedNft;
  status: NftStatus;
  state: ItemState | null;
  uri: string | null;
  metadata: string | null;
};

export type NewNft = {
  tokenId: string;
  /** The next free number when absent. */
  itemId: bigint | undefined;
  /** The mint of that number. */
  action: (itemId: bigint) => ActionOf;
};

/** Who acts: whoever has the item, where that is an account of its owner's, or an account by id or address, else the treasury. */
export type NftSender = 'holder' | 'treasury' | { account: string };

/** Items of tokens. All methods @throws not_found */
export type Nfts = {
  /** @throws whatever a mint of the token would */
  mint(
    owner: string,
    item: NewNft,
    key: IdempotencyKey | null,
  ): Promise<{ shown: ShownNft; replayed: boolean }>;
  show(owner: string, id: string): Promise<ShownNft>;
  /** Newest first, found by what was read of the chain and shown as it is there now. */
  list(
    owner: string,
    filter: NftFilter & { after?: string | undefined; limit: number },
  ): Promise<{ data: ShownNft[]; hasMore: boolean; total: number }>;
  /** An action on the item. @throws whatever the action would */
  move(
    owner: string,
    id: string,
    move: { action: (nft: ListedNft) => ActionOf; by: NftSender },
    key: IdempotencyKey | null,
  ): Promise<Written>;
  /** JSON of metadata that we serve, to anybody. */
  metadata(id: string): Promise<string>;
};

export type NftPorts = {
  store: {
    nfts: Pick<NftRepository, 'find' | 'findItem' | 'list' | 'count' | 'reserveNumber'>;
    nftMetadata: Pick<MetadataRepository, 'find' | 'listByUri'>;
    wallets: Pick<WalletRepository, 'findOwned'>;
  };
  moves: Pick<TokenMoves, 'move'>;
  contracts: Pick<TokenContracts, 'items'>;
};

export function createNfts(ports: NftPorts): Nfts {
  const { store, moves } = ports;
  const find = async (owner: string, id: string): Promise<ListedNft> => {
    const nft = await store.nfts.find(owner, id);
    if (!nft) throw fail('not_found', { resource: 'nft' });
    return nft;
  };
  return {
    async mint(owner, item, key) {
      const action = mintOf(ports, item);
      const { transaction, replayed } = await moves.move({ owner, tokenId: item.tokenId, action }, key);
      const nft = await store.nfts.findItem(owner, item.tokenId, BigInt(String(transaction.meta['itemId'])));
      if (!nft) throw new Error(`the item of ${transaction.id} is not there`);
      // More of a kind that is there has a transaction of its own.
      const [shown] = await shownOf(ports, owner, [{ ...nft, transactionId: transaction.id }]);
      return { shown: shown!, replayed };
    },
    async show(owner, id) {
      const [shown] = await shownOf(ports, owner, [await find(owner, id)]);
      return shown!;
    },
    async list(owner, { limit, ...filter }) {
      const [found, total] = await Promise.all([
        store.nfts.list(owner, { ...filter, limit: limit + 1 }),
        store.nfts.count(owner, filter),
      ]);
      const data = await shownOf(ports, owner, found.slice(0, limit));
      return { data, hasMore: found.length > limit, total };
    },
    async move(owner, id, { action, by }, key) {
      const nft = await find(owner, id);
      const holder = by === 'holder' ? await holderOf(ports, nft) : undefined;
      const from = typeof by === 'object' ? by.account : holder;
      return moves.move({ owner, tokenId: nft.tokenId, action: action(nft), from }, key);
    },
    async metadata(id) {
      const text = await store.nftMetadata.find(id);
      if (text === null) throw fail('not_found', { resource: 'nft' });
      return text;
    },
  };
}

function mintOf({ store }: NftPorts, { itemId, action }: NewNft): ActionOf {
  return async (token) => {
    const { id, standard, status } = token;
    if (familyOf(standard) === 'fungible') {
      throw fail('validation', { field: 'token_id', message: `${standard} tokens have no items` });
    }
    // A token that is not there yet is refused, and takes no number.
    const reserve = itemId === undefined && status === 'deployed';
    return action(itemId ?? (reserve ? await store.nfts.reserveNumber(id) : 0n))(token);
  };
}

/** Who has it, if that is a smart account of its owner's. */
async function holderOf({ store }: NftPorts, { owner, holder }: ListedNft): Promise<string | undefined> {
  if (holder === null) return undefined;
  const wallet = await store.wallets.findOwned(owner, holder);
  return wallet && wallet.kind !== eoaKind ? wallet.id : undefined;
}

/** With what the chains say: one read a network. */
async function shownOf(ports: NftPorts, owner: string, nfts: readonly ListedNft[]): Promise<ShownNft[]> {
  const states = new Map<string, ItemState | null>();
  await Promise.all(
    [...Map.groupBy(nfts, ({ network }) => network)].map(async ([network, mine]) => {
      const found = await ports.contracts.items(network, mine).catch(() => []);
      mine.forEach(({ id }, i) => states.set(id, found[i] ?? null));
    }),
  );
  const shown = nfts.map((nft) => {
    const state = states.get(nft.id) ?? null;
    const status = statusOf(nft, state?.supply);
    const uri = status === 'pending' ? nft.uri : (state?.uri ?? null);
    return { nft, state, status, uri };
  });
  const uris = shown.flatMap(({ uri }) => uri ?? []);
  const texts = await ports.store.nftMetadata.listByUri(owner, [...new Set(uris)]);
  return shown.map((one) => ({ ...one, metadata: texts.get(one.uri ?? '') ?? null }));
}
