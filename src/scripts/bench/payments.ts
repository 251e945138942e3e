import { randomBytes } from 'node:crypto';
import secp256k1 from 'secp256k1';
import { generatePrivateKey, privateKeyToAddress } from 'viem/accounts';
import { checksum } from '#src/core/address.ts';
import type { Address, Hex } from '#src/core/hex.ts';
import { localnetChainId } from '#src/localnet/client.ts';
import { usdcAddress } from '#src/localnet/usdc.ts';
import { authorizationDigest, authorizationWords } from '#src/x402/eip3009/authorization.ts';
import type { BenchChain } from './chain.ts';

/** Bodies for verify and settle, each of a payment of its own. */
export type Payments = {
  payTo: Address;
  /** The next `count` signed bodies, as JSON. */
  take(count: number): string[];
};

const price = 100n;
const payerCount = 256;
const domain = {
  name: 'USDC',
  version: '2',
  chainId: localnetChainId,
  verifyingContract: usdcAddress.toLowerCase() as Address,
};

type Payer = { key: Uint8Array; address: Address };

/** Payers with USDC, who pay in turn, and a merchant who has been paid before. */
export async function createPayments(chain: BenchChain): Promise<Payments> {
  const payers = Array.from({ length: payerCount }, (): Payer => {
    const key = generatePrivateKey();
    return { key: Buffer.from(key.slice(2), 'hex'), address: checksum(privateKeyToAddress(key)) };
  });
  const payTo = checksum(privateKeyToAddress(generatePrivateKey()));
  await Promise.all(payers.map(({ address }) => chain.giveUsdc(address, 1_000_000_000n)));
  await chain.giveUsdc(payTo, 1n);
  let turn = 0;
  return {
    payTo,
    take: (count) =>
      Array.from({ length: count }, () => {
        const payer = payers[turn++ % payerCount] as Payer;
        return JSON.stringify(signedBody(payer, payTo));
      }),
  };
}

function signedBody({ key, address }: Payer, payTo: Address) {
  const now = Math.floor(Date.now() / 1000);
  const authorization = {
    from: address,
    to: payTo,
    value: price.toString(),
    validAfter: String(now - 600),
    validBefore: String(now + 3_600),
    nonce: `0x${randomBytes(32).toString('hex')}` as Hex,
  };
  const words = authorizationWords({
    from: address.toLowerCase() as Address,
    to: payTo.toLowerCase() as Address,
    value: price,
    validAfter: BigInt(authorization.validAfter),
    validBefore: BigInt(authorization.validBefore),
    nonce: authorization.nonce,
    signature: '0x',
    wrapper: null,
  });
  const { signature, recid } = secp256k1.ecdsaSign(authorizationDigest(domain, words), key);
  const v = (27 + recid).toString(16);
  const accepted = {
    scheme: 'exact',
    network: `eip155:${localnetChainId}`,
    amount: price.toString(),
    asset: usdcAddress,
    payTo,
    maxTimeoutSeconds: 60,
    extra: { name: domain.name, version: domain.version },
  };
  const payload = { signature: `0x${Buffer.from(signature).toString('hex')}${v}`, authorization };
  return {
    x402Version: 2,
    paymentPayload: { x402Version: 2, accepted, payload },
    paymentRequirements: accepted,
  };
}
