import { randomBytes } from 'node:crypto';
import { erc20Abi, getAddress, type Hex, maxUint256, parseEther } from 'viem';
import type { PrivateKeyAccount } from 'viem/accounts';
import { exactProxyAddress, permit2Address, uptoProxyAddress } from '#src/core/permit2.ts';
import { createLocalnetClient } from '#src/localnet/client.ts';
import { fundNative } from '#src/localnet/faucet.ts';
import type { LocalnetInfo } from '#src/localnet/types.ts';
import { signEip2612, signPermit2 } from '#tests/chain/permit2-kit.ts';
import { newPayer, price } from './kit.ts';

/** An account with test USDC that lets Permit2 take it. */
export async function newPermit2Payer(
  localnet: LocalnetInfo,
  amount = 1_000_000n,
): Promise<PrivateKeyAccount> {
  const account = await newPayer(localnet, amount);
  await fundNative(localnet, account.address, parseEther('1'));
  const client = createLocalnetClient(localnet.rpcUrl);
  const hash = await client.writeContract({
    account,
    address: localnet.addresses.usdc,
    abi: erc20Abi,
    functionName: 'approve',
    args: [permit2Address, maxUint256],
  });
  await client.waitForTransactionReceipt({ hash });
  return account;
}

export type Permit2Body = {
  x402Version: 2;
  paymentPayload: { payload: { signature: Hex; permit2Authorization: Authorization } } & Record<
    string,
    unknown
  >;
  paymentRequirements: Record<string, unknown> & { amount: string };
};
type Authorization = {
  from: Hex;
  permitted: { token: Hex; amount: string };
  spender: Hex;
  nonce: string;
  deadline: string;
  witness: { to: Hex; facilitator?: Hex; validAfter: string };
};

type Input = {
  localnet: LocalnetInfo;
  payer: PrivateKeyAccount;
  payTo: Hex;
  /** Names the key that settles: the scheme is upto. */
  facilitator?: Hex;
  amount?: bigint;
  extensions?: Record<string, unknown>;
};

/** A signed body for verify and settle: exact by Permit2, upto when it names a facilitator. */
export async function permit2Body(input: Input): Promise<Permit2Body> {
  const { localnet, payer, facilitator, amount = price, extensions } = input;
  const { usdc: asset } = localnet.addresses;
  const to = getAddress(input.payTo);
  const spender = facilitator ? uptoProxyAddress : exactProxyAddress;
  const nonce = BigInt(`0x${randomBytes(32).toString('hex')}`);
  const deadline = BigInt(Math.floor(Date.now() / 1000) + 120);
  const witness = { to, ...(facilitator ? { facilitator } : {}), validAfter: 0n };
  const permit = { token: asset, amount, nonce, deadline };
  const signature = await signPermit2(payer, spender, permit, witness);
  const asked = {
    scheme: facilitator ? 'upto' : 'exact',
    network: 'eip155:84532',
    amount: amount.toString(),
    asset,
    payTo: to,
    maxTimeoutSeconds: 60,
    extra: { name: 'USDC', version: '2', assetTransferMethod: 'permit2' },
  };
  const permit2Authorization = {
    from: payer.address,
    permitted: { token: asset, amount: amount.toString() },
    spender,
    nonce: nonce.toString(),
    deadline: deadline.toString(),
    witness: { ...witness, validAfter: '0' },
  };
  return {
    x402Version: 2,
    paymentPayload: {
      x402Version: 2,
      accepted: asked,
      payload: { signature, permit2Authorization },
      ...(extensions ? { extensions } : {}),
    },
    paymentRequirements: asked,
  };
}

/** The same payment, settled for another amount. */
export function settledFor(body: Permit2Body, amount: bigint): Permit2Body {
  return { ...body, paymentRequirements: { ...body.paymentRequirements, amount: amount.toString() } };
}

/** What the official client adds for a payer without an allowance. */
export async function sponsoringOf(
  localnet: LocalnetInfo,
  payer: PrivateKeyAccount,
  amount = price,
): Promise<Record<string, unknown>> {
  const deadline = BigInt(Math.floor(Date.now() / 1000) + 120);
  const signature = await signEip2612(payer, { value: amount, nonce: 0n, deadline });
  const info = {
    from: payer.address,
    asset: localnet.addresses.usdc,
    spender: permit2Address,
    amount: amount.toString(),
    nonce: '0',
    deadline: deadline.toString(),
    signature,
    version: '1',
  };
  return { eip2612GasSponsoring: { info, schema: {} } };
}

/** Arguments of the exact proxy's settle. */
export function settleArgs({ paymentPayload }: Permit2Body) {
  const { signature, permit2Authorization: a } = paymentPayload.payload;
  const permit = {
    permitted: { token: a.permitted.token, amount: BigInt(a.permitted.amount) },
    nonce: BigInt(a.nonce),
    deadline: BigInt(a.deadline),
  };
  return [permit, a.from, { to: a.witness.to, validAfter: BigInt(a.witness.validAfter) }, signature] as const;
}
