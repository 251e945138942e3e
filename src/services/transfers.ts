import { checksum, sameAddress } from '#src/core/address.ts';
import { fail } from '#src/core/errors.ts';
import type { Address } from '#src/core/hex.ts';
import type { IdempotencyKey, NewTransaction } from '#src/core/journal.ts';
import { accountLane } from '#src/core/lanes.ts';
import type { Networks } from '#src/core/networks.ts';
import type { Preflight, TokenPort } from '#src/core/ports/tokens.ts';
import type { Wallet } from '#src/core/ports/wallets.ts';
import { userSubject, type Wallets } from './wallets.ts';
import type { Writer, Written } from './writes.ts';

export type TransferInput = {
  owner: string;
  userId: string;
  /** An address, or another user of the same owner. */
  to: { address: Address } | { userId: string };
  token: Address;
  /** Atomic units. */
  amount: bigint;
  network?: string | undefined;
};

export type Transfers = {
  /** @throws not_found (wallet), validation, insufficient_balance, user_operation_failed, idempotency_conflict */
  transfer(input: TransferInput, key: IdempotencyKey | null): Promise<Written>;
};

export type TransferPorts = {
  writer: Writer<unknown>;
  wallets: Wallets;
  tokens: TokenPort;
  preflight: Preflight;
  networks: Networks;
};

/** ERC-20 transfers between smart accounts, checked against the chain before they are written down. */
export function createTransfers(ports: TransferPorts): Transfers {
  const { writer, wallets, networks } = ports;
  return {
    transfer: (input, key) =>
      writer.write(key, async () => {
        const network = input.network === undefined ? networks.default : networks.get(input.network);
        const from = await wallets.find(input.owner, userSubject(input.userId));
        if (!from) throw fail('not_found', { resource: 'wallet' });
        const to = await receiver(wallets, input);
        return { transaction: await checked(ports, input, { network: network.name, from, to }) };
      }),
  };
}

async function receiver(wallets: Wallets, { owner, to, token }: TransferInput): Promise<Address> {
  if ('userId' in to) return (await wallets.open(owner, userSubject(to.userId))).wallet.address;
  const message = BigInt(to.address) === 0n ? 'to is the zero address' : 'to is the token itself';
  if (BigInt(to.address) === 0n || sameAddress(to.address, token)) {
    throw fail('validation', { field: 'to', message });
  }
  return checksum(to.address);
}

async function checked(
  { tokens, preflight }: TransferPorts,
  { owner, userId, token, amount }: TransferInput,
  { network, from, to }: { network: string; from: Wallet; to: Address },
): Promise<NewTransaction> {
  const effect = tokens.transfer({ token, from: from.address, to, amount });
  const [holdings, refusal] = await Promise.all([
    tokens.holdings(network, from.address, [token]),
    preflight(network, from.address, effect.calls),
  ]);
  const balance = holdings.tokens[0]?.balance ?? 0n;
  if (balance < amount) {
    const details = { token, balance: balance.toString(), required: amount.toString() };
    throw fail('insufficient_balance', { details });
  }
  if (refusal) throw fail('user_operation_failed', { details: { ...refusal } });
  return {
    owner,
    userId,
    type: 'transfer',
    network,
    lane: accountLane(network, from.address),
    ...effect,
    meta: { token, from: from.address, to, amount: amount.toString() },
  };
}
