import {
  concatHex,
  pad,
  parseEventLogs,
  parseSignature,
  toFunctionSelector,
  toHex,
  zeroAddress,
  type Address,
  type Hex,
} from 'viem';
import { generatePrivateKey } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chronosTokenAbi } from '#src/chain/contracts/generated/chronos-token.ts';
import { mintVouchersAbi } from '#src/chain/contracts/generated/mint-vouchers.ts';
import { tokenLockAbi } from '#src/chain/contracts/generated/token-lock.ts';
import { revertOf, send, view, type Wallet } from './chain-kit.ts';
import {
  newAccount,
  signVoucher,
  someAddress,
  startDeployed,
  type OwnContracts,
  type Voucher,
} from './own-contracts-kit.ts';

let world: OwnContracts;
let anyone: Wallet;
let admin: Wallet;

beforeAll(async () => {
  world = await startDeployed();
  anyone = await world.chain.wallet();
  admin = world.options.walletClient;
});
afterAll(() => world.chain.stop());

const randomBytes32 = (): Hex => generatePrivateKey();
const onToken = (functionName: string, ...args: unknown[]) => ({
  address: world.addresses.token,
  abi: chronosTokenAbi,
  functionName,
  args,
});
const balanceOf = (address: Address) => view<bigint>(world.chain, onToken('balanceOf', address));
const chainTime = async () => (await world.chain.client.getBlock()).timestamp;

describe('MintVouchers', () => {
  const on = (functionName: string, ...args: unknown[]) => ({
    address: world.addresses.mintVouchers,
    abi: mintVouchersAbi,
    functionName,
    args,
  });
  const voucher = async (over: Partial<Voucher> = {}): Promise<Voucher> => ({
    token: world.addresses.token,
    recipient: someAddress(),
    amount: 5n,
    receipt: randomBytes32(),
    deadline: (await chainTime()) + 600n,
    ...over,
  });
  const sign = (message: Voucher, signer = world.mintSigner) =>
    signVoucher(signer, world.addresses.mintVouchers, message);
  const redeemRevert = (message: Voucher, signature: Hex) =>
    revertOf(world.chain, anyone, on('redeem', message, signature));

  test('anyone redeems a signed voucher, and only once', async () => {
    const message = await voucher();
    const call = on('redeem', message, await sign(message));
    const { logs } = await send(world.chain, anyone, call);

    expect(await balanceOf(message.recipient)).toBe(5n);
    expect(await view(world.chain, on('redeemed', message.token, message.receipt))).toBe(true);
    const { token, receipt, recipient, amount } = message;
    expect(parseEventLogs({ abi: mintVouchersAbi, logs, eventName: 'VoucherRedeemed' })[0]?.args).toEqual({
      token,
      receipt,
      recipient,
      amount,
    });
    expect(await revertOf(world.chain, anyone, call)).toBe('VoucherUsed');
  });

  test('a receipt stays used for other recipients, amounts and times', async () => {
    const first = await voucher();
    await send(world.chain, anyone, on('redeem', first, await sign(first)));
    const second = await voucher({ receipt: first.receipt, amount: 9n });
    expect(await redeemRevert(second, await sign(second))).toBe('VoucherUsed');
  });

  test('a voucher expires after its deadline, not at it', async () => {
    const late = await voucher({ deadline: (await chainTime()) - 1n });
    expect(await redeemRevert(late, await sign(late))).toBe('VoucherExpired');
    const onTime = await voucher({ deadline: await chainTime() });
    expect(await redeemRevert(onTime, await sign(onTime))).toBe('');
  });

  test('a change, a stranger, a torn or a mirrored signature authorises nothing', async () => {
    const message = await voucher();
    const signature = await sign(message);
    const { r, s, yParity } = parseSignature(signature);
    const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
    const mirrored = concatHex([
      r,
      pad(toHex(order - BigInt(s)), { size: 32 }),
      yParity === 0 ? '0x1c' : '0x1b',
    ]);

    expect(await redeemRevert({ ...message, amount: 6n }, signature)).toBe('VoucherSignerNotAllowed');
    expect(await redeemRevert({ ...message, recipient: someAddress() }, signature)).toBe(
      'VoucherSignerNotAllowed',
    );
    expect(await redeemRevert(message, await sign(message, newAccount()))).toBe('VoucherSignerNotAllowed');
    expect(await redeemRevert(message, '0x')).toBe('VoucherSignerNotAllowed');
    expect(await redeemRevert(message, mirrored)).toBe('VoucherSignerNotAllowed');
    expect(await redeemRevert(message, signature)).toBe('');
  });

  test('the token admin alone says who signs, and takes it back', async () => {
    const { token } = world.addresses;
    const other = newAccount();
    const message = await voucher();
    const signature = await sign(message, other);

    expect(await revertOf(world.chain, anyone, on('setSigner', token, other.address, true))).toBe(
      'NotTokenAdmin',
    );
    expect(await revertOf(world.chain, admin, on('setSigner', token, zeroAddress, true))).toBe(
      'InvalidSigner',
    );
    await send(world.chain, admin, on('setSigner', token, other.address, true));
    expect(await view(world.chain, on('isSigner', token, other.address))).toBe(true);
    expect(await redeemRevert(message, signature)).toBe('');
    await send(world.chain, admin, on('setSigner', token, other.address, false));
    expect(await redeemRevert(message, signature)).toBe('VoucherSignerNotAllowed');
  });

  test('without the minter role nothing is minted and the receipt stays free', async () => {
    const minter = await view<Hex>(world.chain, onToken('MINTER_ROLE'));
    const message = await voucher();
    const signature = await sign(message);
    await send(world.chain, admin, onToken('revokeRole', minter, world.addresses.mintVouchers));
    expect(await redeemRevert(message, signature)).not.toBe('');
    await send(world.chain, admin, onToken('grantRole', minter, world.addresses.mintVouchers));
    expect(await redeemRevert(message, signature)).toBe('');
  });
});

describe('TokenLock', () => {
  const on = (functionName: string, ...args: unknown[]) => ({
    address: world.addresses.tokenLock,
    abi: tokenLockAbi,
    functionName,
    args,
  });
  let payer: Wallet;

  beforeAll(async () => {
    const minter = await view<Hex>(world.chain, onToken('MINTER_ROLE'));
    payer = await world.chain.wallet();
    await send(world.chain, admin, onToken('grantRole', minter, admin.account.address));
    await send(world.chain, admin, onToken('mint', payer.account.address, 100n));
    await send(world.chain, payer, onToken('approve', world.addresses.tokenLock, 100n));
  });

  test('tokens are held until their time, then anyone sends them to the beneficiary, once', async () => {
    const beneficiary = someAddress();
    const claimRef = randomBytes32();
    const releaseTime = (await chainTime()) + 3600n;
    const lock = on('lock', world.addresses.token, beneficiary, 40n, releaseTime, claimRef);
    const { logs } = await send(world.chain, payer, lock);
    const id = await view<Hex>(world.chain, on('lockId', payer.account.address, claimRef));

    expect(parseEventLogs({ abi: tokenLockAbi, logs, eventName: 'Locked' })[0]?.args).toEqual({
      id,
      token: world.addresses.token,
      beneficiary,
      payer: payer.account.address,
      amount: 40n,
      releaseTime,
      claimRef,
    });
    expect(await revertOf(world.chain, payer, lock)).toBe('LockExists');
    expect(await revertOf(world.chain, anyone, on('release', id))).toBe('LockNotDue');

    await world.chain.client.increaseTime({ seconds: 3600 });
    await world.chain.client.mine({ blocks: 1 });
    const released = await send(world.chain, anyone, on('release', id));
    expect(
      parseEventLogs({ abi: tokenLockAbi, logs: released.logs, eventName: 'Released' })[0]?.args,
    ).toEqual({
      id,
      token: world.addresses.token,
      beneficiary,
      amount: 40n,
    });
    expect(await balanceOf(beneficiary)).toBe(40n);
    expect(await revertOf(world.chain, anyone, on('release', id))).toBe('LockReleased');
    expect(await revertOf(world.chain, payer, lock)).toBe('LockExists');
    expect(await view(world.chain, on('getLock', id))).toMatchObject({
      beneficiary,
      amount: 40n,
      released: true,
    });
  });

  test('a payment goes to the beneficiary at once, and uses its reference for payments and locks', async () => {
    const beneficiary = someAddress();
    const claimRef = randomBytes32();
    const pay = on('pay', world.addresses.token, beneficiary, 10n, claimRef);
    const id = await view<Hex>(world.chain, on('lockId', payer.account.address, claimRef));
    expect(await view(world.chain, on('isUsed', id))).toBe(false);
    const { logs } = await send(world.chain, payer, pay);
    expect(parseEventLogs({ abi: tokenLockAbi, logs, eventName: 'Paid' })[0]?.args).toEqual({
      id,
      token: world.addresses.token,
      beneficiary,
      payer: payer.account.address,
      amount: 10n,
      claimRef,
    });
    expect(await balanceOf(beneficiary)).toBe(10n);
    expect(await view(world.chain, on('isUsed', id))).toBe(true);
    expect(await revertOf(world.chain, payer, pay)).toBe('LockExists');
    const lock = on('lock', world.addresses.token, beneficiary, 10n, 0n, claimRef);
    expect(await revertOf(world.chain, payer, lock)).toBe('LockExists');
    expect(await revertOf(world.chain, anyone, on('release', id))).toBe('LockReleased');
    expect(await balanceOf(beneficiary)).toBe(10n);
  });

  test('a lock uses its reference for payments, too; nobody pays out of the allowance of others', async () => {
    const claimRef = randomBytes32();
    const { token } = world.addresses;
    await send(world.chain, payer, on('lock', token, someAddress(), 1n, 0n, claimRef));
    expect(await revertOf(world.chain, payer, on('pay', token, someAddress(), 1n, claimRef))).toBe(
      'LockExists',
    );
    expect(
      await revertOf(world.chain, anyone, on('pay', token, someAddress(), 1n, randomBytes32())),
    ).toContain(toFunctionSelector('ERC20InsufficientAllowance(address,uint256,uint256)'));
  });

  test('two payers may use one reference', async () => {
    const claimRef = randomBytes32();
    const id = (address: Address) => view<Hex>(world.chain, on('lockId', address, claimRef));
    expect(await id(payer.account.address)).not.toBe(await id(anyone.account.address));
  });

  test('what makes no sense is refused by name', async () => {
    const { token } = world.addresses;
    const lock = (over: { token?: Address; to?: Address; amount?: bigint }) =>
      revertOf(
        world.chain,
        payer,
        on('lock', over.token ?? token, over.to ?? someAddress(), over.amount ?? 1n, 0n, randomBytes32()),
      );
    // answers 1 to every call: its transfers succeed and move nothing
    const feeToken = someAddress();
    await world.chain.client.setCode({ address: feeToken, bytecode: '0x60015f5260205ff3' });

    expect(await lock({ to: zeroAddress })).toBe('InvalidBeneficiary');
    expect(await lock({ amount: 0n })).toBe('InvalidAmount');
    expect(await lock({ token: feeToken })).toBe('ReceivedLess');
    expect(await lock({ amount: 10n ** 30n })).not.toBe('');
    expect(await revertOf(world.chain, anyone, on('release', randomBytes32()))).toBe('LockNotFound');
    await expect(view(world.chain, on('getLock', randomBytes32()))).rejects.toThrow('LockNotFound');
    expect(await lock({})).toBe('');

    const pay = (over: { token?: Address; to?: Address; amount?: bigint }) =>
      revertOf(
        world.chain,
        payer,
        on('pay', over.token ?? token, over.to ?? someAddress(), over.amount ?? 1n, randomBytes32()),
      );
    expect(await pay({ to: zeroAddress })).toBe('InvalidBeneficiary');
    expect(await pay({ amount: 0n })).toBe('InvalidAmount');
    expect(await pay({ token: feeToken })).toBe('ReceivedLess');
    expect(await pay({ to: payer.account.address })).toBe('ReceivedLess');
    expect(await pay({})).toBe('');
  });
});
