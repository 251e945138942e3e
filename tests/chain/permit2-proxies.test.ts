import {
  encodeFunctionData,
  getAddress,
  keccak256,
  parseAbi,
  parseEventLogs,
  parseSignature,
  toEventSelector,
  toFunctionSelector,
  toFunctionSignature,
  toHex,
  zeroAddress,
  type Abi,
  type AbiFunction,
  type Address,
  type Hex,
} from 'viem';
import type { PrivateKeyAccount } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  x402ExactPermit2ProxyABI,
  x402ExactPermit2ProxyAddress,
  x402UptoPermit2ProxyABI,
  x402UptoPermit2ProxyAddress,
  PERMIT2_ADDRESS,
} from '@x402/evm';
import { x402ExactPermit2ProxyAbi } from '#src/chain/contracts/generated/x402-exact-permit2-proxy.ts';
import { x402UptoPermit2ProxyAbi } from '#src/chain/contracts/generated/x402-upto-permit2-proxy.ts';
import { exactProxyAddress, permit2Address, uptoProxyAddress } from '#src/core/permit2.ts';
import { usdcAddress } from '#src/localnet/usdc.ts';
import { revertOf, send, view, type Wallet } from './chain-kit.ts';
import { someAddress } from './own-contracts-kit.ts';
import {
  answers,
  erc1271Magic,
  erc20,
  reentrantToken,
  signEip2612,
  signPermit2,
  startPaymentChain,
  type PaymentChain,
  type Permit,
  type Witness,
} from './permit2-kit.ts';

let world: PaymentChain;
let sender: Wallet;
let payer: PrivateKeyAccount;
let nextNonce = 1n;

beforeAll(async () => {
  world = await startPaymentChain();
  sender = await world.chain.wallet();
  payer = await world.payer();
});
afterAll(() => world.stop());

const amount = 1_000n;
const merchant = someAddress();
const chainTime = async () => (await world.chain.client.getBlock()).timestamp;

type Change = {
  permit?: Partial<Permit>;
  witness?: Partial<Witness>;
  owner?: Address;
  signer?: PrivateKeyAccount;
  signature?: Hex;
  /** Changes what is sent after it was signed. */
  sent?: { amount?: bigint; to?: Address };
};

async function payment(change: Change, upto: boolean) {
  const now = await chainTime();
  const permit = {
    token: getAddress(usdcAddress),
    amount,
    nonce: nextNonce++,
    deadline: now + 600n,
    ...change.permit,
  };
  const witness = {
    to: merchant,
    ...(upto ? { facilitator: sender.account.address } : {}),
    validAfter: 0n,
    ...change.witness,
  };
  const signer = change.signer ?? payer;
  const spender = upto ? uptoProxyAddress : exactProxyAddress;
  const signature = change.signature ?? (await signPermit2(signer, spender, permit, witness));
  const { token, nonce, deadline } = permit;
  return {
    permit: { permitted: { token, amount: change.sent?.amount ?? permit.amount }, nonce, deadline },
    owner: change.owner ?? signer.address,
    witness: { ...witness, to: change.sent?.to ?? witness.to },
    signature,
  };
}

async function exact(change: Change = {}) {
  const { permit, owner, witness, signature } = await payment(change, false);
  const at = { address: exactProxyAddress, abi: [...x402ExactPermit2ProxyABI, ...permit2Errors] as Abi };
  return { ...at, functionName: 'settle', args: [permit, owner, witness, signature] as unknown[] };
}

async function upto(settled: bigint, change: Change = {}) {
  const { permit, owner, witness, signature } = await payment(change, true);
  const at = { address: uptoProxyAddress, abi: [...x402UptoPermit2ProxyABI, ...permit2Errors] as Abi };
  return { ...at, functionName: 'settle', args: [permit, settled, owner, witness, signature] as unknown[] };
}

const permit2Errors = parseAbi([
  'error InvalidAmount()',
  'error InvalidNonce()',
  'error InvalidSigner()',
  'error InvalidContractSignature()',
  'error SignatureExpired(uint256 signatureDeadline)',
]);

async function withPermit(
  call: Awaited<ReturnType<typeof exact>>,
  signer: PrivateKeyAccount,
  value = amount,
) {
  const on = { address: usdcAddress, abi: erc20, functionName: 'nonces', args: [signer.address] };
  const nonce = await view<bigint>(world.chain, on);
  const deadline = (await chainTime()) + 600n;
  const { v, r, s } = parseSignature(await signEip2612(signer, { value, nonce, deadline }));
  const permit2612 = { value, deadline, r, s, v: Number(v) };
  return { ...call, functionName: 'settleWithPermit', args: [permit2612, ...call.args] };
}

const revert = (call: Awaited<ReturnType<typeof exact>>, from = sender) => revertOf(world.chain, from, call);

describe('what stands at the canonical addresses', () => {
  it('has the interface of the official package', () => {
    const pairs = [
      [x402ExactPermit2ProxyABI, x402ExactPermit2ProxyAbi],
      [x402UptoPermit2ProxyABI, x402UptoPermit2ProxyAbi],
    ] as unknown as readonly [Abi, Abi][];
    // Their Permit2 is an argument of the constructor, ours a constant: nothing can be zero.
    const never = 'InvalidPermit2Address';
    for (const [theirs, ours] of pairs) {
      const told = (abi: Abi) =>
        abi.flatMap((item) => {
          if (item.type === 'event') return [toEventSelector(item)];
          if (item.type === 'error') return item.name === never ? [] : [toFunctionSelector(`${item.name}()`)];
          return item.type === 'function' ? [`${toFunctionSignature(item)} ${item.stateMutability}`] : [];
        });
      expect(told(ours)).toEqual(expect.arrayContaining(told(theirs)));
      const results = (abi: Abi) =>
        abi
          .filter((item): item is AbiFunction => item.type === 'function')
          .map(({ name, outputs }) => `${name} ${outputs.map((one) => one.type).join()}`)
          .toSorted();
      expect(results(ours)).toEqual(results(theirs));
    }
    expect([exactProxyAddress, uptoProxyAddress, permit2Address]).toEqual([
      x402ExactPermit2ProxyAddress,
      x402UptoPermit2ProxyAddress,
      PERMIT2_ADDRESS,
    ]);
  });

  it('tells Permit2 and the witness types', async () => {
    const types = [
      [exactProxyAddress, 'Witness(address to,uint256 validAfter)'],
      [uptoProxyAddress, 'Witness(address to,address facilitator,uint256 validAfter)'],
    ] as const;
    for (const [address, type] of types) {
      const read = (functionName: string) =>
        view(world.chain, { address, abi: x402ExactPermit2ProxyABI, functionName });
      expect(await read('PERMIT2')).toBe(permit2Address);
      expect(await read('WITNESS_TYPEHASH')).toBe(keccak256(toHex(type)));
      expect(await read('WITNESS_TYPE_STRING')).toBe(
        `Witness witness)TokenPermissions(address token,uint256 amount)${type}`,
      );
    }
  });
});

describe('exact', () => {
  it('moves the permitted amount, whoever sends it, once', async () => {
    const to = someAddress();
    const call = await exact({ witness: { to } });
    const { logs } = await send(world.chain, await world.chain.wallet(), call);
    expect(await world.balanceOf(to)).toBe(amount);
    expect(parseEventLogs({ abi: x402ExactPermit2ProxyABI, logs }).map((log) => log.eventName)).toEqual([
      'Settled',
    ]);
    expect(parseEventLogs({ abi: erc20, logs })[0]?.args).toEqual({
      from: payer.address,
      to,
      value: amount,
    });
    expect(await revert(call)).toBe('InvalidNonce');
    expect(await world.balanceOf(exactProxyAddress)).toBe(0n);
  });

  it.each<[string, () => Promise<Change>, string]>([
    ['another recipient', async () => ({ sent: { to: someAddress() } }), 'InvalidSigner'],
    ['another amount', async () => ({ sent: { amount: amount + 1n } }), 'InvalidSigner'],
    ['another payer', async () => ({ owner: (await world.payer()).address }), 'InvalidSigner'],
    ['amount zero', async () => ({ permit: { amount: 0n } }), 'InvalidAmount'],
    ['no owner', async () => ({ owner: zeroAddress }), 'InvalidOwner'],
    ['no destination', async () => ({ witness: { to: zeroAddress } }), 'InvalidDestination'],
    ['too early', async () => ({ witness: { validAfter: (await chainTime()) + 500n } }), 'PaymentTooEarly'],
    ['too late', async () => ({ permit: { deadline: (await chainTime()) - 1n } }), 'SignatureExpired'],
    [
      'no allowance',
      async () => ({ signer: await world.payer({ approved: false }) }),
      'TRANSFER_FROM_FAILED',
    ],
  ])('refuses %s', async (_, change, error) => {
    expect(await revert(await exact(await change()))).toBe(error);
  });

  it('is not paid by what was signed for upto', async () => {
    const { permit, owner, witness, signature } = await payment({}, true);
    const call = { ...(await exact()), args: [permit, owner, witness, signature] };
    expect(await revert(call)).toBe('InvalidSigner');
  });

  it('asks a wallet contract for its word', async () => {
    const owner = someAddress();
    await world.mint(owner);
    await world.approveAs(owner);
    const change = { owner, signature: '0xabcd' as Hex, witness: { to: someAddress() } };
    await world.chain.client.setCode({ address: owner, bytecode: answers(`0x${'0'.repeat(64)}`) });
    expect(await revert(await exact(change))).toBe('InvalidContractSignature');
    await world.chain.client.setCode({ address: owner, bytecode: answers(erc1271Magic) });
    await send(world.chain, sender, await exact(change));
    expect(await world.balanceOf(change.witness.to)).toBe(amount);
  });

  it('lets no token call back', async () => {
    const token = someAddress();
    const inner = await exact();
    const guard = toFunctionSelector('ReentrancyGuardReentrantCall()');
    const data = encodeFunctionData(inner);
    await world.chain.client.setCode({
      address: token,
      bytecode: reentrantToken(exactProxyAddress, data, guard),
    });
    await send(world.chain, sender, await exact({ permit: { token } }));
    await world.chain.client.setCode({
      address: token,
      bytecode: reentrantToken(exactProxyAddress, data, '0xdeadbeef'),
    });
    expect(await revert(await exact({ permit: { token } }))).toBe('TRANSFER_FROM_FAILED');
  });
});

describe('exact with an EIP-2612 permit', () => {
  it('approves and pays in one transaction', async () => {
    const to = someAddress();
    const signer = await world.payer({ approved: false });
    const { logs } = await send(
      world.chain,
      sender,
      await withPermit(await exact({ signer, witness: { to } }), signer),
    );
    expect(await world.balanceOf(to)).toBe(amount);
    expect(parseEventLogs({ abi: x402ExactPermit2ProxyABI, logs }).map((log) => log.eventName)).toEqual([
      'SettledWithPermit',
    ]);
  });

  it('pays when the permit fails but the allowance is there', async () => {
    const to = someAddress();
    const call = await withPermit(await exact({ witness: { to } }), await world.payer());
    await send(world.chain, sender, call);
    expect(await world.balanceOf(to)).toBe(amount);
  });

  it('refuses a permit of another amount, and a permit that fails without an allowance', async () => {
    const signer = await world.payer({ approved: false });
    expect(await revert(await withPermit(await exact({ signer }), signer, amount + 1n))).toBe(
      'Permit2612AmountMismatch',
    );
    expect(await revert(await withPermit(await exact({ signer }), payer))).toBe('TRANSFER_FROM_FAILED');
  });
});

describe('upto', () => {
  it.each([amount, 400n])('moves %s of what was permitted', async (settled) => {
    const to = someAddress();
    await send(world.chain, sender, await upto(settled, { witness: { to } }));
    expect(await world.balanceOf(to)).toBe(settled);
  });

  it('refuses more than permitted, nothing, and a second time', async () => {
    expect(await revert(await upto(amount + 1n))).toBe('AmountExceedsPermitted');
    expect(await revert(await upto(0n))).toBe('InvalidAmount');
    const call = await upto(1n);
    await send(world.chain, sender, call);
    expect(await revert(call)).toBe('InvalidNonce');
  });

  it('lets only the facilitator send that the payer named', async () => {
    const other = await world.chain.wallet();
    expect(await revert(await upto(amount), other)).toBe('UnauthorizedFacilitator');
    const { permit, owner, witness, signature } = await payment({}, true);
    const stolen = { ...witness, facilitator: other.account.address };
    const call = { ...(await upto(amount)), args: [permit, amount, owner, stolen, signature] };
    expect(await revert(call, other)).toBe('InvalidSigner');
  });

  it('approves by an EIP-2612 permit over the whole permitted amount', async () => {
    const to = someAddress();
    const signer = await world.payer({ approved: false });
    const call = await upto(400n, { signer, witness: { to } });
    expect(await revert(await withPermit(call, signer), await world.chain.wallet())).toBe(
      'UnauthorizedFacilitator',
    );
    await send(world.chain, sender, await withPermit(call, signer));
    expect(await world.balanceOf(to)).toBe(400n);
  });
});
