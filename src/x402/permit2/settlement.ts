import type { Address, Hex } from '#src/core/hex.ts';
import type { SettlementPlan } from '#src/core/payment.ts';
import { selector, tail, topic, view } from '../abi.ts';
import { splitSignature } from '../recover.ts';
import { word } from '../typed-data.ts';
import { type Permit2Authorization, witnessWords } from './authorization.ts';
import type { Sponsoring } from './sponsoring.ts';

/** What a settlement may use, call data apart: a hostile token can't burn more. */
const gasLimit = 400_000n;
/** A wallet contract checks the signature inside the call, so it may use more. */
const walletGasLimit = 550_000n;

const permitType = '((address,uint256),uint256,uint256)';
const eip2612Type = '(uint256,uint256,bytes32,bytes32,uint8)';

const topics = {
  settled: topic('Settled()'),
  settledWithPermit: topic('SettledWithPermit()'),
  transfer: topic('Transfer(address,address,uint256)'),
};

/** How a scheme's proxy is called. */
export type ProxyCalls = { address: Address; settle: string; settleWithPermit: string };

/** `witness` is the ABI type of the proxy's witness, `partial` says that it is told an amount. */
export function proxyCalls(address: Address, witness: string, partial: boolean): ProxyCalls {
  const rest = `${permitType},${partial ? 'uint256,' : ''}address,${witness},bytes)`;
  return {
    address: address.toLowerCase() as Address,
    settle: selector(`settle(${rest}`),
    settleWithPermit: selector(`settleWithPermit(${eip2612Type},${rest}`),
  };
}

export type PlanOptions = {
  calls: ProxyCalls;
  /** The payer's own key signed. */
  byKey: boolean;
  sponsoring: Sponsoring | null;
  /** What is moved. For upto told to the proxy, for exact it is all that was permitted. */
  amount: bigint;
};

/** One call of the proxy, and the logs it leaves. */
export function planSettlement(
  auth: Permit2Authorization,
  options: PlanOptions,
): SettlementPlan & { trace: string } {
  const { calls, byKey, sponsoring, amount } = options;
  const signature = byKey ? normalised(auth.signature) : auth.signature;
  const head = [
    sponsoring?.words ?? '',
    word(auth.token) + word(auth.amount) + word(auth.nonce) + word(auth.deadline),
    auth.facilitator === null ? '' : word(amount),
    word(auth.from) + witnessWords(auth),
  ].join('');
  const data = head + word(head.length / 2 + 32) + tail(signature);
  const call = view(calls.address, sponsoring ? calls.settleWithPermit : calls.settle, data);
  const parties = [topics.transfer, `0x${word(auth.from)}`, `0x${word(auth.to)}`] as Hex[];
  return {
    alone: !byKey,
    calls: [{ ...call, value: 0n }],
    expect: [
      { address: calls.address, topics: [sponsoring ? topics.settledWithPermit : topics.settled] },
      { address: auth.token, topics: parties, data: `0x${word(amount)}` },
    ],
    gas: byKey ? gasLimit : walletGasLimit,
    trace: signature.slice(2),
    ...(auth.facilitator === null ? {} : { sender: auth.facilitator }),
  };
}

/** Permit2 takes 27 and 28 only. */
function normalised(signature: Hex): Hex {
  const parts = splitSignature(signature);
  return parts ? `0x${parts.r}${parts.s}${(27 + parts.parity).toString(16)}` : signature;
}
