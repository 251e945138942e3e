import { setTimeout as delay } from 'node:timers/promises';
import {
  type Account,
  type Address,
  type Chain,
  type Client,
  type Hex,
  type TransactionReceipt,
  TransactionReceiptNotFoundError,
  type Transport,
} from 'viem';
import { getTransactionCount, getTransactionReceipt, sendTransaction } from 'viem/actions';

/** `value` in wei; `gas` is estimated when left out. */
export type Call = { to: Address; data: Hex; value?: bigint; gas?: bigint };

const minedWithinMs = 120_000;

/**
 * Sends calls of one account, each once the one before it is in a block. Not with nonces ahead: a node that mines at once
 * can take the one before into a block between its look at the nonce and its look at the pool, and then leaves the
 * follower waiting for good.
 * @throws Error when one reverts, or is in no block after two minutes
 */
export async function sendInTurn(
  client: Client<Transport, Chain>,
  account: Account,
  calls: readonly Call[],
): Promise<void> {
  if (calls.length === 0) return;
  // Asked once: another node behind the same address may not have seen the block yet.
  let nonce = await getTransactionCount(client, { address: account.address, blockTag: 'pending' });
  for (const call of calls) {
    const hash = await sendTransaction(client, { account, chain: client.chain, nonce: nonce++, ...call });
    const { status } = await waitForReceipt(client, hash);
    if (status !== 'success') throw new Error(`transaction ${hash} reverted`);
  }
}

/** Looks for the receipt itself; viem's wait looks again at a new block only, and there need be none after the last. */
export async function waitForReceipt(
  client: Client<Transport, Chain>,
  hash: Hex,
): Promise<TransactionReceipt> {
  const start = performance.now();
  while (performance.now() - start < minedWithinMs) {
    try {
      return await getTransactionReceipt(client, { hash });
    } catch (error) {
      if (!(error instanceof TransactionReceiptNotFoundError)) throw error;
    }
    await delay(client.pollingInterval);
  }
  throw new Error(`transaction ${hash} is in no block`);
}
