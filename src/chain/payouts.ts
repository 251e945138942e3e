import {
  encodeAbiParameters,
  encodeEventTopics,
  encodeFunctionData,
  erc20Abi,
  isAddressEqual,
  keccak256,
  type Log,
  numberToHex,
  parseEventLogs,
  type PublicClient,
  TransactionReceiptNotFoundError,
} from 'viem';
import { fail } from '#src/core/errors.ts';
import type { Address, Hex } from '#src/core/hex.ts';
import type { ExpectedLog } from '#src/core/journal.ts';
import type { Networks } from '#src/core/networks.ts';
import type { LoggedPayout, Payout, PayoutPort, PayoutProof } from '#src/core/ports/payouts.ts';
import type { Effect } from '#src/core/ports/tokens.ts';
import type { ChainClients } from './clients.ts';
import { tokenLockAbi } from './contracts/generated/token-lock.ts';
import { onChain, revertOf } from './errors.ts';

/** Payouts through the TokenLock contract. */
export function createPayouts(networks: Networks, clients: ChainClients): PayoutPort {
  const contract = (network: string): Address => {
    const { tokenLock } = networks.get(network).contracts;
    if (tokenLock) return tokenLock;
    const message = `network ${network} has no payout contract`;
    throw fail('unsupported_network', { field: 'network', message });
  };
  return {
    contract,
    referenceOf: (clientId, claimId) =>
      keccak256(encodeAbiParameters([{ type: 'string' }, { type: 'string' }], [clientId, claimId])),
    idOf: (payer, reference) =>
      keccak256(encodeAbiParameters([{ type: 'address' }, { type: 'bytes32' }], [payer, reference])),
    payment: (network, payout) => payment(contract(network), payout),
    isPaid: (network, id) =>
      onChain(() =>
        clients.public(network).readContract({
          abi: tokenLockAbi,
          address: contract(network),
          functionName: 'isUsed',
          args: [id],
        }),
      ),
    lock: (network, id) => onChain(() => readLock(clients.public(network), contract(network), id)),
    release: (network, payout) => release(contract(network), payout),
    proof: (network, txHash) => onChain(() => readProof(clients.public(network), contract(network), txHash)),
  };
}

/** The allowance is what is paid, so nothing of it is left. */
function payment(contract: Address, { token, recipient, amount, reference, ...payout }: Payout): Effect {
  const { payer, releaseTime } = payout;
  const approval = encodeFunctionData({ abi: erc20Abi, functionName: 'approve', args: [contract, amount] });
  const data =
    releaseTime === null
      ? encodeFunctionData({
          abi: tokenLockAbi,
          functionName: 'pay',
          args: [token, recipient, amount, reference],
        })
      : encodeFunctionData({
          abi: tokenLockAbi,
          functionName: 'lock',
          args: [token, recipient, amount, releaseTime, reference],
        });
  return {
    calls: [
      { to: token, data: approval, value: 0n },
      { to: contract, data, value: 0n },
    ],
    expect: [
      told(contract, { token, recipient, amount, reference, payer, releaseTime }),
      moved(token, payer, releaseTime === null ? recipient : contract, amount),
    ],
  };
}

/** What was paid at once is no lock. */
async function readLock(
  client: PublicClient,
  address: Address,
  id: Hex,
): Promise<{ released: boolean } | null> {
  try {
    const held = await client.readContract({
      abi: tokenLockAbi,
      address,
      functionName: 'getLock',
      args: [id],
    });
    return held.amount === 0n ? null : { released: held.released };
  } catch (error) {
    if (revertOf(error) === null) throw error;
    return null;
  }
}

function release(
  contract: Address,
  { id, token, recipient, amount }: Parameters<PayoutPort['release']>[1],
): Effect {
  const data = encodeFunctionData({ abi: tokenLockAbi, functionName: 'release', args: [id] });
  const topics = encodeEventTopics({
    abi: tokenLockAbi,
    eventName: 'Released',
    args: { id, token, beneficiary: recipient },
  }) as Hex[];
  return {
    calls: [{ to: contract, data, value: 0n }],
    expect: [
      { address: contract, topics, data: numberToHex(amount, { size: 32 }) },
      moved(token, contract, recipient, amount),
    ],
  };
}

const word = { type: 'uint256' } as const;

/** What the contract says of a payout. */
function told(
  address: Address,
  { token, payer, recipient, amount, reference, releaseTime }: Payout,
): ExpectedLog {
  const id = keccak256(encodeAbiParameters([{ type: 'address' }, { type: 'bytes32' }], [payer, reference]));
  const topics = encodeEventTopics({
    abi: tokenLockAbi,
    eventName: releaseTime === null ? 'Paid' : 'Locked',
    args: { id, token, beneficiary: recipient },
  }) as Hex[];
  const values = releaseTime === null ? [amount] : [amount, releaseTime];
  const data = encodeAbiParameters(
    [{ type: 'address' }, ...values.map(() => word), { type: 'bytes32' }],
    [payer, ...values, reference],
  );
  return { address, topics, data };
}

/** What the token says of its transfer. */
function moved(address: Address, from: Address, to: Address, amount: bigint): ExpectedLog {
  const topics = encodeEventTopics({ abi: erc20Abi, eventName: 'Transfer', args: { from, to } }) as Hex[];
  return { address, topics, data: numberToHex(amount, { size: 32 }) };
}

async function readProof(client: PublicClient, contract: Address, hash: Hex): Promise<PayoutProof | null> {
  // One HTTP request, so one node answers: the head is not behind the block.
  const [receipt, head] = await Promise.all([
    client.getTransactionReceipt({ hash }).catch((error: unknown) => {
      if (error instanceof TransactionReceiptNotFoundError) return null;
      throw error;
    }),
    client.getBlockNumber(),
  ]);
  if (!receipt) return null;
  const { blockNumber, logs } = receipt;
  const confirmations = Math.max(Number(head - blockNumber) + 1, 1);
  return { blockNumber, confirmations, payouts: payoutsOf(logs, contract) };
}

/** Only what the payout contract itself says counts, and only with a transfer of the token that bears it out. */
function payoutsOf(logs: readonly Log[], contract: Address): LoggedPayout[] {
  const own = logs.filter((log) => isAddressEqual(log.address, contract));
  const transfers = parseEventLogs({ abi: erc20Abi, logs: [...logs], eventName: 'Transfer' });
  return parseEventLogs({ abi: tokenLockAbi, logs: own, eventName: ['Paid', 'Locked'] }).flatMap((log) => {
    const { id, token, payer, beneficiary, amount, claimRef } = log.args;
    const releaseTime = log.eventName === 'Locked' ? log.args.releaseTime : null;
    const receiver = releaseTime === null ? beneficiary : contract;
    const borneOut = transfers.some(
      ({ address, args }) =>
        isAddressEqual(address, token) &&
        isAddressEqual(args.from, payer) &&
        isAddressEqual(args.to, receiver) &&
        args.value === amount,
    );
    if (!borneOut) return [];
    return [{ id, token, payer, recipient: beneficiary, amount, reference: claimRef, releaseTime }];
  });
}
