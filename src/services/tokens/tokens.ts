import type { Clock } from '#src/core/clock.ts';
import { fail } from '#src/core/errors.ts';
import { newId } from '#src/core/ids.ts';
import type { IdempotencyKey, Transaction } from '#src/core/journal.ts';
import { accountLane, parseAccountLane } from '#src/core/lanes.ts';
import type {
  PlatformToken,
  PlatformTokenFilter,
  PlatformTokenRepository,
  TokenContracts,
  TokenSpec,
  TokenState,
} from '#src/core/ports/platform-tokens.ts';
import type { Preflight } from '#src/core/ports/tokens.ts';
import { treasurySubject, type Wallets } from '../wallets.ts';
import type { Intent, Writer } from '../writes.ts';
import { refusalOf } from './refusals.ts';

export type TokenStore = { platformTokens: PlatformTokenRepository };

/** A token and what the chain says of it; null while it is not deployed or its network does not answer. */
export type ShownToken = { token: PlatformToken; state: TokenState | null };

export type Deployed = { token: PlatformToken; transaction: Transaction; replayed: boolean };

/** Tokens of tenants: deployed as clones, owned by the tenant's treasury account. */
export type PlatformTokens = {
  /** Whether tokens can be made on a network. @throws chain_unavailable */
  canDeploy(network: string): Promise<boolean>;
  /** One user operation of the treasury. @throws user_operation_failed, idempotency_conflict, as `plan` does */
  deploy(owner: string, network: string, spec: TokenSpec, key: IdempotencyKey | null): Promise<Deployed>;
  /** The intent of the same. @throws unsupported_network where our contracts are not in place, chain_unavailable */
  plan(owner: string, network: string, spec: TokenSpec): Promise<Intent<TokenStore>>;
  /** @throws not_found */
  find(owner: string, id: string): Promise<PlatformToken>;
  /** @throws not_found, chain_unavailable */
  show(owner: string, id: string): Promise<ShownToken>;
  /** Newest first, with at most `limit` rows; a network that does not answer leaves its tokens without a state. */
  list(
    owner: string,
    filter: PlatformTokenFilter & { after?: string | undefined; limit: number },
  ): Promise<{ data: ShownToken[]; hasMore: boolean; total: number }>;
};

export type PlatformTokenPorts = {
  store: TokenStore;
  writer: Writer<TokenStore>;
  wallets: Wallets;
  contracts: TokenContracts;
  preflight: Preflight;
  clock: Clock;
};

export function createPlatformTokens(ports: PlatformTokenPorts): PlatformTokens {
  const { store, writer, contracts } = ports;
  const find = async (owner: string, id: string): Promise<PlatformToken> => {
    const token = await store.platformTokens.find(owner, id);
    if (!token) throw fail('not_found', { resource: 'token' });
    return token;
  };
  const plan = (owner: string, network: string, spec: TokenSpec) => planOf(ports, owner, network, spec);
  return {
    canDeploy: contracts.canDeploy,
    find,
    plan,
    async deploy(owner, network, spec, key) {
      const written = await writer.write(key, async () => {
        const intent = await plan(owner, network, spec);
        const { lane, calls } = intent.transaction;
        const refusal = await ports.preflight(network, parseAccountLane(lane).address, calls);
        if (refusal) throw refusalOf(refusal);
        return intent;
      });
      const token = await find(owner, String(written.transaction.meta['tokenId']));
      return { ...written, token };
    },
    async show(owner, id) {
      const token = await find(owner, id);
      if (token.status !== 'deployed') return { token, state: null };
      const [state = null] = await contracts.states(token.network, [token]);
      return { token, state };
    },
    async list(owner, { limit, ...filter }) {
      const [found, total] = await Promise.all([
        store.platformTokens.list(owner, { ...filter, limit: limit + 1 }),
        store.platformTokens.count(owner, filter),
      ]);
      const data = await withStates(contracts, found.slice(0, limit));
      return { data, hasMore: found.length > limit, total };
    },
  };
}

async function planOf(
  { wallets, contracts, clock }: PlatformTokenPorts,
  owner: string,
  network: string,
  spec: TokenSpec,
): Promise<Intent<TokenStore>> {
  if (!(await contracts.canDeploy(network))) {
    const message = `network ${network} does not have the contracts that tokens are made from`;
    throw fail('unsupported_network', { field: 'network', message });
  }
  const { wallet } = await wallets.open(owner, treasurySubject);
  const id = newId('tok');
  const { address, effect } = contracts.deployment(spec, wallet.address, contracts.saltOf(id));
  const { name, symbol, standard } = spec;
  const meta = { tokenId: id, token: address, from: wallet.address, name, symbol, standard };
  const lane = accountLane(network, wallet.address);
  return {
    transaction: { owner, type: 'token_deploy', network, lane, ...effect, meta },
    async bind(tx, transactionId) {
      const facts = { ...spec, id, owner, network, address, treasury: wallet.address, transactionId };
      await tx.platformTokens.insert(facts, clock.now());
    },
  };
}

/** One read a network. */
async function withStates(
  contracts: TokenContracts,
  tokens: readonly PlatformToken[],
): Promise<ShownToken[]> {
  const live = tokens.filter(({ status }) => status === 'deployed');
  const states = new Map<string, TokenState | null>();
  await Promise.all(
    [...Map.groupBy(live, ({ network }) => network)].map(async ([network, mine]) => {
      const found = await contracts.states(network, mine).catch(() => []);
      mine.forEach(({ id }, i) => states.set(id, found[i] ?? null));
    }),
  );
  return tokens.map((token) => ({ token, state: states.get(token.id) ?? null }));
}
