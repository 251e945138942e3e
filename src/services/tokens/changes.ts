import type { Transaction } from '#src/core/journal.ts';
import { type EventRepository, newEvent } from '#src/core/ports/events.ts';
import type { PlatformToken, PlatformTokenRepository } from '#src/core/ports/platform-tokens.ts';

export type TokenChangeStore = {
  platformTokens: Pick<PlatformTokenRepository, 'follow'>;
  events: Pick<EventRepository, 'insert'>;
};

/** Keeps tokens true to the transactions that deploy them; runs in the database transaction of the journal's own change. */
export async function applyTokenChanges(
  tx: TokenChangeStore,
  transactions: readonly Transaction[],
): Promise<void> {
  for (const { id, type, status, blockNumber, updatedAt, error } of transactions) {
    if (type !== 'token_deploy') continue;
    const state = status === 'confirmed' ? 'deployed' : status === 'failed' ? 'failed' : 'deploying';
    const block = state === 'deployed' ? blockNumber : null;
    const token = await tx.platformTokens.follow(id, { status: state, blockNumber: block }, updatedAt);
    if (!token || state === 'deploying') continue;
    const event = newEvent(token.owner, `token.${state}`, { ...factsOf(token), error });
    await tx.events.insert([event], updatedAt);
  }
}

function factsOf(token: PlatformToken): Record<string, unknown> {
  const { id, network, address, standard, name, symbol, decimals, status, transactionId } = token;
  const facts = { object: 'token', id, network, address, standard, name, symbol, decimals, status };
  return { ...facts, transaction_id: transactionId };
}
