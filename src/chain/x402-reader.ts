import { type Clock, unixSeconds } from '#src/core/clock.ts';
import { fail } from '#src/core/errors.ts';
import type { Hex } from '#src/core/hex.ts';
import type { ChainAnswer, ChainQuestion } from '#src/core/probe.ts';
import { multicall3Address } from './clients.ts';
import { revertOf } from './errors.ts';
import { decodeAggregate3, encodeAggregate3, timestampCall } from './multicall3.ts';
import { type AskTogether, shareCalls } from './x402-sharing.ts';

/** JSON-RPC of one network; throws on transport faults and RPC errors alike. */
export type RpcRequest = (network: string, method: string, params: readonly unknown[]) => Promise<unknown>;

/** Gas of the aggregate itself, of its reads and of the call data, over what the simulation may use. */
const overheadGas = 150_000n;
const readGas = 60_000n;
const clockRead = { to: multicall3Address, data: timestampCall } as const;

export type ReaderOptions = {
  rpc: RpcRequest;
  clock: Clock;
  /** A local chain makes no blocks while it idles: its questions are asked at the clock's time. */
  idles(network: string): boolean;
};

/**
 * Answers a payment's question with one `eth_call` to Multicall3: block time, reads, then the simulation; questions that
 * may share a call do so under load. A simulation that must come from one sender is a call of its own, in the same
 * request.
 * @throws verification_unavailable when the chain can't be asked
 */
export function createX402Reader({ rpc, clock, idles }: ReaderOptions) {
  const ask = (network: string, call: object): Promise<Hex> => {
    const time = `0x${unixSeconds(clock).toString(16)}`;
    const at = idles(network) ? ['latest', {}, { time }] : ['latest'];
    return rpc(network, 'eth_call', [call, ...at]) as Promise<Hex>;
  };
  /** One call as its sender would make it; a revert is an answer. */
  const simulate = async (network: string, { sender, simulation, gas }: ChainQuestion) => {
    const [call] = simulation;
    if (!sender || !call) return [];
    const limit = gas + 21_000n + dataGas(call.data);
    try {
      const data = await ask(network, { from: sender, to: call.to, data: call.data, gas: hexOf(limit) });
      return [{ ok: true, data }];
    } catch (error) {
      const reverted = revertOf(error);
      if (reverted === null) throw error;
      return [{ ok: false, data: reverted }];
    }
  };
  const together: AskTogether = async (network, asked) => {
    const questions = asked.length === 1 ? asked.map(withWhys) : asked;
    const reads = questions.flatMap((one) => one.reads);
    const simulations = questions.flatMap((one) => (one.sender ? [] : one.simulation));
    const data = encodeAggregate3([clockRead, ...reads, ...simulations]);
    const gas = questions.reduce((sum, one) => sum + one.gas, overheadGas + readGas * BigInt(reads.length));
    const limit = hexOf(gas + dataGas(data));
    try {
      const [answer, ...own] = await Promise.all([
        ask(network, { to: multicall3Address, data, gas: limit }),
        ...questions.map((one) => simulate(network, one)),
      ]);
      return answersOf(questions, decodeAggregate3(answer), own);
    } catch (error) {
      // No leg can fail the aggregate but by burning all its gas: then all of them failed.
      if (revertOf(error) === null) throw unavailable(network, error);
      return questions.map(failedAnswer);
    }
  };
  return shareCalls(together);
}

function withWhys(question: ChainQuestion): ChainQuestion {
  return { ...question, reads: [...question.reads, ...(question.whys ?? [])] };
}

/** Deals an aggregate's results out: time, the reads of all, the simulations of all but those with a sender of their own. */
function answersOf(
  questions: readonly ChainQuestion[],
  results: ReturnType<typeof decodeAggregate3>,
  own: readonly ChainAnswer['simulation'][],
): ChainAnswer[] {
  const [time, ...rest] = results;
  let read = 0;
  let simulated = questions.reduce((sum, one) => sum + one.reads.length, 0);
  const answers = questions.map((one, i): ChainAnswer => {
    const reads = rest.slice(read, (read += one.reads.length));
    const shared = one.sender ? [] : rest.slice(simulated, (simulated += one.simulation.length));
    return { timestamp: BigInt(time?.data ?? 0), reads, simulation: [...shared, ...(own[i] ?? [])] };
  });
  if (!time?.ok || rest.length !== simulated) throw new Error('short answer');
  return answers;
}

function failedAnswer({ reads, simulation }: ChainQuestion): ChainAnswer {
  const failed = { ok: false, data: '0x' } as const;
  return { timestamp: 0n, reads: reads.map(() => failed), simulation: simulation.map(() => failed) };
}

const hexOf = (value: bigint): Hex => `0x${value.toString(16)}`;

/** Call data at its dearest. */
const dataGas = (data: Hex): bigint => 16n * BigInt(data.length / 2 - 1);

function unavailable(network: string, cause: unknown) {
  return fail('verification_unavailable', {
    message: `The network ${network} can't be asked at the moment`,
    retryAfter: 1,
    cause,
  });
}
