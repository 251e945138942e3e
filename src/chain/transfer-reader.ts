import { type Address as ViemAddress, decodeEventLog, parseAbi, toEventSelector } from 'viem';
import { entryPoint07Address } from 'viem/account-abstraction';
import { fail } from '#src/core/errors.ts';
import type { Address, Hex } from '#src/core/hex.ts';
import type { ControlLog } from '#src/core/ports/token-controls.ts';
import type { BlockRef, LogPlace, TransferLog, TransferReader } from '#src/core/ports/token-transfers.ts';
import { tokenRoles } from '#src/core/token-actions.ts';
import type { ChainClients } from './clients.ts';
import { onChain } from './errors.ts';
import { roleId } from './tokens/actions.ts';

const fungible = parseAbi(['event Transfer(address indexed from, address indexed to, uint256 value)']);
const unique = parseAbi(['event Transfer(address indexed from, address indexed to, uint256 indexed id)']);
const items = parseAbi([
  'event TransferSingle(address indexed operator, address indexed from, address indexed to, uint256 id, uint256 value)',
  'event TransferBatch(address indexed operator, address indexed from, address indexed to, uint256[] ids, uint256[] values)',
]);
const controls = parseAbi([
  'event RoleGranted(bytes32 indexed role, address indexed account, address indexed sender)',
  'event RoleRevoked(bytes32 indexed role, address indexed account, address indexed sender)',
  'event OwnershipTransferred(address indexed previousOwner, address indexed newOwner)',
]);
const transferTopics = [fungible[0], ...items].map((event) => toEventSelector(event));
const controlTopics = controls.map((event) => toEventSelector(event));
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

/** Reads transfers, roles and owners of tokens from the chain's logs. */
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
    async logs(network, tokens, from, to) {
      const logs: RawLog[] = [];
      for (let n = 0; n < tokens.length; n += chunk) {
        const filter = {
          address: tokens.slice(n, n + chunk),
          topics: [[...transferTopics, ...controlTopics]],
        };
        const range = { fromBlock: hexOf(from), toBlock: hexOf(to) };
        logs.push(...(await request<RawLog[]>(network, 'eth_getLogs', [{ ...filter, ...range }])));
      }
      const standing = logs.filter((log) => log.removed !== true);
      const operations = await operationsIn(standing, (hash) =>
        request(network, 'eth_getTransactionReceipt', [hash]),
      );
      return {
        transfers: standing.flatMap((log) => transfersOf(log, placeOf(log, operations))),
        controls: standing.flatMap((log) => controlsOf(log, placeOf(log, operations))),
      };
    },
  };
}

const hexOf = (number: bigint): Hex => `0x${number.toString(16)}`;

/** In which user operation a log happened: the entry point's next word after it names the operation. */
type Operations = ReadonlyMap<Hex, readonly { logIndex: number; hash: Hex }[]>;

function placeOf(log: RawLog, operations: Operations): LogPlace {
  const logIndex = Number(log.logIndex);
  const end = operations.get(log.transactionHash)?.find((one) => one.logIndex > logIndex);
  return {
    address: log.address as Address,
    txHash: log.transactionHash,
    blockNumber: BigInt(log.blockNumber),
    blockHash: log.blockHash,
    logIndex,
    userOpHash: end?.hash ?? null,
  };
}

/** The transfers of one log; none when it only looks like one. */
function transfersOf(log: RawLog, place: LogPlace): TransferLog[] {
  return movesOf(log).map((move, position) => ({ ...place, ...move, position }));
}

/** Our contracts know these roles alone; others do nothing. */
const rolesById = new Map(tokenRoles.map((role) => [roleId(role), role]));

function controlsOf({ topics, data }: RawLog, place: LogPlace): ControlLog[] {
  if (!controlTopics.includes(topics[0])) return [];
  try {
    const { eventName, args } = decodeEventLog({ abi: controls, topics, data });
    if (eventName === 'OwnershipTransferred') {
      const kind = 'ownership_transferred';
      return [{ ...place, kind, role: null, account: args.newOwner, by: args.previousOwner }];
    }
    const role = rolesById.get(args.role);
    const kind = eventName === 'RoleGranted' ? 'role_granted' : 'role_revoked';
    return role ? [{ ...place, kind, role, account: args.account, by: args.sender }] : [];
  } catch {
    return [];
  }
}

type Move = Pick<TransferLog, 'from' | 'to' | 'amount' | 'itemId'>;

function movesOf({ topics, data }: RawLog): Move[] {
  if (!transferTopics.includes(topics[0])) return [];
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

/** The operations of the transactions that logs are of. */
async function operationsIn(
  logs: readonly RawLog[],
  receiptOf: (hash: Hex) => Promise<Receipt>,
): Promise<Operations> {
  const found = new Map<Hex, { logIndex: number; hash: Hex }[]>();
  for (const hash of new Set(logs.map(({ transactionHash }) => transactionHash))) {
    const receipt = await receiptOf(hash);
    // A node that lags: without it nobody can tell whose doing it was.
    if (!receipt) throw fail('chain_unavailable', { message: 'a logged transaction has no receipt yet' });
    found.set(hash, receipt.logs.flatMap(operationOf));
  }
  return found;
}

/** Of our entry point only: anybody can log such a thing. */
function operationOf({ address, topics, logIndex }: RawLog): { logIndex: number; hash: Hex }[] {
  const ours = address.toLowerCase() === entryPoint07Address.toLowerCase();
  return ours && topics[0] === userOperationTopic && topics[1]
    ? [{ logIndex: Number(logIndex), hash: topics[1] }]
    : [];
}
