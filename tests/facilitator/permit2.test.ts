import { encodeFunctionData, type Hex, parseEther } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { x402ExactPermit2ProxyABI } from '@x402/evm';
import { exactProxyAddress, permit2Address } from '#src/core/permit2.ts';
import { createLocalnetClient } from '#src/localnet/client.ts';
import { fundNative } from '#src/localnet/faucet.ts';
import { listSettlements } from '#schemas/facilitator/settlements.ts';
import { getSupported } from '#schemas/facilitator/system.ts';
import { bootApp, type TestApp } from '#tests/kit/app.ts';
import { call } from '#tests/kit/call.ts';
import {
  callElsewhere,
  chainOf,
  type Merchant,
  newAddress,
  newMerchant,
  newPayer,
  paymentBody,
  price,
  sentBy,
  settle,
  transferCall,
  verify,
} from './kit.ts';
import {
  newPermit2Payer,
  permit2Body,
  type Permit2Body,
  settleArgs,
  settledFor,
  sponsoringOf,
} from './permit2-kit.ts';

let test: TestApp;
let merchant: Merchant;
beforeAll(async () => {
  test = await bootApp();
  merchant = await newMerchant(test.app);
});
afterAll(() => test.close());

const hash = expect.stringMatching(/^0x[0-9a-f]{64}$/);
const received = () => chainOf(test.localnet).usdc(merchant.payTo);
const settles = (body: Permit2Body) => settle(test.app, merchant, body);
const payment = async (amount = price) => {
  const payer = await newPermit2Payer(test.localnet);
  return permit2Body({ localnet: test.localnet, payer, payTo: merchant.payTo, amount });
};
const signers = () => test.signers.map((key) => privateKeyToAccount(key).address);

describe('exact by Permit2', () => {
  it('is verified, settled once and answered with success once', async () => {
    const body = await payment();
    expect((await verify(test.app, merchant, body)).body).toMatchObject({ isValid: true });
    const before = await received();
    const answers = await Promise.all(Array.from({ length: 20 }, () => settles(body)));
    const won = answers.filter((one) => one.body['success'] === true);
    expect(won).toHaveLength(1);
    expect(won[0]?.body).toMatchObject({ transaction: hash, amount: price.toString() });
    const transaction = won[0]?.body['transaction'];
    for (const one of answers.filter((other) => other !== won[0])) {
      expect(one.body).toMatchObject({ errorReason: 'duplicate_settlement', transaction });
    }
    expect((await received()) - before).toBe(price);
    expect((await verify(test.app, merchant, body)).body).toMatchObject({
      isValid: false,
      invalidReason: 'permit2_invalid_nonce',
    });
  });

  it('is not of version 1, which knows EIP-3009 alone', async () => {
    const { paymentPayload, paymentRequirements } = await payment();
    const { amount, ...terms } = paymentRequirements;
    const body = {
      x402Version: 1,
      paymentPayload: {
        x402Version: 1,
        scheme: 'exact',
        network: 'base-sepolia',
        payload: paymentPayload.payload,
      },
      paymentRequirements: { ...terms, network: 'base-sepolia', maxAmountRequired: amount },
    };
    const kinds = (await call(test.app, getSupported, { headers: merchant.headers })).body.kinds;
    expect(kinds.filter((one) => one.x402Version === 1)).toMatchObject([{ scheme: 'exact' }]);
    for (const ask of [verify, settle]) {
      expect(await ask(test.app, merchant, body)).toMatchObject({
        status: 400,
        body: { code: 'INVALID_PAYLOAD' },
      });
    }
  });

  it('is sponsored by an EIP-2612 permit', async () => {
    const payer = await newPayer(test.localnet);
    const extensions = await sponsoringOf(test.localnet, payer);
    const body = await permit2Body({ localnet: test.localnet, payer, payTo: merchant.payTo, extensions });
    const { extensions: _, ...bare } = body.paymentPayload;
    expect((await verify(test.app, merchant, { ...body, paymentPayload: bare })).body).toMatchObject({
      invalidReason: 'permit2_allowance_required',
    });
    expect((await settles(body)).body).toMatchObject({ success: true, transaction: hash });
  });

  it('shares transactions with others; equal payments of one payer are all paid', async () => {
    const { localnet } = test;
    const payers = await Promise.all(Array.from({ length: 8 }, () => newPermit2Payer(localnet)));
    const twins = [payers[0], payers[0], payers[0]].flatMap((one) => one ?? []);
    const bodies = await Promise.all(
      [...payers, ...twins].map((payer) => permit2Body({ localnet, payer, payTo: merchant.payTo })),
    );
    const [before, sent] = [await received(), await sentBy(test)];
    const answers = await Promise.all(bodies.map(settles));
    expect(answers.map((one) => one.body['success'])).toEqual(bodies.map(() => true));
    expect((await received()) - before).toBe(price * 11n);
    expect((await sentBy(test)) - sent).toBeLessThan(bodies.length);
    const own = answers.filter((_, i) => i === 0 || i >= 8).map((one) => one.body['transaction']);
    expect(new Set(own).size).toBe(4);
  });

  it('pays as upto nothing, and says so', async () => {
    const body = await payment();
    const asked = { ...body.paymentRequirements, scheme: 'upto' };
    const mixed = {
      ...body,
      paymentRequirements: asked,
      paymentPayload: { ...body.paymentPayload, accepted: asked },
    };
    expect((await verify(test.app, merchant, mixed)).status).toBe(400);
  });
});

describe('put on the chain by somebody else', () => {
  const stranger = privateKeyToAccount(generatePrivateKey());
  beforeAll(() => fundNative(test.localnet, stranger.address, parseEther('1')));

  async function submit(body: Permit2Body): Promise<Hex> {
    const client = createLocalnetClient(test.localnet.rpcUrl);
    const transaction = await client.writeContract({
      account: stranger,
      address: exactProxyAddress,
      abi: x402ExactPermit2ProxyABI,
      functionName: 'settle',
      args: settleArgs(body),
    });
    await client.waitForTransactionReceipt({ hash: transaction });
    return transaction;
  }

  it('is success with their transaction, once', async () => {
    const body = await payment();
    const transaction = await submit(body);
    const sent = await sentBy(test);
    expect((await settles(body)).body).toMatchObject({ success: true, transaction });
    expect((await settles(body)).body).toMatchObject({ errorReason: 'duplicate_settlement', transaction });
    expect((await sentBy(test)) - sent).toBe(0);
  });

  it('does not count one transfer for two payments', async () => {
    const { localnet } = test;
    const payer = await newPermit2Payer(localnet);
    const twins = await Promise.all(
      [1, 2].map(() => permit2Body({ localnet, payer, payTo: merchant.payTo })),
    );
    const [paid, cancelled] = twins as [Permit2Body, Permit2Body];
    await submit(paid);
    // The payer cancels the other one's nonce: it looks as spent as the first.
    const nonce = BigInt(cancelled.paymentPayload.payload.permit2Authorization.nonce);
    const client = createLocalnetClient(localnet.rpcUrl);
    const cancel = await client.writeContract({
      account: payer,
      address: permit2Address,
      abi: [
        {
          type: 'function',
          name: 'invalidateUnorderedNonces',
          inputs: [
            { name: 'wordPos', type: 'uint256' },
            { name: 'mask', type: 'uint256' },
          ],
          outputs: [],
          stateMutability: 'nonpayable',
        },
      ],
      functionName: 'invalidateUnorderedNonces',
      args: [nonce >> 8n, 1n << (nonce & 255n)],
    });
    await client.waitForTransactionReceipt({ hash: cancel });
    expect((await settles(cancelled)).body).toMatchObject({
      success: false,
      errorReason: 'permit2_invalid_nonce',
    });
    expect((await settles(paid)).body).toMatchObject({ success: true });
    const { data } = (await call(test.app, listSettlements, { headers: merchant.headers })).body;
    // Of the other one nothing is kept: it is neither paid nor on its way.
    expect(data.settlements.filter(({ payer: from }) => from === payer.address)).toMatchObject([
      { status: 'settled' },
    ]);
  });
});

it('a payment by Permit2 pays for no authorization of EIP-3009 that its payer spent on something else beside it', async () => {
  const { localnet } = test;
  const payer = await newPermit2Payer(localnet);
  const paid = await permit2Body({ localnet, payer, payTo: merchant.payTo });
  const unpaid = await paymentBody({ localnet, payer, payTo: merchant.payTo });
  const nonce = unpaid.paymentPayload.payload.authorization.nonce as Hex;
  const aside = await paymentBody({ localnet, payer, payTo: newAddress(), nonce });
  const settling = encodeFunctionData({
    abi: x402ExactPermit2ProxyABI,
    functionName: 'settle',
    args: settleArgs(paid) as never,
  });
  const before = await received();
  const transaction = await callElsewhere(
    localnet,
    { to: localnet.addresses.usdc, data: transferCall(aside) },
    { to: exactProxyAddress, data: settling },
  );
  expect((await settles(paid)).body).toMatchObject({ success: true, transaction });
  expect((await settle(test.app, merchant, unpaid)).body).toMatchObject({ success: false });
  expect((await received()) - before).toBe(price);
});

describe('upto', () => {
  const permitted = 50_000n;
  const uptoBody = async (facilitator = signers()[1] as Hex) => {
    const payer = await newPermit2Payer(test.localnet);
    return permit2Body({
      localnet: test.localnet,
      payer,
      payTo: merchant.payTo,
      amount: permitted,
      facilitator,
    });
  };

  it('settles what was used, sent by the very key that the payer named', async () => {
    const { client } = chainOf(test.localnet);
    for (const facilitator of signers()) {
      const body = await uptoBody(facilitator);
      expect((await verify(test.app, merchant, body)).body).toMatchObject({ isValid: true });
      const before = await received();
      const { body: answer } = await settles(settledFor(body, 12_345n));
      expect(answer).toMatchObject({ success: true, amount: '12345', transaction: hash });
      expect((await received()) - before).toBe(12_345n);
      const { from } = await client.getTransaction({ hash: answer['transaction'] as Hex });
      expect(from).toBe(facilitator.toLowerCase());
      expect((await settles(settledFor(body, 100n))).body).toMatchObject({
        errorReason: 'duplicate_settlement',
        amount: '12345',
      });
    }
  });

  it('refuses more than permitted, and less at verify', async () => {
    const body = await uptoBody();
    expect((await settles(settledFor(body, permitted + 1n))).body).toMatchObject({
      errorReason: 'invalid_upto_evm_payload_settlement_exceeds_amount',
    });
    expect((await verify(test.app, merchant, settledFor(body, 1n))).body).toMatchObject({
      isValid: false,
    });
    expect((await settles(await uptoBody(merchant.payTo))).body).toMatchObject({
      errorReason: 'upto_facilitator_mismatch',
    });
  });

  it('needs no transaction when nothing is due, once, and the authorization stays as good as it was', async () => {
    const body = await uptoBody();
    const sent = await sentBy(test);
    expect((await settles(settledFor(body, 0n))).body).toMatchObject({
      success: true,
      transaction: '',
      amount: '0',
      errorReason: '',
    });
    expect((await settles(settledFor(body, 0n))).body).toMatchObject({ success: false });
    expect((await sentBy(test)) - sent).toBe(0);
    expect((await verify(test.app, merchant, body)).body).toMatchObject({ isValid: true });
    const before = await received();
    const answers = await Promise.all([1, 2, 3].map(() => settles(settledFor(body, 700n))));
    expect(answers.filter((one) => one.body['success'] === true)).toHaveLength(1);
    for (const { body: answer } of answers)
      expect(answer).toMatchObject({ transaction: hash, amount: '700' });
    expect((await received()) - before).toBe(700n);
    expect((await verify(test.app, merchant, body)).body).toMatchObject({ isValid: false });
    expect((await settles(settledFor(body, 0n))).body).toMatchObject({ success: false });
  });
});
