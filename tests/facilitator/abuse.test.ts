import { setUsdc } from '#src/localnet/faucet.ts';
import { randomBytes } from 'node:crypto';
import { concatHex, encodeAbiParameters, erc20Abi, type Hex, maxUint256 } from 'viem';
import { toAccount } from 'viem/accounts';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { permit2Address } from '#src/core/permit2.ts';
import { createLocalnetClient } from '#src/localnet/client.ts';
import { bootApp, type TestApp } from '#tests/kit/app.ts';
import { rpcProxy, type RpcProxy } from '#tests/kit/rpc-proxy.ts';
import {
  agrees,
  ambush,
  answersZero,
  deployed,
  endless,
  flood,
  hostileToken,
  liar,
  loudRevert,
  stub,
} from './hostile-kit.ts';
import {
  chainOf,
  type Merchant,
  newAddress,
  newMerchant,
  newPayer,
  type PaymentBody,
  paymentBody,
  price,
  sentBy,
  settle,
  verify,
} from './kit.ts';
import { permit2Body } from './permit2-kit.ts';

let test: TestApp;
let proxy: RpcProxy;
let merchant: Merchant;
beforeAll(async () => {
  proxy = await rpcProxy(inject('localnet').rpcUrl);
  test = await bootApp({ env: { BASE_SEPOLIA_RPC_URL: proxy.url } });
  merchant = await newMerchant(test.app);
});
beforeEach(() => {
  merchant = { ...merchant, payTo: newAddress() };
});
afterAll(async () => {
  await test.close();
  await proxy.close();
});

const pay = async (asset?: Hex, version: 1 | 2 = 2): Promise<PaymentBody> => {
  const { localnet } = test;
  const payer = await newPayer(localnet);
  return paymentBody({ localnet, payer, payTo: merchant.payTo, version, ...(asset ? { asset } : {}) });
};

/** Verify and settle both refuse it with the reason, send nothing and take no long time. */
const expectRefusedByBoth = async (body: PaymentBody, reason: string) => {
  const sent = await sentBy(test);
  const started = performance.now();
  const verdict = await verify(test.app, merchant, body);
  expect(verdict).toMatchObject({ status: 200, body: { isValid: false, invalidReason: reason, payer: '' } });
  const answer = await settle(test.app, merchant, body);
  expect(answer).toMatchObject({
    status: 200,
    body: { success: false, errorReason: reason, transaction: '', payer: '' },
  });
  expect(performance.now() - started).toBeLessThan(10_000);
  expect((await sentBy(test)) - sent).toBe(0);
};

const receiptOf = (hash: unknown) =>
  chainOf(test.localnet).client.getTransactionReceipt({ hash: hash as Hex });

describe('an asset', () => {
  it.each([1, 2] as const)('that nobody registered is not even looked at, version %i', async (version) => {
    const asset = await deployed(test, endless);
    const body = await pay(asset, version);
    proxy.requests = 0;
    await expectRefusedByBoth(body, 'invalid_payment_requirements');
    expect(proxy.requests).toBe(0);
  });

  it('that is registered and burns all gas it is given never verifies', async () => {
    const asset = await hostileToken(test, endless);
    await expectRefusedByBoth(await pay(asset), 'invalid_exact_evm_eip3009_not_supported');
    await expectRefusedByBoth(await pay(asset, 1), 'invalid_payment_requirements');
  });

  it.each([
    ['answers with a flood', flood],
    ['answers half a word', stub],
    ['reverts loudly', loudRevert],
    ['has no code', '0x'],
  ] as const)('that is registered and %s never verifies', async (_, bytecode) => {
    const asset = await hostileToken(test, liar);
    await createLocalnetClient(test.localnet.rpcUrl).setCode({ address: asset, bytecode });
    await expectRefusedByBoth(await pay(asset), 'invalid_exact_evm_eip3009_not_supported');
  });

  it('that says yes and moves nothing is found out by its missing transfer', async () => {
    const asset = await hostileToken(test, liar);
    const body = await pay(asset);
    expect((await verify(test.app, merchant, body)).body).toMatchObject({ isValid: true });
    const answer = await settle(test.app, merchant, body);
    expect(answer.body).toMatchObject({
      success: false,
      errorReason: 'invalid_exact_evm_transfer_event_mismatch',
    });
    expect((await receiptOf(answer.body['transaction'])).status).toBe('success');
  });

  it('that behaves only while it is asked burns no more than the cap', async () => {
    const asset = await hostileToken(test, ambush(answersZero));
    const body = await pay(asset);
    expect((await verify(test.app, merchant, body)).body).toMatchObject({ isValid: true });
    const answer = await settle(test.app, merchant, body);
    expect(answer.body).toMatchObject({
      success: false,
      errorReason: 'invalid_exact_evm_transaction_failed',
      transaction: expect.stringMatching(/^0x/),
    });
    const { status, gasUsed } = await receiptOf(answer.body['transaction']);
    expect(status).toBe('reverted');
    expect(gasUsed).toBeGreaterThan(250_000n);
    expect(gasUsed).toBeLessThan(300_000n);
  });

  it('that burns its batch harms nobody else in it', async () => {
    const asset = await hostileToken(test, ambush(answersZero));
    const bodies = await Promise.all([...Array.from({ length: 9 }, () => pay()), pay(asset)]);
    const answers = await Promise.all(bodies.map((body) => settle(test.app, merchant, body)));
    expect(answers.map((one) => one.body['success'])).toEqual([...Array(9).fill(true), false]);
    expect(await chainOf(test.localnet).usdc(merchant.payTo)).toBe(9n * price);
    const gas = await Promise.all(
      [...new Set(answers.map((one) => one.body['transaction']))].map(
        async (hash) => (await receiptOf(hash)).gasUsed,
      ),
    );
    expect(gas.reduce((sum, one) => sum + one, 0n)).toBeLessThan(3_000_000n);
  });
});

/** Signs as a wallet contract's owner would; what it says is up to the wallet. */
const walletBody = async (from: Hex, signature: Hex, version: 1 | 2 = 2): Promise<PaymentBody> => {
  await setUsdc(test.localnet, from, 1_000_000n);
  const payer = toAccount({
    address: from,
    signMessage: async () => signature,
    signTransaction: async () => signature,
    signTypedData: async () => signature,
  });
  return paymentBody({ localnet: test.localnet, payer: payer as never, payTo: merchant.payTo, version });
};
const anySignature = (): Hex => `0x${randomBytes(80).toString('hex')}`;

describe('a wallet contract', () => {
  it.each([
    ['burns all gas it is given', endless],
    ['answers with a flood', flood],
    ['answers half a word', stub],
    ['answers zero', liar],
    ['reverts loudly', loudRevert],
  ])('that %s has not signed', async (_, bytecode) => {
    const body = await walletBody(await deployed(test, bytecode), anySignature());
    await expectRefusedByBoth(body, 'invalid_exact_evm_signature');
  });

  it('is told so in the words of version 1', async () => {
    const body = await walletBody(await deployed(test, endless), anySignature(), 1);
    await expectRefusedByBoth(body, 'invalid_exact_evm_payload_signature');
  });

  it('that agrees only while it is asked burns no gas of others that are settled with it', async () => {
    const traps = await Promise.all([1, 2].map(() => deployed(test, ambush(agrees))));
    const bodies = [
      ...(await Promise.all(traps.map((trap) => walletBody(trap, anySignature())))),
      ...(await Promise.all(Array.from({ length: 9 }, () => pay()))),
    ];
    const sent = await sentBy(test);
    const answers = await Promise.all(bodies.map((body) => settle(test.app, merchant, body)));
    expect(answers.map((one) => one.body['success'])).toEqual([false, false, ...Array(9).fill(true)]);
    const [first, second, ...others] = answers.map((one) => one.body['transaction']);
    expect(others).not.toContain(first);
    expect(others).not.toContain(second);
    const gas = await Promise.all([...new Set(others)].map(async (hash) => (await receiptOf(hash)).gasUsed));
    expect(gas.reduce((sum, one) => sum + one, 0n)).toBeLessThan(9n * 100_000n);
    // Nothing was sent but what the answers name: no batch was tried in vain.
    expect((await sentBy(test)) - sent).toBe(new Set([first, second, ...others]).size);
  });

  it('that agrees only while it is asked burns no more than the cap', async () => {
    const body = await walletBody(await deployed(test, ambush(agrees)), anySignature());
    expect((await verify(test.app, merchant, body)).body).toMatchObject({ isValid: true });
    const answer = await settle(test.app, merchant, body);
    expect(answer.body).toMatchObject({
      success: false,
      errorReason: 'invalid_exact_evm_transaction_failed',
    });
    const { gasUsed, status } = await receiptOf(answer.body['transaction']);
    expect(status).toBe('reverted');
    expect(gasUsed).toBeLessThan(450_000n);
    expect(await chainOf(test.localnet).usdc(merchant.payTo)).toBe(0n);
  });

  it.each([
    [1, 'invalid_exact_evm_payload_undeployed_smart_wallet'],
    [2, 'eip6492_factory_not_allowed'],
  ] as const)('of a foreign factory is not deployed at our cost, version %i', async (version, reason) => {
    const factory = await deployed(test, endless);
    const parts = [{ type: 'address' }, { type: 'bytes' }, { type: 'bytes' }] as const;
    const wrapped = concatHex([
      encodeAbiParameters(parts, [factory, '0x1234', anySignature()]),
      `0x${'6492'.repeat(16)}`,
    ]);
    await expectRefusedByBoth(await walletBody(newAddress(), wrapped, version), reason);
  });
});

describe('by Permit2', () => {
  const permit2From = async (from: Hex, signature: Hex) => {
    await setUsdc(test.localnet, from, 1_000_000n);
    const client = createLocalnetClient(test.localnet.rpcUrl);
    await client.impersonateAccount({ address: from });
    await client.setBalance({ address: from, value: 10n ** 18n });
    const args = [permit2Address, maxUint256] as const;
    const { usdc } = test.localnet.addresses;
    const hash = await client.writeContract({
      account: from,
      address: usdc,
      abi: erc20Abi,
      functionName: 'approve',
      args,
    });
    await client.waitForTransactionReceipt({ hash });
    const payer = toAccount({
      address: from,
      signMessage: async () => signature,
      signTransaction: async () => signature,
      signTypedData: async () => signature,
    });
    return permit2Body({ localnet: test.localnet, payer: payer as never, payTo: merchant.payTo });
  };
  /** Has code only after it has approved: a contract sends nothing by itself. */
  const wallet = async (bytecode: Hex) => {
    const from = newAddress();
    const body = await permit2From(from, anySignature());
    await createLocalnetClient(test.localnet.rpcUrl).setCode({ address: from, bytecode });
    return body as unknown as PaymentBody;
  };

  it.each([
    ['burns all gas it is given', endless],
    ['answers with a flood', flood],
    ['answers half a word', stub],
    ['reverts loudly', loudRevert],
  ])('a wallet contract that %s has not signed', async (_, bytecode) => {
    await expectRefusedByBoth(await wallet(bytecode), 'invalid_permit2_signature');
  });

  it('a wallet contract that agrees only while it is asked burns no more than the cap', async () => {
    const body = await wallet(ambush(agrees));
    expect((await verify(test.app, merchant, body)).body).toMatchObject({ isValid: true });
    const answer = await settle(test.app, merchant, body);
    expect(answer.body).toMatchObject({ success: false, transaction: expect.stringMatching(/^0x/) });
    const { gasUsed, status } = await receiptOf(answer.body['transaction']);
    expect(status).toBe('reverted');
    expect(gasUsed).toBeLessThan(620_000n);
    expect(await chainOf(test.localnet).usdc(merchant.payTo)).toBe(0n);
  });
});

describe('a field', () => {
  const authorization = (change: object) => (body: PaymentBody) => {
    Object.assign(body.paymentPayload.payload.authorization, change);
  };
  const signature = (value: unknown) => (body: PaymentBody) => {
    Object.assign(body.paymentPayload.payload, { signature: value });
  };
  const asked = (change: object) => (body: PaymentBody) => {
    Object.assign(body.paymentRequirements, change);
    body.paymentPayload['accepted'] = body.paymentRequirements;
  };

  it.each([
    ['a signature of 8,193 bytes', signature(`0x${'11'.repeat(8_193)}`), 'INVALID_PAYLOAD', 'signature'],
    ['a signature that is no hex', signature('0xzz'), 'INVALID_PAYLOAD', 'signature'],
    [
      'a wrapper with an offset beyond it',
      signature(`0x${'ff'.repeat(96)}${'6492'.repeat(16)}`),
      'INVALID_PAYLOAD',
      'signature',
    ],
    ['a value of 79 digits', authorization({ value: '1'.repeat(79) }), 'INVALID_PAYLOAD', 'value'],
    ['a value of 2^256', authorization({ value: (2n ** 256n).toString() }), 'INVALID_PAYLOAD', 'value'],
    ['a value in hex', authorization({ value: '0x10' }), 'INVALID_PAYLOAD', 'value'],
    ['a value that is a number', authorization({ value: 10_000 }), 'INVALID_PAYLOAD', 'value'],
    ['a nonce of 31 bytes', authorization({ nonce: `0x${'11'.repeat(31)}` }), 'INVALID_PAYLOAD', 'nonce'],
    ['a payer that is no address', authorization({ from: 'vitalik.eth' }), 'INVALID_PAYLOAD', 'from'],
    ['an amount that is a number', asked({ amount: 10_000 }), 'INVALID_REQUEST', 'amount'],
    ['an amount of 2^256', asked({ amount: (2n ** 256n).toString() }), 'INVALID_REQUEST', 'amount'],
    ['an asset that is no address', asked({ asset: 'USDC' }), 'INVALID_REQUEST', 'asset'],
    ['a payTo that is no address', asked({ payTo: '0x12' }), 'INVALID_REQUEST', 'payTo'],
    ['a scheme of 200 characters', asked({ scheme: 'x'.repeat(200) }), 'INVALID_REQUEST', 'scheme'],
    ['a network that is an object', asked({ network: {} }), 'INVALID_REQUEST', 'network'],
    ['an extra that is a list', asked({ extra: [] }), 'INVALID_REQUEST', 'extra'],
  ])('%s is named', async (_, bend, code, field) => {
    const body = await pay();
    bend(body);
    for (const ask of [verify, settle]) {
      const answer = await ask(test.app, merchant, body);
      expect(answer).toMatchObject({ status: 400, body: { code } });
      expect(answer.body['details']).toContain(field);
    }
  });

  it('in a body above 64 KB is not read', async () => {
    const body = { ...(await pay()), filler: 'x'.repeat(64 * 1024) };
    for (const ask of [verify, settle]) {
      expect(await ask(test.app, merchant, body)).toMatchObject({
        status: 413,
        body: { code: 'PAYLOAD_TOO_LARGE' },
      });
    }
  });
});
