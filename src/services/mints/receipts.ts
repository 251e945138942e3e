import { sameAddress } from '#src/core/address.ts';
import type { Clock } from '#src/core/clock.ts';
import { type AppError, fail, isKind } from '#src/core/errors.ts';
import type { Address, Hex } from '#src/core/hex.ts';
import type { Transaction } from '#src/core/journal.ts';
import type { MintReceipt, MintReceiptRepository } from '#src/core/ports/mints.ts';
import type { MintVoucher, Redemption, VoucherPort } from '#src/core/ports/vouchers.ts';

export type ReceiptPorts = {
  store: { mintReceipts: MintReceiptRepository };
  vouchers: VoucherPort;
  clock: Clock;
  /** Seconds a voucher is good for (default 3600). */
  voucherSeconds?: number;
};

type ToldFields = {
  network?: string | undefined;
  amount?: bigint | undefined;
  token?: Address | undefined;
  recipient?: Address | undefined;
  signature?: Hex | undefined;
};

/** What the voucher of a receipt says. */
export function voucherOf(
  receipt: Pick<MintReceipt, 'token' | 'recipient' | 'amount' | 'receipt' | 'deadline'>,
): MintVoucher {
  const { token, recipient, amount, deadline } = receipt;
  return { token, recipient, amount, receipt: receipt.receipt, deadline: BigInt(deadline.getTime() / 1000) };
}

/** A signature that is good from now on for as long as vouchers are. */
export async function signed(
  { vouchers, clock, voucherSeconds = 3600 }: ReceiptPorts,
  network: string,
  what: Pick<MintReceipt, 'token' | 'recipient' | 'amount' | 'receipt'>,
): Promise<Pick<MintReceipt, 'deadline' | 'signature'>> {
  const deadline = new Date((Math.floor(clock.now().getTime() / 1000) + voucherSeconds) * 1000);
  return { deadline, signature: await vouchers.sign(network, voucherOf({ ...what, deadline })) };
}

/** A new deadline and signature for the same mint. @throws receipt_already_minted, chain_unavailable */
export async function renew(
  ports: ReceiptPorts,
  receipt: MintReceipt,
  mint: Transaction | null,
): Promise<MintReceipt> {
  await mayMint(ports, receipt, mint);
  const voucher = await signed(ports, receipt.network, receipt);
  const renewed = await ports.store.mintReceipts.renew(receipt.id, receipt.transactionId, voucher);
  if (!renewed) throw alreadyMinted(null);
  return renewed;
}

export const conflict = (field: string) =>
  fail('idempotency_conflict', {
    field,
    resource: 'receipt',
    message: `The receipt was signed with another ${field}`,
  });

const differs = (field: string) =>
  fail('validation', { field, message: `${field} is not what was signed for this receipt` });

/** @throws what `refuse` says for the first field that is told and is not what was signed */
export function sameFields(
  receipt: MintReceipt,
  { network, amount, token, recipient, signature }: ToldFields,
  refuse = differs,
): void {
  if (network !== undefined && network !== receipt.network) throw refuse('network');
  if (amount !== undefined && amount !== receipt.amount) throw refuse('amount');
  if (token !== undefined && !sameAddress(token, receipt.token)) throw refuse('token');
  if (recipient !== undefined && !sameAddress(recipient, receipt.recipient)) throw refuse('recipient');
  if (signature !== undefined && signature.toLowerCase() !== receipt.signature) throw refuse('signature');
}

const named = (details: Readonly<Record<string, unknown>>) => fail('receipt_already_minted', { details });

/** Names the first mint where it is known. */
export const alreadyMinted = (mint: Transaction | null) =>
  named(mint ? { transactionId: mint.id, status: mint.status, txHash: mint.txHash } : {});

/** The same for a mint that is not of the journal. */
const alreadyRedeemed = ({ txHash }: Redemption) => named(txHash ? { txHash } : {});

/** @throws validation */
export function notExpired(receipt: MintReceipt, clock: Clock): void {
  if (receipt.deadline > clock.now()) return;
  const message = 'The voucher of this receipt has expired, sign it again';
  throw fail('validation', { field: 'receiptId', message });
}

/**
 * One mint at a time. Whether a failed one left the receipt unused, or somebody redeemed it past the API, the chain says.
 * @throws receipt_already_minted, chain_unavailable
 */
export async function mayMint(
  ports: ReceiptPorts,
  receipt: MintReceipt,
  mint: Transaction | null,
): Promise<void> {
  if (receipt.transactionId !== null && mint?.status !== 'failed') throw alreadyMinted(mint);
  const redemption = await ports.vouchers.redeemedBy(receipt.network, voucherOf(receipt));
  if (redemption) throw alreadyRedeemed(redemption);
}

/** The refusal of what was minted meanwhile, naming the winner: the journal's mint, or one past it. */
export async function lost(
  ports: ReceiptPorts,
  receipt: MintReceipt,
  mint: Transaction | null,
): Promise<AppError> {
  if (mint && mint.status !== 'failed') return alreadyMinted(mint);
  const redemption = await redemptionOf(ports, receipt);
  return redemption ? alreadyRedeemed(redemption) : alreadyMinted(null);
}

/** What the chain says of a receipt; null also when it can't be asked, so that the journal's word stands. */
export async function redemptionOf(ports: ReceiptPorts, receipt: MintReceipt): Promise<Redemption | null> {
  try {
    return await ports.vouchers.redeemedBy(receipt.network, voucherOf(receipt));
  } catch (error) {
    if (isKind(error, 'chain_unavailable', 'unsupported_network')) return null;
    throw error;
  }
}
