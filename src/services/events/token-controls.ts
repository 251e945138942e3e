import type { EventType } from '#src/core/event-types.ts';
import { newEvent, type OwnedEvent } from '#src/core/ports/events.ts';
import type { IndexedControl } from '#src/core/ports/token-controls.ts';

/** What the owner of a token is told of a role or the ownership that somebody else changed. */
export function controlEvent(change: IndexedControl, type: EventType): OwnedEvent {
  return newEvent(change.owner, type, {
    object: 'token_control',
    change: change.kind,
    token_id: change.tokenId,
    network: change.network,
    contract_address: change.address,
    role: change.role,
    account: change.account,
    by: change.by,
    tx_hash: change.txHash,
    block_number: Number(change.blockNumber),
    block_hash: change.blockHash,
    log_index: change.logIndex,
  });
}
