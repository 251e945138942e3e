import { getAddress, verifyMessage } from 'viem';
import { parseSiweMessage } from 'viem/siwe';
import { fail } from '#src/core/errors.ts';
import type { Networks } from '#src/core/networks.ts';
import type { SiwePort } from '#src/core/ports/sign-in.ts';
import type { ChainClients } from './clients.ts';

/** EIP-4361 messages and who signed them. */
export function createSiwe(clients: ChainClients, networks: Networks): SiwePort {
  return {
    read(text) {
      const { address, domain, nonce, chainId, version, uri, expirationTime, notBefore } =
        parseSiweMessage(text);
      if (!address || !domain || !nonce || !chainId || !uri || version !== '1') return null;
      return {
        address: getAddress(address),
        domain,
        nonce,
        chainId,
        expirationTime: expirationTime ?? null,
        notBefore: notBefore ?? null,
      };
    },
    async signedBy(message, signature, { address, chainId }) {
      // Most are EOAs: their signature needs no chain.
      if (await verifyMessage({ address, message, signature }).catch(() => false)) return true;
      const network = networks.list().find((one) => one.chainId === chainId);
      if (!network)
        throw fail('unsupported_network', { field: 'message', message: `chain ${chainId} is not served` });
      return clients.public(network.name).verifyMessage({ address, message, signature });
    },
  };
}
