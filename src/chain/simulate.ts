import { decodeFunctionResult, encodeFunctionData, parseAbi, type PublicClient } from 'viem';
import type { Address, Hex } from '#src/core/hex.ts';
import type { Call } from '#src/core/journal.ts';
import { multicall3Address } from './clients.ts';
import { rpcFault } from './errors.ts';
import { decodeRevert } from './reverts.ts';

const aggregateAbi = parseAbi([
  'struct Call3Value { address target; bool allowFailure; uint256 value; bytes callData; }',
  'struct Result { bool success; bytes returnData; }',
  'function aggregate3Value(Call3Value[] calls) payable returns (Result[] returnData)',
]);

/** ok · later: fails only after the legs before it · refused: with the decoded revert. */
export type LegVerdict = { verdict: 'ok' | 'later' } | { verdict: 'refused'; revertReason: string };

/** Runs legs one after the other as `account` would, each all-or-nothing and seeing what the ones before it did. */
export type Simulator = (
  client: PublicClient,
  account: Address,
  legs: readonly (readonly Call[])[],
) => Promise<LegVerdict[]>;

/**
 * The account's code is replaced by Multicall3's for one eth_call, so that an aggregate's inner calls come from the
 * account itself, deployed or not. A leg that fails there is asked again alone and with the true code before it is
 * refused: contracts may call the account back.
 */
export function createSimulator(): Simulator {
  const code = new Map<number, Promise<Hex | undefined>>();
  const multicallCode = (client: PublicClient): Promise<Hex | undefined> => {
    const id = client.chain?.id ?? 0;
    let known = code.get(id);
    if (!known) {
      known = client.getCode({ address: multicall3Address });
      known.then(
        (found) => found || code.delete(id),
        () => code.delete(id),
      );
      code.set(id, known);
    }
    return known;
  };

  return async (client, account, legs) => {
    const together = await aggregate(client, account, legs, await multicallCode(client));
    return Promise.all(
      legs.map(async (leg, i): Promise<LegVerdict> => {
        if (together?.[i]) return { verdict: 'ok' };
        const revertReason = await revertOf(client, account, leg, together !== null);
        if (revertReason !== null) return { verdict: 'refused', revertReason };
        return { verdict: together && i > 0 ? 'later' : 'ok' };
      }),
    );
  };
}

/** Success per leg, null when the node can't run the aggregate at all. */
async function aggregate(
  client: PublicClient,
  account: Address,
  legs: readonly (readonly Call[])[],
  code: Hex | undefined,
): Promise<boolean[] | null> {
  if (!code) return null;
  const value = legs.flat().reduce((sum, call) => sum + call.value, 0n);
  const data = encode(
    legs.map((leg) => asOneCall(account, leg)),
    true,
  );
  try {
    const result = await client.call({
      account,
      to: account,
      data,
      value,
      stateOverride: [{ address: account, code }],
    });
    const results = decodeFunctionResult({
      abi: aggregateAbi,
      functionName: 'aggregate3Value',
      data: result.data ?? '0x',
    });
    return results.map((one) => one.success);
  } catch (error) {
    if (rpcFault(error)?.kind === 'unreachable') throw error;
    return null;
  }
}

function asOneCall(account: Address, leg: readonly Call[]): Call {
  const [first] = leg;
  if (first && leg.length === 1) return first;
  const value = leg.reduce((sum, call) => sum + call.value, 0n);
  return { to: account, value, data: encode(leg, false) };
}

function encode(calls: readonly Call[], allowFailure: boolean): Hex {
  return encodeFunctionData({
    abi: aggregateAbi,
    functionName: 'aggregate3Value',
    args: [calls.map((call) => ({ target: call.to, allowFailure, value: call.value, callData: call.data }))],
  });
}

/** The leg's calls on the true state, one by one: a later one may need an earlier one, so only the aggregate judges it. */
async function revertOf(
  client: PublicClient,
  account: Address,
  leg: readonly Call[],
  judged: boolean,
): Promise<string | null> {
  for (const [index, call] of leg.entries()) {
    try {
      await client.call({ account, to: call.to, data: call.data, value: call.value });
    } catch (error) {
      const fault = rpcFault(error);
      if (fault?.kind !== 'answered') throw error;
      if (index === 0 || judged) return decodeRevert(fault.data);
    }
  }
  return null;
}
