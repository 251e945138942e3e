import { sameAddress } from '#src/core/address.ts';
import type { Clock } from '#src/core/clock.ts';
import { fail, isKind } from '#src/core/errors.ts';
import type { Address, Hex } from '#src/core/hex.ts';
import { newId } from '#src/core/ids.ts';
import { accountLane } from '#src/core/lanes.ts';
import type { IdempotencyKey, Transaction } from '#src/core/journal.ts';
import type { TransactionRepository } from '#src/core/journal-store.ts';
import type { Networks } from '#src/core/networks.ts';
import type { MintReceipt, MintReceiptRepository } from '#src/core/ports/mints.ts';
import type { Preflight } from '#src/core/ports/tokens.ts';
import type { MintVoucher, VoucherPort, VoucherTypedData } from '#src/core/ports/vouchers.ts';
import type { ClientTokens } from './client-tokens.ts';
import type { Writer, Written } from './writes.ts';
import { treasurySubject, userSubject, type Wallets } from './wallets.ts';

/** Whose mint: the app (`client:…` with its bare id) and its user. */
export type MintCaller = { owner: string; clientId: string; userId: string };

/** What may be told about a mint; absent fields take what is standard or was signed. */
export type MintFields = {
  amount?: bigint | undefined;
  token?: Address | undefined;
  recipient?: Address | undefined;
  network?: string | undefined;
};

export type SignedMint = { receipt: MintReceipt; typedData: VoucherTypedData; signer: Address };
export type MintStatus = 'none' | 'signed' | 'pending' | 'submitted' | 'minted' | 'failed';

/** Mints by receipt: signed first, then executed once. */
export type Mints = {
  /** @throws receipt_already_minted, idempotency_conflict (other fields than before), unsupported_network */
  sign(caller: MintCaller, receiptId: string, fields: MintFields & { amount: bigint }): Promise<SignedMint>;
  /** @throws not_found, receipt_already_minted, validation (a field differs from what was signed, expired), user_operation_failed */
  execute(
    caller: MintCaller,
    receiptId: string,
    fields: MintFields & { signature?: Hex | undefined },
    key: IdempotencyKey | null,
  ): Promise<Written>;
  status(
    caller: MintCaller,
    receiptId: string,
  ): Promise<{ status: MintStatus; receipt: MintReceipt | null; transaction: Transaction | null }>;
};

type Store = { mintReceipts: MintReceiptRepository; transactions: Pick<TransactionRepository, 'find'> };

export type MintPorts = {
  store: Store;
  writer: Writer<Pick<Store, 'mintReceipts'>>;
  wallets: Wallets;
  vouchers: VoucherPort;
  preflight: Preflight;
  networks: Networks;
  /** Which tokens an owner's receipts may mint. */
  mayMint: ClientTokens['mayMint'];
  clock: Clock;
  /** Seconds a voucher is good for (default 3600). */
  voucherSeconds?: number;
};

export function createMints(ports: MintPorts): Mints {
  const { store, vouchers } = ports;
  const found = (caller: MintCaller, receiptId: string) => store.mintReceipts.find(caller.owner, receiptId);
  const mintOf = async (receipt: MintReceipt): Promise<Transaction | null> =>
    receipt.transactionId === null ? null : store.transactions.find(receipt.owner, receipt.transactionId);

  const shown = (receipt: MintReceipt): SignedMint => ({
    receipt,
    typedData: vouchers.typedData(receipt.network, voucherOf(receipt)),
    signer: vouchers.signer(),
  });

  return {
    async sign(caller, receiptId, fields) {
      const wanted = await resolve(ports, caller, fields);
      const receipt = vouchers.receiptOf(caller.clientId, receiptId);
      const known = await found(caller, receiptId);
      if (!known) {
        const voucher = await signed(ports, wanted.network, { ...wanted, receipt });
        const { owner, userId } = caller;
        const row = { ...wanted, ...voucher, id: newId('rcp'), owner, userId, receiptId, receipt };
        const made = await store.mintReceipts.insert(row, ports.clock.now());
        if (made) return shown(made);
      }
      const first = known ?? (await found(caller, receiptId));
      if (!first) throw new Error(`receipt ${receiptId} was taken and is not there`);
      return shown(await renew(ports, caller, first, wanted, await mintOf(first)));
    },
    async execute(caller, receiptId, fields, key) {
      try {
        return await ports.writer.write(key, async () => {
          const receipt = await found(caller, receiptId);
          if (!receipt || receipt.userId !== caller.userId) throw fail('not_found', { resource: 'receipt' });
          sameFields(receipt, fields);
          await mayMint(ports, receipt, await mintOf(receipt));
          notExpired(receipt, ports.clock);
          return intentOf(ports, caller, receipt);
        });
      } catch (error) {
        if (!isKind(error, 'receipt_already_minted')) throw error;
        // Whoever lost a race learns who won it.
        const receipt = await found(caller, receiptId);
        throw alreadyMinted(receipt && (await mintOf(receipt)));
      }
    },
    async status(caller, receiptId) {
      const receipt = await found(caller, receiptId);
      if (!receipt || receipt.userId !== caller.userId) {
        return { status: 'none', receipt: null, transaction: null };
      }
      const transaction = await mintOf(receipt);
      const status = transaction?.status === 'confirmed' ? 'minted' : (transaction?.status ?? 'signed');
      return { status, receipt, transaction };
    },
  };
}

type Resolved = { network: string; token: Address; recipient: Address; amount: bigint };

/** What the request leaves open: default network and token, the user's own wallet. */
async function resolve(
  { networks, wallets, mayMint }: MintPorts,
  caller: MintCaller,
  fields: MintFields & { amount: bigint },
): Promise<Resolved> {
  const network = fields.network === undefined ? networks.default : networks.get(fields.network);
  const token = fields.token ?? network.contracts.token;
  if (!token) throw fail('validation', { field: 'token', message: `token is required on ${network.name}` });
  // The signer's word counts for every token whose admin allowed it, so ours alone keeps clients apart.
  if (!(await mayMint(caller.owner, network.name, token))) throw notYours(token, network.name);
  const recipient =
    fields.recipient ?? (await wallets.open(caller.owner, userSubject(caller.userId))).wallet.address;
  return { network: network.name, token, recipient, amount: fields.amount };
}

const notYours = (token: Address, network: string) =>
  fail('validation', {
    field: 'token',
    message: `token ${token} is neither the default token of ${network} nor one of this client`,
  });

function voucherOf(
  receipt: Pick<MintReceipt, 'token' | 'recipient' | 'amount' | 'receipt' | 'deadline'>,
): MintVoucher {
  const { token, recipient, amount, deadline } = receipt;
  return { token, recipient, amount, receipt: receipt.receipt, deadline: BigInt(deadline.getTime() / 1000) };
}

async function signed(
  { vouchers, clock, voucherSeconds = 3600 }: MintPorts,
  network: string,
  what: Pick<MintReceipt, 'token' | 'recipient' | 'amount' | 'receipt'>,
): Promise<Pick<MintReceipt, 'deadline' | 'signature'>> {
  const deadline = new Date((Math.floor(clock.now().getTime() / 1000) + voucherSeconds) * 1000);
  return { deadline, signature: await vouchers.sign(network, voucherOf({ ...what, deadline })) };
}

/** Signing again gives the same mint a new deadline; anything else than the same mint is refused. */
async function renew(
  ports: MintPorts,
  caller: MintCaller,
  receipt: MintReceipt,
  wanted: Resolved,
  mint: Transaction | null,
): Promise<MintReceipt> {
  if (receipt.userId !== caller.userId) throw conflict('userId');
  sameFields(receipt, wanted, conflict);
  await mayMint(ports, receipt, mint);
  const voucher = await signed(ports, receipt.network, receipt);
  const renewed = await ports.store.mintReceipts.renew(receipt.id, receipt.transactionId, voucher);
  if (!renewed) throw alreadyMinted(null);
  return renewed;
}

const conflict = (field: string) =>
  fail('idempotency_conflict', {
    field,
    resource: 'receipt',
    message: `The receipt was signed with another ${field}`,
  });

const differs = (field: string) =>
  fail('validation', { field, message: `${field} is not what was signed for this receipt` });

function sameFields(
  receipt: MintReceipt,
  { network, amount, token, recipient, signature }: MintFields & { signature?: Hex | undefined },
  refuse = differs,
): void {
  if (network !== undefined && network !== receipt.network) throw refuse('network');
  if (amount !== undefined && amount !== receipt.amount) throw refuse('amount');
  if (token !== undefined && !sameAddress(token, receipt.token)) throw refuse('token');
  if (recipient !== undefined && !sameAddress(recipient, receipt.recipient)) throw refuse('recipient');
  if (signature !== undefined && signature.toLowerCase() !== receipt.signature) throw refuse('signature');
}

const alreadyMinted = (transaction: Transaction | null) =>
  fail('receipt_already_minted', {
    details: transaction
      ? { transactionId: transaction.id, status: transaction.status, txHash: transaction.txHash }
      : {},
  });

function notExpired(receipt: MintReceipt, clock: Clock): void {
  if (receipt.deadline > clock.now()) return;
  const message = 'The voucher of this receipt has expired, sign it again';
  throw fail('validation', { field: 'receiptId', message });
}

/** One mint at a time; after a failed one only when the chain says that the receipt is unused. */
async function mayMint(ports: MintPorts, receipt: MintReceipt, mint: Transaction | null): Promise<void> {
  if (receipt.transactionId === null) return;
  if (mint?.status !== 'failed') throw alreadyMinted(mint);
  if (await ports.vouchers.isRedeemed(receipt.network, receipt.token, receipt.receipt)) {
    throw alreadyMinted(mint);
  }
}

async function intentOf(ports: MintPorts, caller: MintCaller, receipt: MintReceipt) {
  const { network, token, recipient, amount, receiptId } = receipt;
  const { wallet } = await ports.wallets.open(caller.owner, treasurySubject);
  const effect = ports.vouchers.redemption(network, voucherOf(receipt), receipt.signature);
  const refusal = await ports.preflight(network, wallet.address, effect.calls);
  if (refusal?.revertReason.startsWith('VoucherUsed')) throw alreadyMinted(null);
  if (refusal) throw fail('user_operation_failed', { details: { ...refusal } });
  return {
    transaction: {
      owner: caller.owner,
      userId: caller.userId,
      type: 'mint',
      network,
      lane: accountLane(network, wallet.address),
      ...effect,
      meta: { token, to: recipient, amount: amount.toString(), receiptId },
    },
    async bind(tx: Pick<Store, 'mintReceipts'>, transactionId: string): Promise<void> {
      if (!(await tx.mintReceipts.claim(receipt.id, receipt.transactionId, transactionId))) {
        throw alreadyMinted(null);
      }
    },
  };
}
