import type { Static } from '@sinclair/typebox';
import type { PlatformToken as TokenBody } from '#schemas/platform/tokens.ts';
import type { PlatformTransaction } from '#schemas/platform/transactions.ts';
import type { Transaction } from '#src/core/journal.ts';
import type { TokenState } from '#src/core/ports/platform-tokens.ts';
import type { ShownToken } from '#src/services/tokens/tokens.ts';
import { unix } from './present.ts';

type Wire = Static<typeof PlatformTransaction>;

/** A transaction as the wire has it. */
export function presentTransaction(transaction: Transaction): Wire {
  const { meta, blockNumber, gasUsed, sponsorCost, error } = transaction;
  const fact = (name: string) => (typeof meta[name] === 'string' ? meta[name] : null);
  return {
    object: 'transaction',
    id: transaction.id,
    type: transaction.type,
    status: transaction.status,
    network: transaction.network,
    token_id: fact('tokenId'),
    contract_address: fact('token'),
    from: fact('from'),
    to: fact('to'),
    amount: fact('amount'),
    item_id: fact('itemId'),
    retry_of: fact('retryOf'),
    user_op_hash: transaction.userOpHash,
    tx_hash: transaction.txHash,
    block_number: blockNumber === null ? null : Number(blockNumber),
    gas_used: gasUsed?.toString() ?? null,
    sponsored: sponsorCost === null || sponsorCost > 0n,
    sponsor_cost: sponsorCost?.toString() ?? null,
    error: error && presentError(error),
    created: unix(transaction.createdAt),
    updated: unix(transaction.updatedAt),
  };
}

function presentError(error: NonNullable<Transaction['error']>): NonNullable<Wire['error']> {
  const { code, message, reason, revertReason } = error;
  return {
    code: code.toLowerCase(),
    message,
    ...(reason === undefined ? {} : { reason: reason.toLowerCase() }),
    ...(revertReason === undefined ? {} : { revert_reason: revertReason }),
  };
}

function presentState(state: TokenState): NonNullable<Static<typeof TokenBody>['on_chain']> {
  return {
    total_supply: state.totalSupply?.toString() ?? null,
    cap: state.cap?.toString() ?? null,
    paused: state.paused,
    owner: state.contractOwner,
    royalty: state.royalty,
  };
}

/** A token as the wire has it. */
export function presentToken({ token, state }: ShownToken): Static<typeof TokenBody> {
  return {
    object: 'token',
    id: token.id,
    name: token.name,
    symbol: token.symbol,
    standard: token.standard,
    network: token.network,
    address: token.address,
    status: token.status,
    decimals: token.decimals,
    features: token.features,
    cap: token.cap?.toString() ?? null,
    initial_supply: token.initialSupply.toString(),
    base_uri: token.baseUri,
    royalty_bps: token.royaltyBps,
    treasury: token.treasury,
    transaction_id: token.transactionId,
    block_number: token.blockNumber === null ? null : Number(token.blockNumber),
    on_chain: state && presentState(state),
    created: unix(token.createdAt),
  };
}
