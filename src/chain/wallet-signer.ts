import {
  hashMessage,
  hashTypedData,
  type LocalAccount,
  type TypedDataDefinition,
  validateTypedData,
} from 'viem';
import type { SmartAccount } from 'viem/account-abstraction';
import { fail } from '#src/core/errors.ts';
import type { Hex } from '#src/core/hex.ts';
import type { AccountRecord } from '#src/core/ports/accounts.ts';
import type { KeyProvider } from '#src/core/ports/keys.ts';
import type { TypedData, WalletSigner } from '#src/core/ports/wallet-signer.ts';
import { eoaKind } from '#src/core/ports/wallets.ts';
import type { ChainClients } from './clients.ts';
import { onChain } from './errors.ts';
import type { SmartAccounts } from './smart-accounts/accounts.ts';

export type WalletSignerOptions = {
  keys: Pick<KeyProvider<LocalAccount>, 'open'>;
  accounts: Pick<SmartAccounts, 'open'>;
  clients: Pick<ChainClients, 'public'>;
};

/** Signs for wallets: plain keys offline, smart accounts as their contract will check it (ERC-1271, ERC-6492). */
export function createWalletSigner({ keys, accounts, clients }: WalletSignerOptions): WalletSigner {
  const open = async (account: AccountRecord, network: string): Promise<LocalAccount | SmartAccount> =>
    account.kind === eoaKind
      ? keys.open(account.walletId, account.key)
      : accounts.open(account, clients.public(network), 0);
  return {
    message: (account, network, message) =>
      onChain(async () => {
        const signer = await open(account, network);
        return { hash: hashMessage(message), signature: await signer.signMessage({ message }) };
      }),
    async typedData(account, network, data) {
      const definition = data as unknown as TypedDataDefinition;
      const hash = digestOf(data);
      return onChain(async () => {
        const signer = await open(account, network);
        return { hash, signature: await signer.signTypedData(definition) };
      });
    },
  };
}

/** @throws validation (field `typed_data`) */
function digestOf(data: TypedData): Hex {
  const definition = data as unknown as TypedDataDefinition;
  try {
    if (!(data.primaryType in data.types)) throw new Error(`primaryType ${data.primaryType} is not in types`);
    validateTypedData(definition);
    return hashTypedData(definition);
  } catch (error) {
    const [line = ''] = (error as Error).message.split('\n');
    throw fail('validation', {
      field: 'typed_data',
      message: `typed_data can not be hashed: ${line.slice(0, 200)}`,
      cause: error,
    });
  }
}
