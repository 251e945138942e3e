import { createHash, randomUUID } from 'node:crypto';
import type { Address, Hex } from '#src/core/hex.ts';
import type { ControlLog } from '#src/core/ports/token-controls.ts';
import type { TransferLog, TransferReader } from '#src/core/ports/token-transfers.ts';

export const network = 'base-sepolia';
export const owner = 'tenant:ten_a:test';
export const address = '0x5FbDB2315678afecb367f032d93F642f64180aa3';
/** The one that is watched. */
export const token = { id: 'tok_a', owner, address } as const;
export const [alice, bob] = [
  '0x90F79bf6EB2c4f870365E785982E1f101E93b906',
  '0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65',
] as const;

export const hashOf = (text: string): Hex => `0x${createHash('sha256').update(text).digest('hex')}`;

type Wanted = Partial<Omit<TransferLog, 'blockNumber' | 'blockHash' | 'logIndex' | 'position'>>;

/** A chain of blocks with transfers that can be turned back. */
export function fakeChain() {
  let blocks: { hash: Hex; logs: TransferLog[]; controls: ControlLog[] }[] = [];
  const at = (number: bigint) => {
    const found = blocks[Number(number)];
    return found ? { number, hash: found.hash } : null;
  };
  const chain = {
    lag: 0,
    asked: 0,
    mine(...transfers: Wanted[]) {
      const blockHash = hashOf(randomUUID());
      const blockNumber = BigInt(blocks.length);
      const logs = transfers.map((wanted, logIndex) => ({
        address: address.toLowerCase() as Address,
        from: alice as Address,
        to: bob as Address,
        amount: 7n,
        itemId: null,
        txHash: hashOf(randomUUID()),
        userOpHash: null,
        ...wanted,
        blockNumber,
        blockHash,
        logIndex,
        position: 0,
      }));
      blocks.push({ hash: blockHash, logs, controls: [] });
      return logs;
    },
    /** A block with a transfer between two changes of who may do what. */
    mineControls(...userOpHashes: (Hex | null)[]) {
      const [transfer] = chain.mine({});
      const { blockHash, blockNumber } = transfer!;
      transfer!.logIndex = 1;
      const place = { address: address as Address, blockHash, blockNumber, account: alice, by: bob };
      const kinds = ['role_granted', 'ownership_transferred'] as const;
      const controls = kinds.map((kind, n): ControlLog => {
        const role = kind === 'role_granted' ? 'MINTER_ROLE' : null;
        const txHash = hashOf(randomUUID());
        return { ...place, kind, role, txHash, userOpHash: userOpHashes[n] ?? null, logIndex: n * 2 };
      });
      blocks.at(-1)!.controls.push(...controls);
      return [controls[0]!, transfer!, controls[1]!] as const;
    },
    reorg(depth: number) {
      blocks = blocks.slice(0, blocks.length - depth);
    },
  };
  const reader: TransferReader = {
    head: async () => at(BigInt(blocks.length - 1 - chain.lag))!,
    block: async (_network, number) => (Number(number) < blocks.length - chain.lag ? at(number) : null),
    async logs(_network, addresses, from, to) {
      chain.asked += 1;
      const wanted = new Set(addresses.map((one) => one.toLowerCase()));
      const read = blocks.slice(Number(from), Number(to) + 1);
      const mine = <T extends { address: Address }>(all: T[]) =>
        all.filter((log) => wanted.has(log.address.toLowerCase()));
      return {
        transfers: mine(read.flatMap(({ logs }) => logs)),
        controls: mine(read.flatMap(({ controls }) => controls)),
      };
    },
  };
  chain.mine();
  return Object.assign(chain, { reader });
}
