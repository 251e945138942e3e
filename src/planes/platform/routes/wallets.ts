import * as signatures from '#schemas/platform/wallet-signatures.ts';
import * as wallets from '#schemas/platform/wallets.ts';
import { checksum } from '#src/core/address.ts';
import { fail } from '#src/core/errors.ts';
import type { Hex } from '#src/core/hex.ts';
import type { TenantWallet } from '#src/core/ports/tenant-wallets.ts';
import type { Signed } from '#src/core/ports/wallet-signer.ts';
import { bind, type RouteBinding } from '#src/http/route.ts';
import { networkOf } from '../caller.ts';
import { page } from '../present.ts';
import { presentBalances, presentWallet } from '../present-wallets.ts';
import type { PlatformServices } from '../services.ts';

const signatureOf = ({ id, address }: TenantWallet, { hash, signature }: Signed) => ({
  object: 'signature' as const,
  id,
  address,
  hash,
  signature,
});

/** @throws validation for hex that is none */
function messageOf({ message, encoding = 'utf8' }: { message: string; encoding?: 'utf8' | 'hex' }) {
  if (encoding === 'utf8') return message;
  if (/^0x([0-9a-fA-F]{2})*$/.test(message)) return { raw: message.toLowerCase() as Hex };
  throw fail('validation', { field: 'message', message: 'message is no 0x hex of whole bytes' });
}

/** Wallets of a tenant: made, read, and what they sign. */
export function walletRoutes(services: PlatformServices): RouteBinding[] {
  const { tenantWallets, networks, holdings, signer } = services;
  return [
    bind(wallets.createPlatformWallet, async ({ principal, body, reply }) => {
      const { type = 'smart_account', label, external_id: externalId } = body;
      const { wallet, isNew } = await tenantWallets.create(principal.owner, {
        type,
        ...(label === undefined ? {} : { label }),
        ...(externalId === undefined ? {} : { externalId }),
      });
      if (!isNew) reply.header('idempotent-replayed', 'true');
      return presentWallet(wallet);
    }),
    bind(wallets.listPlatformWallets, async ({ principal, query }) => {
      const { limit = 20, starting_after: after, type, external_id: externalId } = query;
      const found = await tenantWallets.list(principal.owner, {
        limit,
        ...(after === undefined ? {} : { after }),
        ...(type === undefined ? {} : { type }),
        ...(externalId === undefined ? {} : { externalId }),
      });
      return page(found.data.map(presentWallet), found);
    }),
    bind(wallets.getPlatformWallet, async ({ principal, params }) =>
      presentWallet(await tenantWallets.get(principal.owner, params.id)),
    ),
    bind(wallets.listWalletBalances, async ({ principal, params, query }) => {
      const { address } = await tenantWallets.get(principal.owner, params.id);
      const network = networkOf(networks, principal, query.network);
      const usual = network.contracts.token;
      const tokens = query.tokens?.split(',') ?? (usual === null ? [] : [usual]);
      const held = await holdings(network.name, address, [...new Set(tokens.map(checksum))]);
      const data = presentBalances(network.name, held);
      return page(data, { hasMore: false, total: data.length });
    }),
    bind(signatures.signMessage, async ({ principal, params, body }) => {
      const wallet = await tenantWallets.get(principal.owner, params.id);
      const { name } = networkOf(networks, principal, body.network);
      const account = await tenantWallets.accountOf(wallet);
      return signatureOf(wallet, await signer.message(account, name, messageOf(body)));
    }),
    bind(signatures.signTypedData, async ({ principal, params, body }) => {
      const wallet = await tenantWallets.get(principal.owner, params.id);
      const { name } = networkOf(networks, principal, body.network);
      const account = await tenantWallets.accountOf(wallet);
      return signatureOf(wallet, await signer.typedData(account, name, body.typed_data));
    }),
  ];
}
