import { randomBytes } from 'node:crypto';
import {
  createPublicClient,
  createWalletClient,
  http,
  parseEther,
  publicActions,
  type Address,
  type Hex,
} from 'viem';
import type { PrivateKeyAccount } from 'viem/accounts';
import { x402Facilitator } from '@x402/core/facilitator';
import type { PaymentPayload, PaymentRequirements } from '@x402/core/types';
import { toFacilitatorEvmSigner } from '@x402/evm';
import { ExactEvmScheme } from '@x402/evm/exact/facilitator';
import { ExactEvmSchemeV1 } from '@x402/evm/exact/v1/facilitator';
import { UptoEvmScheme } from '@x402/evm/upto/facilitator';
import { createRpc } from '#src/chain/rpc.ts';
import { createX402Reader } from '#src/chain/x402-reader.ts';
import { systemClock } from '#src/core/clock.ts';
import { exactProxyAddress, uptoProxyAddress } from '#src/core/permit2.ts';
import { usdcAddress } from '#src/localnet/usdc.ts';
import { exactEip3009 } from '#src/x402/eip3009/scheme.ts';
import { createPaymentEngine } from '#src/x402/engine.ts';
import { exactPermit2 } from '#src/x402/permit2/scheme.ts';
import { loadRecovery } from '#src/x402/recover.ts';
import { upto } from '#src/x402/upto/scheme.ts';
import { newAccount, someAddress } from '#tests/chain/own-contracts-kit.ts';
import { signPermit2, startPaymentChain } from '#tests/chain/permit2-kit.ts';

export type Body = {
  x402Version: number;
  paymentPayload: Record<string, unknown> & { payload: Record<string, unknown> };
  paymentRequirements: Record<string, unknown>;
};

/** `valid`, the reason of a refusal, or `error` when there was no verdict at all. */
export type Verdict = string;

export type Arena = Awaited<ReturnType<typeof startArena>>;

/** Both facilitators on one chain: the official one from npm, and ours. */
export async function startArena(factories: readonly Address[] = []) {
  const world = await startPaymentChain();
  const facilitator = newAccount();
  await world.chain.client.setBalance({ address: facilitator.address, value: parseEther('100') });
  const { url } = world.chain.client.transport as unknown as { url: string };
  const official = officialFacilitator(url, facilitator, factories);
  const ours = ourEngine(url, facilitator, factories);
  return {
    ...world,
    facilitator,
    official,
    ours,
    async stop() {
      await ours.close();
      await world.stop();
    },
  };
}

function officialFacilitator(url: string, account: PrivateKeyAccount, factories: readonly Address[]) {
  const chain = createPublicClient({ transport: http(url) });
  const client = createWalletClient({ account, transport: http(url) }).extend(publicActions);
  const signer = toFacilitatorEvmSigner({
    address: account.address,
    getCode: (args) => chain.getCode(args),
    // upto's proxy answers its facilitator only.
    readContract: (args) => chain.readContract({ ...args, account: account.address } as never),
    verifyTypedData: (args) => chain.verifyTypedData(args as never),
    writeContract: (args) => client.writeContract({ ...args, chain: null } as never),
    sendTransaction: (args) => client.sendTransaction({ ...args, chain: null } as never),
    waitForTransactionReceipt: (args) => chain.waitForTransactionReceipt(args),
  });
  const config = { eip6492AllowedFactories: [...factories] };
  const made = new x402Facilitator()
    .register('eip155:84532', new ExactEvmScheme(signer, config))
    .register('eip155:84532', new UptoEvmScheme(signer))
    // Version 1 has names of its own for networks, which the type of the second does not know.
    .registerV1('base-sepolia' as `${string}:${string}`, new ExactEvmSchemeV1(signer, config));
  return {
    facilitator: made,
    async verify({ paymentPayload, paymentRequirements }: Body): Promise<Verdict> {
      try {
        const answer = await made.verify(
          paymentPayload as unknown as PaymentPayload,
          paymentRequirements as unknown as PaymentRequirements,
        );
        return answer.isValid ? 'valid' : (answer.invalidReason ?? 'no reason');
      } catch {
        return 'error';
      }
    },
  };
}

function ourEngine(url: string, facilitator: PrivateKeyAccount, factories: readonly Address[]) {
  const rpc = createRpc({ url, timeoutMs: 5_000, batchSize: 10 });
  const network = { name: 'base-sepolia', chainId: 84532 };
  const usdc = { eip712Name: null, eip712Version: null, minAmount: 0n };
  const engine = createPaymentEngine({
    schemes: [exactPermit2, exactEip3009, upto],
    networks: { find: (id) => (['base-sepolia', 'eip155:84532'].includes(id) ? network : undefined) },
    assets: {
      findPaymentAsset: async (_, asset) => (asset === usdcAddress.toLowerCase() ? usdc : undefined),
    },
    ask: createX402Reader({
      rpc: (_, method, params) => rpc.request(method, params),
      clock: systemClock,
      idles: () => true,
    }),
    clock: systemClock,
    recover: loadRecovery().recover,
    marginSeconds: 6,
    factories: new Set(factories.map((one) => one.toLowerCase())),
    signers: new Set([facilitator.address.toLowerCase()]),
    builderCode: null,
  });
  return {
    engine,
    close: () => rpc.close(),
    async verify(body: unknown): Promise<Verdict> {
      const request = engine.parse(body);
      if ('fault' in request) return request.fault;
      if ('valid' in request) return request.reason;
      const payment = await engine.prepare(request, 'verify');
      if ('fault' in payment) return payment.fault;
      if ('valid' in payment) return payment.valid ? 'valid' : engine.word(request.version, payment.reason);
      const verdict = await engine.verify(payment);
      return verdict.valid ? 'valid' : engine.word(request.version, verdict.reason);
    },
  };
}

export const now = (): number => Math.floor(Date.now() / 1000);
export const price = 10_000n;
export const payTo = someAddress();

const eip3009Types = {
  TransferWithAuthorization: [
    { name: 'from', type: 'address' },
    { name: 'to', type: 'address' },
    { name: 'value', type: 'uint256' },
    { name: 'validAfter', type: 'uint256' },
    { name: 'validBefore', type: 'uint256' },
    { name: 'nonce', type: 'bytes32' },
  ],
} as const;

/** What is bent before signing; `sent` and `signature` change what is sent after it. */
export type Change = {
  version?: 1 | 2;
  from?: Address;
  signer?: PrivateKeyAccount;
  signature?: Hex | ((signed: Hex) => Hex | Promise<Hex>);
  signed?: Record<string, unknown>;
  sent?: Record<string, unknown>;
  domain?: { name?: string; version?: string };
  asked?: Record<string, unknown>;
  accepted?: Record<string, unknown>;
  outer?: Record<string, unknown>;
  extensions?: Record<string, unknown>;
};

const terms = (change: Change, extra: Record<string, unknown>): Record<string, unknown> => ({
  scheme: 'exact',
  network: 'eip155:84532',
  amount: price.toString(),
  asset: usdcAddress,
  payTo,
  maxTimeoutSeconds: 60,
  extra: { name: 'USDC', version: '2', ...extra },
  ...change.asked,
});

async function signatureOf(change: Change, sign: () => Promise<Hex>): Promise<Hex> {
  if (typeof change.signature === 'string') return change.signature;
  const signed = await sign();
  return change.signature ? change.signature(signed) : signed;
}

/** A signed EIP-3009 payment of either version. */
export async function eip3009(payer: PrivateKeyAccount, change: Change = {}): Promise<Body> {
  const message = {
    from: change.from ?? payer.address,
    to: payTo,
    value: price.toString(),
    validAfter: String(now() - 600),
    validBefore: String(now() + 120),
    nonce: `0x${randomBytes(32).toString('hex')}`,
    ...change.signed,
  };
  const signature = await signatureOf(change, () =>
    (change.signer ?? payer).signTypedData({
      domain: {
        name: 'USDC',
        version: '2',
        chainId: 84532,
        verifyingContract: usdcAddress,
        ...change.domain,
      },
      types: eip3009Types,
      primaryType: 'TransferWithAuthorization',
      message: {
        ...message,
        value: BigInt(message.value),
        validAfter: BigInt(message.validAfter),
        validBefore: BigInt(message.validBefore),
      } as never,
    }),
  );
  const payload = { signature, authorization: { ...message, ...change.sent } };
  const asked = terms(change, {});
  if (change.version !== 1) return versionTwo(change, asked, payload);
  const { amount, ...rest } = asked;
  return {
    x402Version: 1,
    paymentPayload: { x402Version: 1, scheme: 'exact', network: 'base-sepolia', ...change.outer, payload },
    paymentRequirements: {
      ...rest,
      network: 'base-sepolia',
      maxAmountRequired: amount,
      resource: 'http://localhost/report',
      description: 'A report',
      mimeType: 'application/json',
      ...change.asked,
    },
  };
}

function versionTwo(change: Change, asked: Record<string, unknown>, payload: Record<string, unknown>): Body {
  const { extensions } = change;
  return {
    x402Version: 2,
    paymentPayload: {
      x402Version: 2,
      accepted: { ...asked, ...change.accepted },
      payload,
      ...(extensions ? { extensions } : {}),
      ...change.outer,
    },
    paymentRequirements: asked,
  };
}

export type Permit2Change = Change & {
  /** Members of the witness. */
  witness?: Record<string, unknown>;
  permitted?: Record<string, unknown>;
  sentWitness?: Record<string, unknown>;
  sentPermitted?: Record<string, unknown>;
};

async function permit2Payload(payer: PrivateKeyAccount, change: Permit2Change, facilitator: Address | null) {
  const permitted = { token: usdcAddress, amount: price.toString(), ...change.permitted };
  const witness = { to: payTo, ...(facilitator ? { facilitator } : {}), validAfter: '0', ...change.witness };
  const auth = {
    from: change.from ?? payer.address,
    spender: facilitator ? uptoProxyAddress : exactProxyAddress,
    nonce: BigInt(`0x${randomBytes(32).toString('hex')}`).toString(),
    deadline: String(now() + 120),
    ...change.signed,
  };
  const { token, amount } = permitted as { token: Address; amount: string };
  const permit = {
    token,
    amount: BigInt(amount),
    nonce: BigInt(auth.nonce),
    deadline: BigInt(auth.deadline),
  };
  const signature = await signatureOf(change, () =>
    signPermit2(change.signer ?? payer, auth.spender, permit, {
      ...(witness as { to: Address; facilitator?: Address }),
      validAfter: BigInt(witness.validAfter),
    }),
  );
  return {
    signature,
    permit2Authorization: {
      ...auth,
      permitted: { ...permitted, ...change.sentPermitted },
      witness: { ...witness, ...change.sentWitness },
      ...change.sent,
    },
  };
}

/** A signed exact payment through Permit2. */
export async function permit2(payer: PrivateKeyAccount, change: Permit2Change = {}): Promise<Body> {
  const payload = await permit2Payload(payer, change, null);
  return versionTwo(change, terms(change, { assetTransferMethod: 'permit2' }), payload);
}

/** A signed upto payment. */
export async function uptoPayment(
  payer: PrivateKeyAccount,
  facilitator: Address,
  change: Permit2Change = {},
): Promise<Body> {
  const payload = await permit2Payload(payer, change, facilitator);
  const asked = terms(
    { ...change, asked: { scheme: 'upto', ...change.asked } },
    {
      assetTransferMethod: 'permit2',
      facilitatorAddress: facilitator,
    },
  );
  return versionTwo(change, asked, payload);
}
