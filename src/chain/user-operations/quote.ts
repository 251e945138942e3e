import type { Call } from '#src/core/journal.ts';
import type { QuoteOperation } from '#src/core/ports/sponsorship.ts';
import type { ChainClients } from '../clients.ts';
import { onChain, rpcFault } from '../errors.ts';
import type { Fees } from './fees.ts';

/** What an operation asks for beside its calls (verification, paymaster, bundler), and more when it deploys the account. */
const overhead = { deployed: 400_000n, undeployed: 900_000n };
/** A call that only works after the ones before it can't be asked alone. */
const dependentCall = 500_000n;

/** The most that an operation of these calls alone would ask for, from one round trip to the chain. */
export function createQuote(clients: ChainClients, fees: (network: string) => Promise<Fees>): QuoteOperation {
  return (network, account, calls) =>
    onChain(async () => {
      const client = clients.public(network);
      const gasOf = async ({ to, data, value }: Call): Promise<bigint> => {
        try {
          return await client.estimateGas({ account, to, data, value });
        } catch (error) {
          if (rpcFault(error)?.kind !== 'answered') throw error;
          return dependentCall;
        }
      };
      const [code, price, ...gas] = await Promise.all([
        client.getCode({ address: account }),
        fees(network),
        ...calls.map(gasOf),
      ]);
      const callGas = gas.reduce((sum, one) => sum + one, 0n);
      const most = callGas + (code === undefined ? overhead.undeployed : overhead.deployed);
      return { callGas, maxCost: most * price.maxFeePerGas };
    });
}
