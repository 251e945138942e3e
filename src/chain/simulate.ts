import { decodeFunctionResult, encodeFunctionData, parseAbi, type PublicClient } from 'viem';
import type { Address, Hex } from '#src/core/hex.ts';
import type { Call } from '#src/core/journal.ts';
import { multicall3Address } from './clients.ts';
import { isPassing, rpcFault } from './errors.ts';
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
    const stand = { client, account, code: await multicallCode(client) };
    const single = legs.map((leg) => asOneCall(account, leg));
    const together = await aggregate(stand, single);
    return Promise.all(
      legs.map(async (leg, i): Promise<LegVerdict> => {
        if (together?.[i]?.success) return { verdict: 'ok' };
        const alone = together && leg.length > 1 ? await aggregate(stand, leg) : null;
        const revertReason = await revertOf(stand, leg, alone);
        if (revertReason !== null) return { verdict: 'refused', revertReason };
        return { verdict: together && i > 0 ? 'later' : 'ok' };
      }),
    );
  };
}

/**
 * Why calls, one after the other as the account, revert in the state that a block has left; null when they don't or
 * the node does not know that state any more. A batch of a smart account itself swallows the reason.
 */
export async function revertAfter(
  client: PublicClient,
  account: Address,
  calls: readonly Call[],
  blockNumber: bigint,
): Promise<string | null> {
  const code = await client.getCode({ address: multicall3Address });
  const results = await aggregate({ client, account, code, blockNumber }, calls);
  const failed = results?.find(({ success }) => !success);
  return failed ? decodeRevert(failed.returnData) : null;
}

/** `blockNumber`: whose state counts, the latest when absent. */
type Stand = { client: PublicClient; account: Address; code: Hex | undefined; blockNumber?: bigint };
type Result = { success: boolean; returnData: Hex };

/** What each call gives after those before it, null when the node can't run the aggregate at all. */
async function aggregate(
  { client, account, code, blockNumber }: Stand,
  calls: readonly Call[],
): Promise<readonly Result[] | null> {
  if (!code) return null;
  const value = calls.reduce((sum, call) => sum + call.value, 0n);
  try {
    const result = await client.call({
      account,
      to: account,
      data: encode(calls, true),
      value,
      stateOverride: [{ address: account, code }],
      ...(blockNumber === undefined ? {} : { blockNumber }),
    });
    return decodeFunctionResult({
      abi: aggregateAbi,
      functionName: 'aggregate3Value',
      data: result.data ?? '0x',
    });
  } catch (error) {
    if (isPassing(error)) throw error;
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

/**
 * The leg's calls on the true state, one by one. Of several, a later one may need an earlier one: there only a call
 * that also fails after them (`alone`) refuses the leg, with the reason it has then.
 */
async function revertOf(
  { client, account }: Stand,
  leg: readonly Call[],
  alone: readonly Result[] | null,
): Promise<string | null> {
  for (const [index, call] of leg.entries()) {
    try {
      await client.call({ account, to: call.to, data: call.data, value: call.value });
    } catch (error) {
      const fault = rpcFault(error);
      if (fault?.kind !== 'answered' || isPassing(error)) throw error;
      if (index === 0) return decodeRevert(fault.data);
      const inTurn = alone?.[index];
      if (inTurn && !inTurn.success) return decodeRevert(inTurn.returnData);
    }
  }
  return null;
}
