import { fail, isKind } from '#src/core/errors.ts';
import type { Address, Hex } from '#src/core/hex.ts';
import { newId } from '#src/core/ids.ts';
import { accountLane } from '#src/core/lanes.ts';
import type { IdempotencyKey, Transaction } from '#src/core/journal.ts';
import type { TransactionRepository } from '#src/core/journal-store.ts';
import type { Networks } from '#src/core/networks.ts';
import type { MintReceipt, MintReceiptRepository } from '#src/core/ports/mints.ts';
import type { Preflight } from '#src/core/ports/tokens.ts';
import type { VoucherTypedData } from '#src/core/ports/vouchers.ts';
import type { ClientTokens } from './client-tokens.ts';
import {
  alreadyMinted,
  conflict,
  lost,
  mayMint,
  notExpired,
  type ReceiptPorts,
  redemptionOf,
  renew,
  sameFields,
  signed,
  voucherOf,
} from './mints/receipts.ts';
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

export type MintState = {
  status: MintStatus;
  receipt: MintReceipt | null;
  /** Of the mint; null while there is none, and for one past the API. */
  transactionId: string | null;
  txHash: Hex | null;
};

/** Mints by receipt: signed first, then executed once. */
export type Mints = {
  /** Asks the chain about a receipt it has signed before. @throws receipt_already_minted, idempotency_conflict (other fields than before), unsupported_network, chain_unavailable */
  sign(caller: MintCaller, receiptId: string, fields: MintFields & { amount: bigint }): Promise<SignedMint>;
  /** A new voucher for what was signed before. @throws not_found, receipt_already_minted, chain_unavailable */
  signAgain(caller: MintCaller, receiptId: string): Promise<SignedMint>;
  /** @throws not_found, receipt_already_minted, validation (a field differs from what was signed, expired), user_operation_failed */
  execute(
    caller: MintCaller,
    receiptId: string,
    fields: MintFields & { signature?: Hex | undefined },
    key: IdempotencyKey | null,
  ): Promise<Written>;
  /** Where the journal knows of no mint, or of a failed one, the chain is asked for one past the API. */
  status(caller: MintCaller, receiptId: string): Promise<MintState>;
};

type Store = { mintReceipts: MintReceiptRepository; transactions: Pick<TransactionRepository, 'find'> };

export type MintPorts = ReceiptPorts & {
  store: Store;
  writer: Writer<Pick<Store, 'mintReceipts'>>;
  wallets: Wallets;
  preflight: Preflight;
  networks: Networks;
  /** Which tokens an owner's receipts may mint. */
  mayMint: ClientTokens['mayMint'];
};

export function createMints(ports: MintPorts): Mints {
  const { store, vouchers } = ports;
  const found = (caller: MintCaller, receiptId: string) => store.mintReceipts.find(caller.owner, receiptId);
  const mintOf = async (receipt: MintReceipt): Promise<Transaction | null> =>
    receipt.transactionId === null ? null : store.transactions.find(receipt.owner, receipt.transactionId);

  const announced = async (caller: MintCaller, receiptId: string): Promise<MintReceipt> => {
    const receipt = await found(caller, receiptId);
    if (!receipt || receipt.userId !== caller.userId) throw fail('not_found', { resource: 'receipt' });
    return receipt;
  };

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
      // Anything else than the same mint for the same user is refused.
      if (first.userId !== caller.userId) throw conflict('userId');
      sameFields(first, wanted, conflict);
      return shown(await renew(ports, first, await mintOf(first)));
    },
    async signAgain(caller, receiptId) {
      const receipt = await announced(caller, receiptId);
      return shown(await renew(ports, receipt, await mintOf(receipt)));
    },
    async execute(caller, receiptId, fields, key) {
      try {
        return await ports.writer.write(key, async () => {
          const receipt = await announced(caller, receiptId);
          sameFields(receipt, fields);
          // Of a receipt that no mint has tried the preflight tells the same, with no more questions.
          if (receipt.transactionId !== null) await mayMint(ports, receipt, await mintOf(receipt));
          notExpired(receipt, ports.clock);
          return intentOf(ports, caller, receipt);
        });
      } catch (error) {
        if (!isKind(error, 'receipt_already_minted') || error.facts.details?.['txHash']) throw error;
        // Whoever lost a race learns who won it.
        const receipt = await found(caller, receiptId);
        throw receipt ? await lost(ports, receipt, await mintOf(receipt)) : error;
      }
    },
    async status(caller, receiptId) {
      const receipt = await found(caller, receiptId);
      if (!receipt || receipt.userId !== caller.userId) {
        return { status: 'none', receipt: null, transactionId: null, txHash: null };
      }
      const mint = await mintOf(receipt);
      const past = mint && mint.status !== 'failed' ? null : await redemptionOf(ports, receipt);
      if (past) {
        const status = past.settled ? 'minted' : 'submitted';
        return { status, receipt, transactionId: null, txHash: past.txHash };
      }
      const status = mint?.status === 'confirmed' ? 'minted' : (mint?.status ?? 'signed');
      return { status, receipt, transactionId: mint?.id ?? null, txHash: mint?.txHash ?? null };
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
