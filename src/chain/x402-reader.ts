import { type Clock, unixSeconds } from '#src/core/clock.ts';
import { fail } from '#src/core/errors.ts';
import type { ChainAnswer, ChainQuestion } from '#src/core/probe.ts';
import { multicall3Address } from './clients.ts';
import { decodeAggregate3, encodeAggregate3, timestampCall } from './multicall3.ts';

/** JSON-RPC of one network; throws on transport faults and RPC errors alike. */
export type RpcRequest = (network: string, method: string, params: readonly unknown[]) => Promise<unknown>;

/** Gas of the aggregate itself, of its reads and of the call data, over what the simulation may use. */
const overheadGas = 150_000n;
const readGas = 60_000n;

export type ReaderOptions = {
  rpc: RpcRequest;
  clock: Clock;
  /** A local chain makes no blocks while it idles: its questions are asked at the clock's time. */
  idles(network: string): boolean;
};

/**
 * Answers a payment's question with one `eth_call` to Multicall3: block time, reads, then the simulation.
 * @throws verification_unavailable when the chain can't be asked
 */
export function createX402Reader({ rpc, clock, idles }: ReaderOptions) {
  return async (network: string, question: ChainQuestion): Promise<ChainAnswer> => {
    const legs = [
      { to: multicall3Address, data: timestampCall } as const,
      ...question.reads,
      ...question.simulation,
    ];
    const data = encodeAggregate3(legs);
    const gas =
      question.gas +
      overheadGas +
      readGas * BigInt(question.reads.length) +
      16n * BigInt(data.length / 2 - 1);
    const call = { to: multicall3Address, data, gas: `0x${gas.toString(16)}` };
    const time = `0x${unixSeconds(clock).toString(16)}`;
    const at = idles(network) ? ['latest', {}, { time }] : ['latest'];
    let results;
    try {
      results = decodeAggregate3((await rpc(network, 'eth_call', [call, ...at])) as string);
    } catch (error) {
      throw unavailable(network, error);
    }
    const [timestamp, ...answers] = results;
    if (!timestamp?.ok || answers.length !== legs.length - 1)
      throw unavailable(network, new Error('short answer'));
    return {
      timestamp: BigInt(timestamp.data),
      reads: answers.slice(0, question.reads.length),
      simulation: answers.slice(question.reads.length),
    };
  };
}

function unavailable(network: string, cause: unknown) {
  return fail('verification_unavailable', {
    message: `The network ${network} can't be asked at the moment`,
    retryAfter: 1,
    cause,
  });
}
