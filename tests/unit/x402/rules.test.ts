import { describe, expect, it } from 'vitest';
import { encodeAbiParameters, concatHex, type Hex } from 'viem';
import {
  bodyV1,
  bodyV2,
  engine,
  failed,
  merchant,
  now,
  ok,
  payer,
  stranger,
  uint,
  usdc,
} from './fixtures.ts';

const magic = `0x1626ba7e${'0'.repeat(56)}` as Hex;
const refusal = (reason: string) => ({ valid: false, reason, message: expect.any(String) });
const verdictOf = async (body: unknown, chain = {}, options = {}) => engine(chain, options).verify(body);

describe('exact by EIP-3009', () => {
  it.each([
    ['v2', bodyV2],
    ['v1', bodyV1],
  ])('accepts a payment in order, %s', async (_, body) => {
    const { verify, asked } = engine({ timestamp: now });
    expect(await verify(await body())).toEqual({
      valid: true,
      payer: payer.address.toLowerCase(),
      asOf: BigInt(now),
    });
    expect(asked).toHaveLength(1);
  });

  it('accepts the seed spelling: payload as base64, versions inside', async () => {
    const { paymentPayload, paymentRequirements } = await bodyV1();
    const payload = Buffer.from(JSON.stringify(paymentPayload.payload)).toString('base64');
    const body = {
      paymentPayload: { ...paymentPayload, payload },
      paymentRequirements: { ...paymentRequirements, x402Version: 1 },
    };
    expect(await verdictOf(body)).toMatchObject({ valid: true });
  });

  it.each([
    ['unknown scheme', { requirements: { scheme: 'streaming' } }, 'unsupported_scheme'],
    ['scheme of the payment', { accepted: { scheme: 'upto' } }, 'invalid_exact_evm_scheme'],
    ['unknown network', { requirements: { network: 'eip155:5' } }, 'invalid_network'],
    ['other network', { accepted: { network: 'base' } }, 'invalid_exact_evm_network_mismatch'],
    ['unregistered asset', { requirements: { asset: merchant } }, 'invalid_payment_requirements'],
    ['no domain', { requirements: { extra: {} } }, 'invalid_exact_evm_missing_eip712_domain'],
    ['accepted amount', { accepted: { amount: '1' } }, 'invalid_payment_requirements'],
    [
      'accepted extra',
      { accepted: { extra: { name: 'USDC', version: '3' } } },
      'invalid_payment_requirements',
    ],
    ['foreign key', { signer: stranger }, 'invalid_exact_evm_signature'],
    ['recipient', { authorization: { to: stranger.address } }, 'invalid_exact_evm_recipient_mismatch'],
    [
      'expiry below the margin',
      { authorization: { validBefore: String(now + 5) } },
      'invalid_exact_evm_payload_authorization_valid_before',
    ],
    [
      'future validAfter',
      { authorization: { validAfter: String(now + 1) } },
      'invalid_exact_evm_payload_authorization_valid_after',
    ],
    [
      'value above (v2 is exact)',
      { authorization: { value: '10001' } },
      'invalid_exact_evm_payload_authorization_value_mismatch',
    ],
  ])('refuses: %s', async (_, change, reason) => {
    expect(await verdictOf(await bodyV2(change as never))).toEqual(refusal(reason));
  });

  it('takes more than asked in v1, not less', async () => {
    expect(await verdictOf(await bodyV1({ authorization: { value: '10001' } }))).toMatchObject({
      valid: true,
    });
    expect(await verdictOf(await bodyV1({ authorization: { value: '9999' } }))).toEqual(
      refusal('invalid_exact_evm_payload_authorization_value_mismatch'),
    );
  });

  it('judges the signature before recipient, time and value', async () => {
    const body = await bodyV2();
    body.paymentPayload.payload.authorization.to = stranger.address;
    expect(await verdictOf(body)).toEqual(refusal('invalid_exact_evm_signature'));
  });

  it('takes the domain from the registry when the merchant does not tell it', async () => {
    const asset = { eip712Name: 'USDC', eip712Version: '2', minAmount: 0n };
    const options = { assets: { findPaymentAsset: async () => asset } };
    expect(await verdictOf(await bodyV2({ requirements: { extra: {} } }), {}, options)).toMatchObject({
      valid: true,
    });
  });

  it('refuses amounts below the least of the asset', async () => {
    const asset = { eip712Name: null, eip712Version: null, minAmount: 10_001n };
    const options = { assets: { findPaymentAsset: async () => asset } };
    expect(await verdictOf(await bodyV2(), {}, options)).toEqual(refusal('amount_too_low'));
  });

  it('takes addresses in any case, also in what the payer accepted', async () => {
    const body = await bodyV2({ accepted: { asset: usdc.toLowerCase(), payTo: merchant.toLowerCase() } });
    expect(await verdictOf(body)).toMatchObject({ valid: true });
  });
});

describe('what the chain says', () => {
  const bodyOf = bodyV2;

  it.each([
    ['spent nonce', { used: 1n }, 'invalid_exact_evm_nonce_already_used'],
    ['no EIP-3009', { state: failed() }, 'invalid_exact_evm_eip3009_not_supported'],
    ['no contract at the asset', { state: ok() }, 'invalid_exact_evm_eip3009_not_supported'],
    ['low balance', { simulation: false, balance: 1n }, 'invalid_exact_evm_insufficient_balance'],
    [
      'block past validBefore',
      { simulation: false, timestamp: now + 60 },
      'invalid_exact_evm_payload_authorization_valid_before',
    ],
    [
      'block not past validAfter',
      { simulation: false, timestamp: now - 600 },
      'invalid_exact_evm_payload_authorization_valid_after',
    ],
    ['token name', { simulation: false, name: 'USD Coin' }, 'invalid_exact_evm_token_name_mismatch'],
    ['token version', { simulation: false, version: '1' }, 'invalid_exact_evm_token_version_mismatch'],
    ['delegated account refuses', { simulation: false, wallet: failed() }, 'invalid_exact_evm_signature'],
    ['paused token', { simulation: false }, 'invalid_exact_evm_transaction_simulation_failed'],
  ])('refuses: %s', async (_, chain, reason) => {
    expect(await verdictOf(await bodyOf(), chain)).toEqual(refusal(reason));
  });

  it('never verifies a spent nonce, whatever the simulation says', async () => {
    expect(await verdictOf(await bodyOf(), { used: 1n, simulation: true })).toEqual(
      refusal('invalid_exact_evm_nonce_already_used'),
    );
  });

  it('asks a wallet contract, and sends its signature as bytes', async () => {
    const { verify, asked } = engine({ wallet: ok(magic) });
    expect(await verify(await bodyV2({ signature: `0x${'cd'.repeat(96)}` }))).toMatchObject({ valid: true });
    expect(asked[0]?.reads).toHaveLength(3);
    expect(asked[0]?.simulation[0]?.data.slice(0, 10)).toBe('0xcf092995');
    expect(await verdictOf(await bodyV2({ signer: stranger }), { wallet: ok(uint(0n)) })).toEqual(
      refusal('invalid_exact_evm_signature'),
    );
  });

  it('tells terms of a wallet contract only after its signature', async () => {
    const body = await bodyV2({ signer: stranger, authorization: { to: stranger.address } });
    expect(await verdictOf(body, { wallet: ok(magic) })).toEqual(
      refusal('invalid_exact_evm_recipient_mismatch'),
    );
  });

  it('lets the error of an unreachable chain through: nobody can tell', async () => {
    const options = { ask: async () => Promise.reject(new Error('refused')) };
    await expect(verdictOf(await bodyOf(), {}, options)).rejects.toThrow('refused');
  });
});

describe('ERC-6492', () => {
  const factory: Hex = `0x${'fa'.repeat(20)}`;
  const wrap = (inner: Hex) =>
    concatHex([
      encodeAbiParameters(
        [{ type: 'address' }, { type: 'bytes' }, { type: 'bytes' }],
        [factory, '0x1234', inner],
      ),
      `0x${'6492'.repeat(16)}`,
    ]);
  const body = () => bodyV2({ signature: wrap(`0x${'cd'.repeat(65)}`) });

  it('denies factories that are not listed', async () => {
    expect(await verdictOf(await body())).toEqual(refusal('eip6492_factory_not_allowed'));
  });

  it('deploys and transfers in one simulation when the factory is listed', async () => {
    const { verify, asked } = engine({}, { factories: new Set([factory]) });
    expect(await verify(await body())).toMatchObject({ valid: true });
    expect(asked[0]?.simulation.map((call) => call.to)).toEqual([factory, usdc.toLowerCase()]);
  });

  it('takes the inner signature of a wallet that is deployed', async () => {
    expect(await verdictOf(await body(), { wallet: ok(magic) })).toMatchObject({ valid: true });
  });

  it('calls a malformed wrapper unreadable', async () => {
    const bad = await bodyV2({ signature: `0x${'ff'.repeat(64)}${'6492'.repeat(16)}` });
    expect(await verdictOf(bad)).toMatchObject({ fault: 'invalid_payload' });
  });
});
