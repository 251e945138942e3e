import { privateKeyToAccount } from 'viem/accounts';
import { encodeAbiParameters, type Hex } from 'viem';
import type { ChainAnswer, ChainQuestion } from '#src/core/probe.ts';
import { exactEip3009 } from '#src/x402/eip3009/scheme.ts';
import { createPaymentEngine, type EngineOptions } from '#src/x402/engine.ts';
import { parsePaymentRequest } from '#src/x402/parse.ts';
import { loadRecovery } from '#src/x402/recover.ts';

export const now = 1_760_000_000;
export const usdc = '0x036CbD53842c5426634e7929541eC2318f3dCF7e';
export const merchant = '0x209693Bc6afc0C5328bA36FaF03C514EF312287C';
export const payer = privateKeyToAccount(`0x${'5'.repeat(64)}`);
export const stranger = privateKeyToAccount(`0x${'7'.repeat(64)}`);
export const domain = { name: 'USDC', version: '2', chainId: 84532, verifyingContract: usdc } as const;

export const types = {
  TransferWithAuthorization: [
    { name: 'from', type: 'address' },
    { name: 'to', type: 'address' },
    { name: 'value', type: 'uint256' },
    { name: 'validAfter', type: 'uint256' },
    { name: 'validBefore', type: 'uint256' },
    { name: 'nonce', type: 'bytes32' },
  ],
} as const;

const authorization = {
  from: payer.address as string,
  to: merchant,
  value: '10000',
  validAfter: String(now - 600),
  validBefore: String(now + 60),
  nonce: `0x${'ab'.repeat(32)}`,
};

const requirements = {
  scheme: 'exact',
  network: 'eip155:84532',
  amount: '10000',
  asset: usdc,
  payTo: merchant,
  maxTimeoutSeconds: 60,
  extra: { name: 'USDC', version: '2' } as Record<string, unknown>,
};

type Change = {
  authorization?: Partial<typeof authorization>;
  requirements?: Record<string, unknown>;
  accepted?: Record<string, unknown>;
  signature?: Hex;
  signer?: typeof payer;
  domain?: Partial<typeof domain>;
};

/** A signed v2 body; every part can be bent before signing. */
export async function bodyV2(change: Change = {}) {
  const auth = { ...authorization, ...change.authorization };
  const asked = { ...requirements, ...change.requirements };
  const signature = change.signature ?? (await sign(auth, change));
  return {
    x402Version: 2,
    paymentPayload: {
      x402Version: 2,
      accepted: { ...asked, ...change.accepted },
      payload: { signature, authorization: auth },
    },
    paymentRequirements: asked,
  };
}

/** The same as a v1 body. */
export async function bodyV1(change: Change = {}) {
  const auth = { ...authorization, ...change.authorization };
  const signature = change.signature ?? (await sign(auth, change));
  const { amount, ...rest } = { ...requirements, ...change.requirements };
  return {
    x402Version: 1,
    paymentPayload: {
      x402Version: 1,
      scheme: 'exact',
      network: 'base-sepolia',
      payload: { signature, authorization: auth },
    },
    paymentRequirements: {
      ...rest,
      network: 'base-sepolia',
      maxAmountRequired: amount,
      resource: '/api/protected',
      description: 'Access',
      mimeType: 'application/json',
    },
  };
}

export function sign(auth: typeof authorization, change: Change = {}): Promise<Hex> {
  return (change.signer ?? payer).signTypedData({
    domain: { ...domain, ...change.domain },
    types,
    primaryType: 'TransferWithAuthorization',
    message: {
      from: auth.from as Hex,
      to: auth.to as Hex,
      value: BigInt(auth.value),
      validAfter: BigInt(auth.validAfter),
      validBefore: BigInt(auth.validBefore),
      nonce: auth.nonce as Hex,
    },
  });
}

export const ok = (data: Hex = '0x') => ({ ok: true, data });
export const failed = (data: Hex = '0x') => ({ ok: false, data });
export const uint = (value: bigint): Hex => `0x${value.toString(16).padStart(64, '0')}`;
export const text = (value: string): Hex => encodeAbiParameters([{ type: 'string' }], [value]);

/** A chain that answers by the question's kind: reads with a state, then the simulation. */
export function chain(parts: {
  used?: bigint;
  balance?: bigint;
  wallet?: { ok: boolean; data: Hex };
  simulation?: boolean;
  timestamp?: number;
  name?: string;
  version?: string;
  state?: { ok: boolean; data: Hex };
}) {
  const asked: ChainQuestion[] = [];
  const ask = async (_network: string, question: ChainQuestion): Promise<ChainAnswer> => {
    asked.push(question);
    const timestamp = BigInt(parts.timestamp ?? now);
    if (question.simulation.length === 0) {
      const reads = [ok(text(parts.name ?? 'USDC')), ok(text(parts.version ?? '2')), parts.wallet ?? ok()];
      return { timestamp, reads, simulation: [] };
    }
    const state = [parts.state ?? ok(uint(parts.used ?? 0n)), ok(uint(parts.balance ?? 1_000_000n))];
    const simulated = parts.simulation === false ? failed() : ok();
    return {
      timestamp,
      reads: [...state, parts.wallet ?? ok()].slice(0, question.reads.length + (question.whys?.length ?? 0)),
      simulation: question.simulation.map(() => simulated),
    };
  };
  return { ask, asked };
}

const asset = { eip712Name: null, eip712Version: null, minAmount: 0n };

/** The engine on a chain that answers as told. */
export function engine(parts: Parameters<typeof chain>[0] = {}, options: Partial<EngineOptions> = {}) {
  const { ask, asked } = chain(parts);
  const made = createPaymentEngine({
    builderCode: null,
    schemes: [exactEip3009],
    networks: {
      find: (id) =>
        id === 'base-sepolia' || id === 'eip155:84532'
          ? { name: 'base-sepolia', chainId: 84532 }
          : id === 'base'
            ? { name: 'base', chainId: 8453 }
            : undefined,
    },
    assets: { findPaymentAsset: async (_, address) => (address === usdc.toLowerCase() ? asset : undefined) },
    ask,
    clock: { now: () => new Date(now * 1000) },
    recover: loadRecovery().recover,
    marginSeconds: 6,
    factories: new Set(),
    signers: new Set(),
    ...options,
  });
  /** The whole way of a body to its verdict. */
  const verify = async (body: unknown) => {
    const request = parsePaymentRequest(body);
    if (!('requirements' in request)) return request;
    const payment = await made.prepare(request, 'verify');
    return 'judge' in payment ? made.verify(payment) : payment;
  };
  return { verify, asked };
}
