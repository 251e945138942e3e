import { sameAddress } from '#src/core/address.ts';
import type { Clock } from '#src/core/clock.ts';
import { fail } from '#src/core/errors.ts';
import type { Address } from '#src/core/hex.ts';
import { newId } from '#src/core/ids.ts';
import type { Networks } from '#src/core/networks.ts';
import type { ClientToken, ClientTokenRepository } from '#src/core/ports/client-tokens.ts';
import type { TokenStanding, VoucherPort } from '#src/core/ports/vouchers.ts';

/** Which tokens an owner's receipts may mint. */
export type ClientTokens = {
  /** Asks the chain whether the token is one that vouchers can mint. @throws validation, unsupported_network, chain_unavailable */
  register(owner: string, input: { token: Address; network?: string | undefined }): Promise<ClientToken>;
  /** Newest first. */
  list(
    owner: string,
    filter: { network?: string; after?: string; limit: number },
  ): Promise<readonly ClientToken[]>;
  /** True for the network's default token and for those of the owner. */
  mayMint(owner: string, network: string, token: Address): Promise<boolean>;
};

export type ClientTokenPorts = {
  store: { clientTokens: ClientTokenRepository };
  vouchers: Pick<VoucherPort, 'standing'>;
  networks: Networks;
  clock: Clock;
};

export function createClientTokens({ store, vouchers, networks, clock }: ClientTokenPorts): ClientTokens {
  return {
    async register(owner, { token, network }) {
      const { name } = network === undefined ? networks.default : networks.get(network);
      const facts = mintable(token, await vouchers.standing(name, token));
      return store.clientTokens.insert(
        { ...facts, id: newId('ctk'), owner, network: name, token },
        clock.now(),
      );
    },
    list: (owner, filter) => store.clientTokens.list(owner, filter),
    async mayMint(owner, network, token) {
      const standard = networks.get(network).contracts.token;
      if (standard && sameAddress(standard, token)) return true;
      return (await store.clientTokens.find(owner, network, token)) !== null;
    },
  };
}

/** Symbol and decimals of a token that our vouchers can mint. @throws validation saying what is missing */
function mintable(token: Address, standing: TokenStanding): Pick<ClientToken, 'symbol' | 'decimals'> {
  const { symbol, decimals, totalSupply, minter, mayMint, signer, maySign } = standing;
  const refuse = (message: string) =>
    fail('validation', { field: 'token', message, details: { mintVouchers: minter, signer } });
  if (symbol === null || decimals === null || totalSupply === null) {
    throw refuse(`token ${token} is not an ERC-20 token on this network`);
  }
  if (!mayMint) throw refuse(`token ${token} does not let ${minter} mint: grant it MINTER_ROLE`);
  if (!maySign) throw refuse(`${minter} does not take the word of ${signer} for ${token}: call setSigner`);
  return { symbol, decimals };
}
