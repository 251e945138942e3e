import { concatHex, pad, size, toFunctionSelector, toHex, zeroAddress } from 'viem';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  sponsorPaymasterAbi,
  sponsorPaymasterBytecode,
} from '#src/chain/contracts/generated/sponsor-paymaster.ts';
import {
  readSponsorshipWindow,
  stubPaymasterData,
  type SponsoredOperation,
} from '#src/chain/paymaster-data.ts';
import { revertOf, send } from './chain-kit.ts';
import { newAccount, someAddress, startDeployed, type OwnContracts } from './own-contracts-kit.ts';
import { operation, signed, validate, window } from './paymaster-kit.ts';

let world: OwnContracts;
beforeAll(async () => {
  world = await startDeployed();
});
afterAll(() => world.chain.stop());

const on = (functionName: string, ...args: unknown[]) => ({
  address: world.addresses.paymaster,
  abi: sponsorPaymasterAbi,
  functionName,
  args,
});
describe('SponsorPaymaster', () => {
  test('takes what its signer signed, with its time window', async () => {
    const op = operation();
    const data = await signed(world, op);
    expect(await validate(world, op, data)).toEqual({ failed: false, ...window });
    expect(readSponsorshipWindow(data)).toEqual(window);
  });

  test('takes an operation of a deployed account', async () => {
    const { factory: _, factoryData: __, ...op } = operation();
    expect(await validate(world, op, await signed(world, op))).toMatchObject({ failed: false });
  });

  test('covers every field but its own signature', async () => {
    const op = operation();
    const data = await signed(world, op);
    const changes: Partial<SponsoredOperation>[] = [
      { sender: someAddress() },
      { nonce: 8n },
      { factoryData: '0xabce' },
      { callData: '0x1235' },
      { callGasLimit: 1n },
      { verificationGasLimit: 1n },
      { preVerificationGas: 1n },
      { maxFeePerGas: 4n },
      { maxPriorityFeePerGas: 1n },
      { paymasterVerificationGasLimit: 1n },
      { paymasterPostOpGasLimit: 2n },
    ];
    for (const change of changes)
      expect(await validate(world, { ...op, ...change }, data)).toMatchObject({ failed: true });
    const longer = concatHex([pad(toHex(window.validUntil + 1), { size: 6 }), `0x${data.slice(14)}`]);
    expect(await validate(world, op, longer)).toMatchObject({ failed: true });
    expect(await validate(world, op, '0x')).toMatchObject({ failed: true });
    expect(await validate(world, op, stubPaymasterData())).toMatchObject({ failed: true });
    expect(size(stubPaymasterData())).toBe(size(data));
  });

  test('its owner rotates signers; nobody else does', async () => {
    const { chain, options } = world;
    const next = newAccount();
    const op = operation();
    const data = await signed(world, op, next);
    const stranger = await chain.wallet();
    expect(await revertOf(chain, stranger, on('setSigner', next.address, true))).toBe(
      'OwnableUnauthorizedAccount',
    );
    expect(await revertOf(chain, options.walletClient, on('setSigner', zeroAddress, true))).toBe(
      'InvalidSigner',
    );
    expect(await validate(world, op, data)).toMatchObject({ failed: true });
    await send(chain, options.walletClient, on('setSigner', next.address, true));
    expect(await validate(world, op, data)).toMatchObject({ failed: false });
    await send(chain, options.walletClient, on('setSigner', next.address, false));
    expect(await validate(world, op, data)).toMatchObject({ failed: true });
  });

  test('answers the EntryPoint alone, and its owner alone takes money out', async () => {
    const { chain } = world;
    const op = operation();
    await expect(validate(world, op, await signed(world, op), someAddress())).rejects.toThrow(
      'PaymasterUnauthorized',
    );
    const stranger = await chain.wallet();
    const to = someAddress();
    for (const call of [
      on('withdrawTo', to, 0n),
      on('addStake', 1),
      on('unlockStake'),
      on('withdrawStake', to),
    ]) {
      expect(await revertOf(chain, stranger, call)).toBe('OwnableUnauthorizedAccount');
    }
    const { abi, bytecode } = { abi: sponsorPaymasterAbi, bytecode: sponsorPaymasterBytecode };
    const args = [someAddress(), to, to] as const;
    await expect(stranger.deployContract({ abi, bytecode, args })).rejects.toThrow(
      toFunctionSelector('InvalidEntryPoint(address)'),
    );
  });
});
