import { randomBytes } from 'node:crypto';
import {
  concatHex,
  encodeAbiParameters,
  getAddress,
  getContractAddress,
  type Hex,
  numberToHex,
  parseSignature,
  serializeSignature,
  size,
  toHex,
  zeroHash,
} from 'viem';
import type { PrivateKeyAccount } from 'viem/accounts';
import { usdcAddress } from '#src/localnet/usdc.ts';
import { newAccount, someAddress } from '#tests/chain/own-contracts-kit.ts';
import { answers, erc1271Magic, erc20, signEip2612 } from '#tests/chain/permit2-kit.ts';
import {
  type Arena,
  type Body,
  type Change,
  eip3009,
  now,
  permit2,
  type Permit2Change,
  price,
  uptoPayment,
} from './kit.ts';

/** What both say of a payment; where they differ, why ours is the better word. */
export type Case = {
  name: string;
  body(arena: Arena): Promise<Body>;
  /** `valid`, a reason, or `error` for no verdict at all. */
  official: string;
  ours?: string;
  why?: string;
  /** What is different on the chain while both judge. */
  during?: During;
};

export type During = <T>(arena: Arena, work: () => Promise<T>) => Promise<T>;

const curve = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/** The other signature of the same key over the same digest. */
export function highS(signature: Hex): Hex {
  const { r, s, yParity } = parseSignature(signature);
  return serializeSignature({ r, s: numberToHex(curve - BigInt(s), { size: 32 }), yParity: 1 - yParity });
}

/** v as 0 or 1. */
export const parityV = (signature: Hex): Hex =>
  concatHex([
    signature.slice(0, 130) as Hex,
    numberToHex(Number(`0x${signature.slice(130)}`) - 27, { size: 1 }),
  ]);

/** EIP-2098. */
export const compact = (signature: Hex): Hex => {
  const { r, s, yParity } = parseSignature(signature);
  return concatHex([r, numberToHex(BigInt(s) | (BigInt(yParity) << 255n), { size: 32 })]);
};

export const stranger = newAccount();

/** An account whose code says this, with USDC and an allowance. */
export async function wallet({ chain, mint, approveAs }: Arena, bytecode: Hex) {
  const from = someAddress();
  await mint(from);
  await approveAs(from);
  await chain.client.setCode({ address: from, bytecode });
  return from;
}

export const yes = answers(erc1271Magic);
export const no = answers(`0x${'0'.repeat(64)}`);
export const junk = answers(`0x${'f'.repeat(64)}`);

/** A key's account that delegates to code (EIP-7702). */
export async function delegated(arena: Arena, bytecode: Hex): Promise<PrivateKeyAccount> {
  const code = someAddress();
  await arena.chain.client.setCode({ address: code, bytecode });
  const account = await arena.payer();
  await arena.chain.client.setCode({ address: account.address, bytecode: concatHex(['0xef0100', code]) });
  return account;
}

/** Creates what it is called with, at an address that follows from it. */
export const factoryCode: Hex = '0x365f5f375f365f5ff55f5260205ff3';
export const factory = someAddress();

/** A wallet the factory will make, with USDC: its address and what creates it. */
export async function plannedWallet({ mint }: Arena, behaviour: Hex) {
  const runtime = concatHex([behaviour, toHex(randomBytes(8))]);
  const length = numberToHex(size(runtime), { size: 1 });
  const creation = concatHex(['0x60', length, '0x8060095f395ff3', runtime]);
  const from = getContractAddress({ opcode: 'CREATE2', from: factory, salt: zeroHash, bytecode: creation });
  await mint(from);
  return { from, creation };
}

const suffix6492: Hex = `0x${'6492'.repeat(16)}`;
export const wrap = (factory: Hex, data: Hex, inner: Hex): Hex =>
  concatHex([
    encodeAbiParameters([{ type: 'address' }, { type: 'bytes' }, { type: 'bytes' }], [factory, data, inner]),
    suffix6492,
  ]);

/** While USDC is paused. */
export const paused: During = async (arena, work) => {
  await arena.write(arena.minter, 'pause', []);
  try {
    return await work();
  } finally {
    await arena.write(arena.minter, 'unpause', []);
  }
};

/** While there is nothing at an address. */
export const without =
  (address: Hex): During =>
  async ({ chain }, work) => {
    const bytecode = await chain.client.getCode({ address });
    await chain.client.setCode({ address, bytecode: '0x' });
    try {
      return await work();
    } finally {
      await chain.client.setCode({ address, bytecode: bytecode ?? '0x' });
    }
  };

export const v1Words =
  'consumers of version 1 check a closed list of codes; the official answer is not on it';
export const strict =
  'integers are decimal strings: what one signer or log writes otherwise, another reads otherwise';
export const readable =
  'a request nobody can read is the caller’s fault and is told so (400), not a server error';
export const registered = 'only registered assets: a hostile token burns the gas of whoever settles';
export const accepted = 'the payer accepted other terms than the merchant now asks';
export const spent =
  'says that the nonce is spent, so that a merchant looks for the payment instead of asking again';
export const evenV = 'the signature is right; v 0 and 1 are normalised before the contract sees them';
export const lowS = 'nobody’s wallet signs with a high s, and tokens refuse it: it is no valid signature';

export const with3009 =
  (change: Change | ((arena: Arena) => Promise<Change>) = {}) =>
  async (arena: Arena) => {
    const bent = typeof change === 'function' ? await change(arena) : change;
    return eip3009(await arena.payer({ approved: false }), bent);
  };

export const withPermit2 =
  (change: Permit2Change | ((arena: Arena) => Promise<Permit2Change>) = {}) =>
  async (arena: Arena) =>
    permit2(await arena.payer(), typeof change === 'function' ? await change(arena) : change);

export const withUpto =
  (change: Permit2Change | ((arena: Arena) => Promise<Permit2Change>) = {}) =>
  async (arena: Arena) => {
    const bent = typeof change === 'function' ? await change(arena) : change;
    return uptoPayment(await arena.payer(), arena.facilitator.address, bent);
  };

/** Uses the authorization up. */
export async function usedUp(arena: Arena, body: Body): Promise<Body> {
  const answer = await arena.official.facilitator.settle(
    body.paymentPayload as never,
    body.paymentRequirements as never,
  );
  if (!answer.success) throw new Error(`not settled: ${answer.errorReason}`);
  return body;
}

/** A payment of somebody without an allowance, with the permit that gives it. */
export async function sponsored(
  arena: Arena,
  bent: { info?: Record<string, unknown>; signer?: PrivateKeyAccount; approved?: boolean } = {},
  kind: 'exact' | 'upto' = 'exact',
): Promise<Body> {
  const payer = await arena.payer({ approved: bent.approved ?? false });
  const deadline = BigInt(now() + 120);
  const nonce = await arena.chain.client.readContract({
    address: usdcAddress,
    abi: erc20,
    functionName: 'nonces',
    args: [payer.address],
  });
  const signature = await signEip2612(bent.signer ?? payer, { value: price, nonce, deadline });
  const info = {
    from: payer.address,
    asset: getAddress(usdcAddress),
    spender: '0x000000000022D473030F116dDEE9F6B43aC78BA3',
    amount: price.toString(),
    nonce: nonce.toString(),
    deadline: deadline.toString(),
    signature,
    version: '1',
    ...bent.info,
  };
  const extensions = { eip2612GasSponsoring: { info, schema: {} } };
  return kind === 'exact'
    ? permit2(payer, { extensions })
    : uptoPayment(payer, arena.facilitator.address, { extensions });
}
