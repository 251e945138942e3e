import type { Static } from '@sinclair/typebox';
import type { AdapterTransaction } from '#schemas/adapter/common.ts';
import type { MintState, MintVoucher } from '#schemas/adapter/mint.ts';
import type { AdapterBalance, NativeBalance } from '#schemas/adapter/wallet.ts';
import type { Transaction } from '#src/core/journal.ts';
import { formatAmount } from '#src/core/money.ts';
import type { TokenBalance } from '#src/core/ports/tokens.ts';
import type { Mints, SignedMint } from '#src/services/mints.ts';

type Wire = Static<typeof AdapterTransaction>;

const shownMeta = ['token', 'from', 'to', 'amount', 'receiptId', 'claimId'] as const;

/** A transaction as the wire has it. */
export function toTransaction(transaction: Transaction): Wire {
  const { id, status, network, meta, userOpHash, txHash, blockNumber, gasUsed, sponsorCost, error } =
    transaction;
  const facts = shownMeta.flatMap((name) => (typeof meta[name] === 'string' ? [[name, meta[name]]] : []));
  return {
    id,
    type: transaction.type as Wire['type'],
    status,
    network,
    ...(Object.fromEntries(facts) as Pick<Wire, (typeof shownMeta)[number]>),
    userOpHash,
    txHash,
    blockNumber: blockNumber === null ? null : Number(blockNumber),
    gasUsed: gasUsed === null ? null : gasUsed.toString(),
    sponsored: sponsorCost === null ? true : sponsorCost > 0n,
    sponsorCost: sponsorCost === null ? null : sponsorCost.toString(),
    ...(error ? { error } : {}),
    createdAt: transaction.createdAt.toISOString(),
    updatedAt: transaction.updatedAt.toISOString(),
  };
}

/** A token balance as the wire has it. */
export function toBalance({ balance, ...token }: TokenBalance): Static<typeof AdapterBalance> {
  return { ...token, balance: balance.toString(), formatted: formatAmount(balance, token.decimals) };
}

/** Wei as the wire has it. */
export function toNative(wei: bigint): Static<typeof NativeBalance> {
  return { symbol: 'ETH', decimals: 18, balance: wei.toString(), formatted: formatAmount(wei, 18) };
}

/** A signed mint as the wire has it. */
export function toVoucher({ receipt, typedData, signer }: SignedMint): Static<typeof MintVoucher> {
  const { receiptId, network, token, recipient, amount, deadline, signature } = receipt;
  return {
    receiptId,
    network,
    token,
    recipient,
    amount: amount.toString(),
    deadline: deadline.toISOString(),
    typedData,
    signature,
    signer,
  };
}

/** Where a mint stands, as the wire has it. */
export function toMintState(
  receiptId: string,
  { status, receipt, transactionId, txHash }: Awaited<ReturnType<Mints['status']>>,
): Static<typeof MintState> {
  return {
    receiptId,
    status,
    txHash,
    transactionId,
    network: receipt?.network ?? null,
    token: receipt?.token ?? null,
    recipient: receipt?.recipient ?? null,
    amount: receipt?.amount.toString() ?? null,
    deadline: receipt?.deadline.toISOString() ?? null,
  };
}
