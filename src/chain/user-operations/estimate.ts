import { hexToBigInt } from 'viem';
import type { Hex } from '#src/core/hex.ts';
import type { EstimateOperation, GasPrice, GasPrices } from '#src/core/ports/gas-estimates.ts';
import type { QuoteOperation } from '#src/core/ports/sponsorship.ts';
import type { ChainClients } from '../clients.ts';
import { onChain, rpcFault } from '../errors.ts';
import type { Fees } from './fees.ts';

/** Gas of verification, paymaster and bundler beside the calls, as measured; more when the account is deployed first. */
const overhead = { deployed: 95_000n, undeployed: 385_000n };

type Answer = Record<keyof GasPrices, { maxFeePerGas: Hex; maxPriorityFeePerGas: Hex }>;

/** The calls' own gas, what an operation adds to it, and three prices. */
export function createEstimate(
  clients: ChainClients,
  quote: QuoteOperation,
  fees: (network: string) => Promise<Fees>,
): EstimateOperation {
  return (network, account, calls) =>
    onChain(async () => {
      const [{ callGas }, code, prices] = await Promise.all([
        quote(network, account, calls),
        clients.public(network).getCode({ address: account }),
        pricesOf(clients, network, fees),
      ]);
      return { gas: callGas + (code === undefined ? overhead.undeployed : overhead.deployed), prices };
    });
}

async function pricesOf(
  clients: ChainClients,
  network: string,
  fees: (network: string) => Promise<Fees>,
): Promise<GasPrices> {
  try {
    const told = (await clients.bundler(network).request('pimlico_getUserOperationGasPrice')) as Answer;
    const price = (speed: keyof GasPrices): GasPrice => ({
      maxFeePerGas: hexToBigInt(told[speed].maxFeePerGas),
      maxPriorityFeePerGas: hexToBigInt(told[speed].maxPriorityFeePerGas),
    });
    return { slow: price('slow'), standard: price('standard'), fast: price('fast') };
  } catch (error) {
    if (rpcFault(error)?.kind !== 'answered') throw error;
    // The bundler has no such method: the chain's own price, and more for haste.
    const standard = await fees(network);
    const times = (tenths: bigint): GasPrice => ({
      maxFeePerGas: (standard.maxFeePerGas * tenths) / 10n,
      maxPriorityFeePerGas: (standard.maxPriorityFeePerGas * tenths) / 10n,
    });
    return { slow: times(9n), standard, fast: times(12n) };
  }
}
