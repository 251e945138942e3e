import { toSafeSmartAccount } from 'permissionless/accounts';
import { parseSignature, size, type Address, type Hex } from 'viem';
import { entryPoint07Address } from 'viem/account-abstraction';
import { generatePrivateKey, type PrivateKeyAccount } from 'viem/accounts';
import { afterAll, beforeAll, expect, test, describe } from 'vitest';
import { chronosTokenAbi } from '#src/chain/contracts/generated/chronos-token.ts';
import { revertOf, send, view, type Wallet } from './chain-kit.ts';
import { newAccount, someAddress, startDeployed, walletOf, type OwnContracts } from './own-contracts-kit.ts';

type TypedDataSigner = { address: Address; signTypedData: PrivateKeyAccount['signTypedData'] };
type Authorization = {
  from: Address;
  to: Address;
  value: bigint;
  validAfter: bigint;
  validBefore: bigint;
  nonce: Hex;
};
type Overload = 'v,r,s' | 'bytes';

const authorizationFields = [
  { name: 'from', type: 'address' },
  { name: 'to', type: 'address' },
  { name: 'value', type: 'uint256' },
  { name: 'validAfter', type: 'uint256' },
  { name: 'validBefore', type: 'uint256' },
  { name: 'nonce', type: 'bytes32' },
] as const;
const types = {
  TransferWithAuthorization: authorizationFields,
  ReceiveWithAuthorization: authorizationFields,
  CancelAuthorization: [
    { name: 'authorizer', type: 'address' },
    { name: 'nonce', type: 'bytes32' },
  ],
  Permit: [
    { name: 'owner', type: 'address' },
    { name: 'spender', type: 'address' },
    { name: 'value', type: 'uint256' },
    { name: 'nonce', type: 'uint256' },
    { name: 'deadline', type: 'uint256' },
  ],
} as const;
const far = 2n ** 40n;

let world: OwnContracts;
let relayer: Wallet;
let safe: TypedDataSigner;

const on = (functionName: string, ...args: unknown[]) => ({
  address: world.addresses.token,
  abi: chronosTokenAbi,
  functionName,
  args,
});
const sign = (signer: TypedDataSigner, primaryType: keyof typeof types, message: Record<string, unknown>) =>
  signer.signTypedData<Record<string, unknown>, string>({
    domain: { name: 'Chronos', version: '1', chainId: 84532, verifyingContract: world.addresses.token },
    types,
    primaryType,
    message,
  });
const split = (signature: Hex) => {
  const { r, s, yParity } = parseSignature(signature);
  return [27 + yParity, r, s];
};
const last = (overload: Overload, signature: Hex) => (overload === 'bytes' ? [signature] : split(signature));
const authorization = (from: Address, over: Partial<Authorization> = {}): Authorization => ({
  from,
  to: someAddress(),
  value: 3n,
  validAfter: 0n,
  validBefore: far,
  nonce: generatePrivateKey(),
  ...over,
});
const transfer = (a: Authorization, overload: Overload, signature: Hex) =>
  on('transferWithAuthorization', ...Object.values(a), ...last(overload, signature));
const revert = (call: ReturnType<typeof on>, from = relayer) => revertOf(world.chain, from, call);
const balanceOf = (address: Address) => view<bigint>(world.chain, on('balanceOf', address));

/** A deployed Safe: signs through ERC-1271, with 65 bytes. */
async function deploySafe(): Promise<TypedDataSigner> {
  const account = await toSafeSmartAccount({
    client: world.chain.client,
    owners: [newAccount()],
    version: '1.4.1',
    entryPoint: { address: entryPoint07Address, version: '0.7' },
  });
  const { factory, factoryData } = await account.getFactoryArgs();
  if (!factory || !factoryData) throw new Error('the account is deployed already');
  const hash = await relayer.sendTransaction({ to: factory, data: factoryData });
  await world.chain.client.waitForTransactionReceipt({ hash });
  return account;
}

beforeAll(async () => {
  world = await startDeployed();
  relayer = await world.chain.wallet();
  const admin = world.options.walletClient;
  const minter = await view<Hex>(world.chain, on('MINTER_ROLE'));
  await send(world.chain, admin, on('grantRole', minter, admin.account.address));
  safe = await deploySafe();
  await send(world.chain, admin, on('mint', safe.address, 1000n));
});
afterAll(() => world.chain.stop());

async function fundedAccount(): Promise<PrivateKeyAccount> {
  const account = newAccount();
  await send(world.chain, world.options.walletClient, on('mint', account.address, 1000n));
  return account;
}

test('is the token the API expects, minted by role alone', async () => {
  expect(await view(world.chain, on('name'))).toBe('Chronos');
  expect(await view(world.chain, on('symbol'))).toBe('CHR');
  expect(await view(world.chain, on('decimals'))).toBe(18);
  expect(await view(world.chain, on('version'))).toBe('1');
  expect(await revert(on('mint', someAddress(), 1n))).toBe('AccessControlUnauthorizedAccount');
});

const signers: [string, () => Promise<TypedDataSigner>][] = [
  ['a key', () => fundedAccount()],
  ['a smart account', async () => safe],
];

describe.each(signers)('EIP-3009 signed by %s', (_, signerOf) => {
  test.each<Overload>(['v,r,s', 'bytes'])('transfers once through the %s overload', async (overload) => {
    const signer = await signerOf();
    const a = authorization(signer.address);
    const signature = await sign(signer, 'TransferWithAuthorization', a);
    expect(size(signature)).toBe(65);

    await send(world.chain, relayer, transfer(a, overload, signature));

    expect(await balanceOf(a.to)).toBe(3n);
    expect(await view(world.chain, on('authorizationState', a.from, a.nonce))).toBe(true);
    expect(await revert(transfer(a, 'v,r,s', signature))).toBe('ERC3009UsedAuthorization');
    expect(await revert(transfer(a, 'bytes', signature))).toBe('ERC3009UsedAuthorization');
  });

  test.each<Overload>(['v,r,s', 'bytes'])('is received by the payee alone (%s)', async (overload) => {
    const signer = await signerOf();
    const payee = await world.chain.wallet();
    const a = authorization(signer.address, { to: payee.account.address });
    const signature = await sign(signer, 'ReceiveWithAuthorization', a);
    const receive = on('receiveWithAuthorization', ...Object.values(a), ...last(overload, signature));

    expect(await revert(receive)).toBe('ERC20InvalidReceiver');
    expect(await revert(transfer(a, overload, signature))).toBe('ERC3009InvalidSignature');
    await send(world.chain, payee, receive);
    expect(await balanceOf(a.to)).toBe(3n);
  });

  test.each<Overload>(['v,r,s', 'bytes'])('is cancelled (%s)', async (overload) => {
    const signer = await signerOf();
    const a = authorization(signer.address);
    const { nonce } = a;
    const cancel = await sign(signer, 'CancelAuthorization', { authorizer: signer.address, nonce });
    await send(
      world.chain,
      relayer,
      on('cancelAuthorization', signer.address, nonce, ...last(overload, cancel)),
    );
    const signature = await sign(signer, 'TransferWithAuthorization', a);
    expect(await revert(transfer(a, overload, signature))).toBe('ERC3009UsedAuthorization');
  });

  test('its signature covers every field, and its times are exclusive bounds', async () => {
    const signer = await signerOf();
    const now = (await world.chain.client.getBlock()).timestamp;
    const revertWhen = async (over: Partial<Authorization>, change: Partial<Authorization> = {}) => {
      const a = authorization(signer.address, over);
      const signature = await sign(signer, 'TransferWithAuthorization', a);
      return revert(transfer({ ...a, ...change }, 'bytes', signature));
    };
    expect(await revertWhen({}, { value: 4n })).toBe('ERC3009InvalidSignature');
    expect(await revertWhen({}, { to: someAddress() })).toBe('ERC3009InvalidSignature');
    expect(await revertWhen({}, { nonce: generatePrivateKey() })).toBe('ERC3009InvalidSignature');
    expect(await revertWhen({}, { validBefore: far + 1n })).toBe('ERC3009InvalidSignature');
    expect(await revertWhen({}, { from: someAddress() })).toBe('ERC3009InvalidSignature');
    expect(await revertWhen({ validBefore: now })).toBe('ERC3009InvalidAuthorizationTime');
    expect(await revertWhen({ validAfter: now })).toBe('ERC3009InvalidAuthorizationTime');
    expect(await revertWhen({ validAfter: now - 1n, validBefore: now + 1n })).toBe('');
    // the bit that OpenZeppelin reads as "these are block numbers"
    const flag = 2n ** 47n;
    expect(await revertWhen({ validAfter: flag, validBefore: flag + far })).toBe(
      'ERC3009InvalidAuthorizationTime',
    );
  });

  test('a permit gives an allowance once', async () => {
    const signer = await signerOf();
    const permit = {
      owner: signer.address,
      spender: someAddress(),
      value: 9n,
      nonce: await view<bigint>(world.chain, on('nonces', signer.address)),
      deadline: far,
    };
    const signature = await sign(signer, 'Permit', permit);
    const call = (deadline = far) =>
      on('permit', permit.owner, permit.spender, permit.value, deadline, signature);

    expect(await revert(call(1n))).toBe('ERC2612ExpiredSignature');
    await send(world.chain, relayer, call());
    expect(await view(world.chain, on('allowance', permit.owner, permit.spender))).toBe(9n);
    expect(await revert(call())).toBe('ERC3009InvalidSignature');
  });
});

test('a key with an EIP-7702 delegation still signs with its key', async () => {
  const account = await fundedAccount();
  await world.chain.client.setBalance({ address: account.address, value: 10n ** 18n });
  const wallet = walletOf(world.chain, account);
  const delegation = await wallet.signAuthorization({
    contractAddress: world.addresses.tokenLock,
    executor: 'self',
  });
  const hash = await wallet.sendTransaction({
    to: someAddress(),
    value: 1n,
    gas: 200_000n,
    authorizationList: [delegation],
  });
  await world.chain.client.waitForTransactionReceipt({ hash });
  expect(await world.chain.client.getCode({ address: account.address })).toMatch(/^0xef0100/);

  const a = authorization(account.address);
  const signature = await sign(account, 'TransferWithAuthorization', a);
  await send(world.chain, relayer, transfer(a, 'v,r,s', signature));
  expect(await balanceOf(a.to)).toBe(3n);
});
