import type { Clock } from '#src/core/clock.ts';
import { fail } from '#src/core/errors.ts';
import type { IdempotencyKey } from '#src/core/journal.ts';
import { accountLane } from '#src/core/lanes.ts';
import type { MetadataRepository, NftRepository } from '#src/core/ports/nfts.ts';
import type { PlatformToken, TokenContracts } from '#src/core/ports/platform-tokens.ts';
import type { Preflight } from '#src/core/ports/tokens.ts';
import type { Wallet } from '#src/core/ports/wallets.ts';
import { assertMethod, type TokenAction } from '#src/core/token-actions.ts';
import type { MetadataHost } from '../nfts/hosting.ts';
import { expectItems, itemsMinted } from '../nfts/minting.ts';
import type { Intent, Writer, Written } from '../writes.ts';
import { refusalOf } from './refusals.ts';
import type { PlatformTokens } from './tokens.ts';
import { type SenderPorts, senderOf } from './treasury.ts';

/** What an action is made of; it may need to know the token's standard first. */
export type ActionOf = (token: PlatformToken) => TokenAction | Promise<TokenAction>;

/** Where the rows lie that belong to an action. */
export type MoveStore = {
  nfts: Pick<NftRepository, 'expect'>;
  nftMetadata: Pick<MetadataRepository, 'insert'>;
};

export type Move = {
  owner: string;
  tokenId: string;
  action: ActionOf;
  /** Id or address of one of the owner's smart accounts; the treasury when absent. */
  from?: string | undefined;
};

/** An action on a token, with all that sending it needs. */
export type PlannedMove = {
  token: PlatformToken;
  sender: Wallet;
  action: TokenAction;
  intent: Intent<MoveStore>['transaction'];
  /** Joins the items that it mints and the metadata that it brings to the transaction. @throws conflict */
  bind(tx: MoveStore, transactionId: string): Promise<void>;
};

/** What accounts do with tokens. */
export type TokenMoves = {
  /**
   * Asks the chain, then writes the action down. @throws not_found, validation, conflict (not deployed),
   * insufficient_balance, last_admin, user_operation_failed, idempotency_conflict, chain_unavailable
   */
  move(move: Move, key: IdempotencyKey | null): Promise<Written>;
  /** Everything but asking the chain. @throws not_found, validation, conflict */
  plan(move: Move): Promise<PlannedMove>;
};

export type TokenMovePorts = SenderPorts & {
  tokens: Pick<PlatformTokens, 'find'>;
  writer: Writer<MoveStore>;
  host: MetadataHost;
  clock: Clock;
  contracts: Pick<TokenContracts, 'effect'>;
  preflight: Preflight;
};

export function createTokenMoves(ports: TokenMovePorts): TokenMoves {
  const { tokens, writer, contracts, preflight } = ports;
  const plan = async ({ owner, tokenId, action: actionOf, from }: Move): Promise<PlannedMove> => {
    const token = await tokens.find(owner, tokenId);
    const asked = await actionOf(token);
    assertMethod(token.standard, asked.method);
    assertDeployed(token);
    const sender = await senderOf(ports, owner, from);
    const { action, documents } = ports.host(token, asked);
    const { network, address } = token;
    const intent = {
      owner,
      type: action.method,
      network,
      lane: accountLane(network, sender.address),
      ...contracts.effect(token, sender.address, action),
      meta: { tokenId, token: address, from: sender.address, ...factsOf(action) },
    };
    const bind: PlannedMove['bind'] = async (tx, transactionId) => {
      const at = ports.clock.now();
      await tx.nftMetadata.insert(documents, at);
      await expectItems(tx.nfts, token, itemsMinted(token, action), { transactionId, at });
    };
    return { token, sender, action, intent, bind };
  };
  return {
    plan,
    move: (move, key) =>
      writer.write(key, async () => {
        const { token, sender, intent, bind } = await plan(move);
        const refusal = await preflight(token.network, sender.address, intent.calls);
        if (refusal) throw refusalOf(refusal);
        return { transaction: intent, bind };
      }),
  };
}

/** @throws conflict */
export function assertDeployed({ status }: PlatformToken): void {
  if (status === 'deployed') return;
  const message = status === 'failed' ? 'The token could not be deployed' : 'The token is not deployed yet';
  throw fail('conflict', { resource: 'token', message });
}

/** An action as the journal keeps it: JSON, amounts as decimal strings. */
function factsOf({ method: _method, ...facts }: TokenAction): Record<string, unknown> {
  const text = JSON.stringify(facts, (_, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  );
  return JSON.parse(text) as Record<string, unknown>;
}
