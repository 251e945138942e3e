import type { Address, Hex } from 'viem';
import { keccak256, toHex, zeroAddress } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cloneFactoryAddress } from '#src/chain/tokens/contracts.ts';
import { createTransferReader } from '#src/chain/transfer-reader.ts';
import { mintUsdc } from '#src/localnet/faucet.ts';
import { send, startChain, type TestChain, type Wallet } from './chain-kit.ts';
import { deployTokenContracts, makeToken } from './token-kit.ts';
import { prepare, settled, startChainWorld } from './world.ts';

const at = (wallet: Wallet): Address => wallet.account.address;

describe('logs of tokens', () => {
  let chain: TestChain;
  let admin: Wallet;
  let bob: Wallet;
  beforeAll(async () => {
    chain = await startChain();
    [admin, bob] = [await chain.wallet(), await chain.wallet()];
    await deployTokenContracts(chain, admin);
  });
  afterAll(() => chain?.stop());
  const readerOf = () => createTransferReader({ public: () => chain.client as never });

  it('are read from ERC-20, ERC-721 and ERC-1155 alike, of the tokens asked for, in chain order', async () => {
    const reader = readerOf();
    const { number: before } = await reader.head('local');
    const coin = await makeToken(chain, admin, 'ERC20');
    const item = await makeToken(chain, admin, 'ERC721');
    const kinds = await makeToken(chain, admin, 'ERC1155');
    const other = await makeToken(chain, admin, 'ERC20');
    await send(chain, admin, coin.on('mint', at(bob), 5n));
    await send(chain, admin, other.on('mint', at(bob), 5n));
    const moved = await send(chain, bob, coin.on('transfer', at(admin), 2n));
    await send(chain, admin, item.on('mint', at(bob), 7n, ''));
    await send(chain, admin, kinds.on('mint', at(bob), 1n, 10n, '0x'));
    await send(chain, admin, kinds.on('mintBatch', at(bob), [2n, 3n], [20n, 30n], '0x'));
    // Approvals are no transfers.
    await send(chain, bob, coin.on('approve', at(admin), 9n));
    const { number: head } = await reader.head('local');
    const tokens = [coin.address, item.address, kinds.address];
    const { transfers: found } = await reader.logs('local', tokens, before + 1n, head);
    const mint = { from: zeroAddress, to: at(bob), userOpHash: null };
    expect(found).toMatchObject([
      { ...mint, address: coin.address.toLowerCase(), amount: 5n, itemId: null, position: 0 },
      {
        from: at(bob),
        to: at(admin),
        amount: 2n,
        txHash: moved.transactionHash,
        blockHash: moved.blockHash,
        blockNumber: moved.blockNumber,
      },
      { ...mint, address: item.address.toLowerCase(), amount: 1n, itemId: 7n },
      { ...mint, address: kinds.address.toLowerCase(), amount: 10n, itemId: 1n },
      { ...mint, amount: 20n, itemId: 2n, position: 0 },
      { ...mint, amount: 30n, itemId: 3n, position: 1 },
    ]);
    const { transfers } = await reader.logs('local', tokens, moved.blockNumber, moved.blockNumber);
    expect(transfers).toHaveLength(1);
    expect(await reader.block('local', moved.blockNumber)).toEqual({
      number: moved.blockNumber,
      hash: moved.blockHash,
    });
    expect(await reader.block('local', head + 100n)).toBeNull();
  });

  it('tell of roles and owners, and of no role that the contracts do not know', async () => {
    const reader = readerOf();
    const { number: before } = await reader.head('local');
    const coin = await makeToken(chain, admin, 'ERC20');
    const minter = keccak256(toHex('MINTER_ROLE'));
    await send(chain, admin, coin.on('grantRole', keccak256(toHex('BAKER_ROLE')), at(bob)));
    await send(chain, admin, coin.on('grantRole', minter, at(bob)));
    const renounced = await send(chain, bob, coin.on('renounceRole', minter, at(bob)));
    await send(chain, admin, coin.on('transferOwnership', at(bob)));
    const { number: head } = await reader.head('local');
    const { controls } = await reader.logs('local', [coin.address], before + 1n, head);
    const told = controls.map(({ kind, role, account, by }) => [kind, role, account, by]);
    const all = ['DEFAULT_ADMIN_ROLE', 'MINTER_ROLE', 'PAUSER_ROLE'];
    const granted = (account: Address, by: Address) => all.map((role) => ['role_granted', role, account, by]);
    expect(told.slice(0, 1)).toEqual([['ownership_transferred', null, at(admin), zeroAddress]]);
    expect(told.filter(([kind, , account]) => kind === 'role_granted' && account === at(admin))).toEqual(
      granted(at(admin), cloneFactoryAddress),
    );
    expect(told.slice(4)).toEqual([
      ['role_granted', 'MINTER_ROLE', at(bob), at(admin)],
      ['role_revoked', 'MINTER_ROLE', at(bob), at(bob)],
      ['ownership_transferred', null, at(bob), at(admin)],
      ...granted(at(bob), at(admin)),
      ...['MINTER_ROLE', 'PAUSER_ROLE', 'DEFAULT_ADMIN_ROLE'].map((role) => [
        'role_revoked',
        role,
        at(admin),
        at(admin),
      ]),
    ]);
    expect(controls[5]).toMatchObject({ txHash: renounced.transactionHash, userOpHash: null });
  });
});

describe('transfers in user operations', () => {
  it('name their operation, and those beside it do not', async () => {
    const world = await startChainWorld();
    try {
      const { network, addresses } = world.localnet;
      const account = await world.wallet();
      await mintUsdc(world.localnet, account.address, 10n);
      const to: Hex = '0x90F79bf6EB2c4f870365E785982E1f101E93b906';
      const effect = world.tokens.transfer({ token: addresses.usdc, from: account.address, to, amount: 3n });
      const transactions = [world.transaction(account, effect)];
      const { submission } = await prepare(world, transactions);
      await world.executor.send(submission!);
      await settled(world, submission!, transactions);
      const reader = createTransferReader(world.clients);
      const { number: head } = await reader.head(network);
      const { transfers: found } = await reader.logs(network, [addresses.usdc], 0n, head);
      const mine = found.filter(
        ({ from, to: receiver }) => from === account.address || receiver === account.address,
      );
      expect(mine).toMatchObject([
        { from: zeroAddress, amount: 10n, userOpHash: null },
        { from: account.address, to, amount: 3n, userOpHash: submission!.hash },
      ]);
    } finally {
      await world.stop();
    }
  });
});
