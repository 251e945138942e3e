import { type Address as ViemAddress, decodeEventLog, parseAbi, toEventSelector } from 'viem';
import { entryPoint07Address } from 'viem/account-abstraction';
import { fail } from '#src/core/errors.ts';
import type { Address, Hex } from '#src/core/hex.ts';
import type { BlockRef, TransferLog, TransferReader } from '#src/core/ports/token-transfers.ts';
import type { ChainClients } from './clients.ts';
import { onChain } from './errors.ts';

const fungible = parseAbi(['event Transfer(address indexed from, address indexed to, uint256 value)']);
const unique = parseAbi(['event Transfer(address indexed from, address indexed to, uint256 indexed id)']);
const items = parseAbi([
  'event TransferSingle(address indexed operator, address indexed from, address indexed to, uint256 id, uint256 value)',
  'event TransferBatch(address indexed operator, address indexed from, address indexed to, uint256[] ids, uint256[] values)',
]);
const transferTopics = [fungible[0], ...items].map((event) => toEventSelector(event));
const userOperationTopic = toEventSelector(
  'UserOperationEvent(bytes32,address,address,uint256,bool,uint256,uint256)',
);

/** Addresses that one query may name. */
const chunk = 200;

type RawLog = {
  address: ViemAddress;
  topics: [Hex, ...Hex[]];
  data: Hex;
  transactionHash: Hex;
  blockNumber: Hex;
  blockHash: Hex;
  logIndex: Hex;
  removed?: boolean;
};

/** Reads transfers from the chain's logs. */
export function createTransferReader(clients: Pick<ChainClients, 'public'>): TransferReader {
  const request = <T>(network: string, method: string, params: readonly unknown[]): Promise<T> =>
    onChain(() => clients.public(network).request({ method, params } as never) as Promise<T>);
  const block = async (network: string, at: string): Promise<BlockRef | null> => {
    const found = await request<{ number: Hex; hash: Hex } | null>(network, 'eth_getBlockByNumber', [
      at,
      false,
    ]);
    return found && { number: BigInt(found.number), hash: found.hash };
  };
  return {
    async head(network) {
      const head = await block(network, 'latest');
      if (!head) throw new Error(`network ${network} has no latest block`);
      return head;
    },
    block: (network, number) => block(network, hexOf(number)),
    async transfers(network, tokens, from, to) {
      const logs: RawLog[] = [];
      for (let n = 0; n < tokens.length; n += chunk) {
        const filter = { address: tokens.slice(n, n + chunk), topics: [transferTopics] };
        const range = { fromBlock: hexOf(from), toBlock: hexOf(to) };
        logs.push(...(await request<RawLog[]>(network, 'eth_getLogs', [{ ...filter, ...range }])));
      }
      const decoded = logs.filter((log) => log.removed !== true).flatMap(decode);
      return withOperations(decoded, (hash) => request(network, 'eth_getTransactionReceipt', [hash]));
    },
  };
}

const hexOf = (number: bigint): Hex => `0x${number.toString(16)}`;

/** The transfers of one log; none when it only looks like one. */
function decode(log: RawLog): TransferLog[] {
  const place = {
    address: log.address as Address,
    txHash: log.transactionHash,
    blockNumber: BigInt(log.blockNumber),
    blockHash: log.blockHash,
    logIndex: Number(log.logIndex),
    userOpHash: null,
  };
  return movesOf(log).map((move, position) => ({ ...place, ...move, position }));
}

type Move = Pick<TransferLog, 'from' | 'to' | 'amount' | 'itemId'>;

function movesOf({ topics, data }: RawLog): Move[] {
  try {
    if (topics[0] === transferTopics[0] && topics.length === 4) {
      const { args } = decodeEventLog({ abi: unique, topics, data });
      return [{ from: args.from, to: args.to, amount: 1n, itemId: args.id }];
    }
    if (topics[0] === transferTopics[0]) {
      const { args } = decodeEventLog({ abi: fungible, topics, data });
      return [{ from: args.from, to: args.to, amount: args.value, itemId: null }];
    }
    const { eventName, args } = decodeEventLog({ abi: items, topics, data });
    const { from, to } = args;
    if (eventName === 'TransferSingle') return [{ from, to, amount: args.value, itemId: args.id }];
    return args.ids.map((itemId, n) => ({ from, to, amount: args.values[n] ?? 0n, itemId }));
  } catch {
    return [];
  }
}

type Receipt = { logs: RawLog[] } | null;

/** Adds in which user operation each transfer happened: the entry point's next word after it names the operation. */
async function withOperations(
  transfers: readonly TransferLog[],
  receiptOf: (hash: Hex) => Promise<Receipt>,
): Promise<TransferLog[]> {
  const ends = new Map<Hex, { logIndex: number; hash: Hex }[]>();
  for (const hash of new Set(transfers.map(({ txHash }) => txHash))) {
    const receipt = await receiptOf(hash);
    // A node that lags: without it nobody can tell whose transfer it was.
    if (!receipt) throw fail('chain_unavailable', { message: 'a logged transaction has no receipt yet' });
    ends.set(hash, receipt.logs.flatMap(operationOf));
  }
  return transfers.map((transfer) => {
    const end = ends.get(transfer.txHash)?.find(({ logIndex }) => logIndex > transfer.logIndex);
    return { ...transfer, userOpHash: end?.hash ?? null };
  });
}

/** Of our entry point only: anybody can log such a thing. */
function operationOf({ address, topics, logIndex }: RawLog): { logIndex: number; hash: Hex }[] {
  const ours = address.toLowerCase() === entryPoint07Address.toLowerCase();
  return ours && topics[0] === userOperationTopic && topics[1]
    ? [{ logIndex: Number(logIndex), hash: topics[1] }]
    : [];
}
