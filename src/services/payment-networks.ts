import { fail } from '#src/core/errors.ts';
import { caip2, type Networks, type NetworkSettings } from '#src/core/networks.ts';
import type { PaymentEngine } from '#src/core/payment.ts';

export type PaymentNetworksOptions = {
  networks: Networks;
  schemes: PaymentEngine['schemes'];
  /** Latest block, or null while the network does not answer. Must answer quickly. */
  head(network: string): Promise<bigint | null>;
  /** Addresses that settle, EIP-55. */
  signers: readonly string[];
  isPaused(network: string): Promise<boolean>;
};

export type PaymentKind = {
  x402Version: 1 | 2;
  scheme: string;
  network: string;
  status: 'active' | 'paused' | 'unavailable';
  block: number;
  /** '' when nobody settles there. */
  feePayer: string;
  simulated: boolean;
  /** What a merchant has to tell its payers. */
  extra?: Record<string, unknown>;
};

export type PaymentNetworks = {
  /** Every kind of payment that can be taken, version 1 names before CAIP-2 ids. */
  kinds(): Promise<PaymentKind[]>;
  /** One network, in the spelling asked for. @throws unsupported_network */
  kind(id: string): Promise<PaymentKind>;
  /** Settlement signers by CAIP-2 family. */
  signers(): Record<string, string[]>;
  /** Extensions of the protocol that are understood. */
  extensions: readonly string[];
  /** False while the operator has paused it. */
  mayTake(network: string): Promise<boolean>;
};

/** What the facilitator says of the chains it works on. */
export function createPaymentNetworks(options: PaymentNetworksOptions): PaymentNetworks {
  const { networks, schemes, signers } = options;
  let turn = 0;
  const stateOf = async (network: NetworkSettings) => {
    const [paused, head] = await Promise.all([
      // What is told of the chains needs no database.
      options.isPaused(network.name).catch(() => false),
      options.head(network.name),
    ]);
    const status = paused ? 'paused' : head === null ? 'unavailable' : 'active';
    return {
      status,
      block: Number(head ?? 0n),
      feePayer: signers[0] ?? '',
      simulated: network.simulated,
    } as const;
  };
  /** The payer of a partial scheme names the key that must settle: any of them, so that all have work. */
  const extraOf = (scheme: string): Pick<PaymentKind, 'extra'> => {
    if (!schemes.some((one) => one.scheme === scheme && one.partial)) return {};
    const facilitatorAddress = signers[turn++ % Math.max(signers.length, 1)];
    return facilitatorAddress ? { extra: { facilitatorAddress } } : {};
  };
  const kindsOf = async (version: 1 | 2): Promise<PaymentKind[]> => {
    const found = await Promise.all(
      networks.list().map(async (network) => {
        const state = await stateOf(network);
        const spelled = version === 1 ? network.name : caip2(network);
        const names = new Set(
          schemes.filter((one) => one.versions.includes(version)).map((one) => one.scheme),
        );
        return [...names].map((scheme) => ({
          x402Version: version,
          scheme,
          network: spelled,
          ...state,
          ...extraOf(scheme),
        }));
      }),
    );
    return found.flat();
  };
  return {
    kinds: async () => [...(await kindsOf(1)), ...(await kindsOf(2))],
    async kind(id) {
      const network = networks.find(id);
      if (!network) throw fail('unsupported_network', { message: 'unsupported network' });
      const x402Version = id === network.name ? 1 : 2;
      return { x402Version, scheme: 'exact', network: id, ...(await stateOf(network)) };
    },
    extensions: ['eip2612GasSponsoring', 'bazaar', 'payment-identifier', 'builder-code'],
    signers: () => ({ 'eip155:*': [...signers] }),
    mayTake: async (network) => !(await options.isPaused(network)),
  };
}
