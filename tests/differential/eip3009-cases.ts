import { type Hex } from 'viem';
import type { PrivateKeyAccount } from 'viem/accounts';
import { usdcAddress } from '#src/localnet/usdc.ts';
import { newAccount, someAddress } from '#tests/chain/own-contracts-kit.ts';
import { burnsGas } from '#tests/chain/permit2-kit.ts';
import { type Change, eip3009, now, payTo, permit2 } from './kit.ts';
import {
  type Case,
  highS,
  parityV,
  compact,
  stranger,
  wallet,
  yes,
  no,
  junk,
  delegated,
  factory,
  plannedWallet,
  wrap,
  paused,
  v1Words,
  strict,
  readable,
  registered,
  accepted,
  evenV,
  lowS,
  with3009,
  usedUp,
} from './payers.ts';

export const eip3009V2: Case[] = [
  { name: 'in order', body: with3009(), official: 'valid' },
  {
    name: 'addresses in lower case',
    body: with3009({
      asked: { asset: usdcAddress.toLowerCase(), payTo: payTo.toLowerCase() },
      sent: { to: payTo.toLowerCase() },
    }),
    official: 'valid',
  },
  {
    name: 'v is 0 or 1',
    body: with3009({ signature: parityV }),
    official: 'invalid_exact_evm_transaction_simulation_failed',
    ours: 'valid',
    why: evenV,
  },
  {
    name: 'high s',
    body: with3009({ signature: highS }),
    official: 'invalid_exact_evm_transaction_simulation_failed',
    ours: 'invalid_exact_evm_signature',
    why: lowS,
  },
  { name: 'a stranger signs', body: with3009({ signer: stranger }), official: 'invalid_exact_evm_signature' },
  {
    name: 'signature of 64 bytes',
    body: with3009({ signature: compact }),
    official: 'invalid_exact_evm_signature',
  },
  {
    name: 'no signature',
    body: with3009({ signature: '0x' }),
    official: 'invalid_exact_evm_signature',
  },
  {
    name: 'value changed after signing',
    body: with3009({ sent: { value: '9999' } }),
    official: 'invalid_exact_evm_signature',
  },
  {
    name: 'pays somebody else',
    body: with3009({ signed: { to: stranger.address } }),
    official: 'invalid_exact_evm_recipient_mismatch',
  },
  {
    name: 'expired',
    body: with3009({ signed: { validBefore: String(now() - 10) } }),
    official: 'invalid_exact_evm_payload_authorization_valid_before',
  },
  {
    name: 'all but expired',
    body: with3009(async () => ({ signed: { validBefore: String(now() + 3) } })),
    official: 'invalid_exact_evm_payload_authorization_valid_before',
  },
  {
    name: 'not valid yet',
    body: with3009({ signed: { validAfter: String(now() + 100) } }),
    official: 'invalid_exact_evm_payload_authorization_valid_after',
  },
  {
    name: 'more than asked',
    body: with3009({ signed: { value: '10001' } }),
    official: 'invalid_exact_evm_payload_authorization_value_mismatch',
  },
  {
    name: 'less than asked',
    body: with3009({ signed: { value: '9999' } }),
    official: 'invalid_exact_evm_payload_authorization_value_mismatch',
  },
  {
    name: 'nonce used',
    body: async (arena) => usedUp(arena, await with3009()(arena)),
    official: 'invalid_exact_evm_nonce_already_used',
  },
  {
    name: 'no money',
    body: async () => eip3009(newAccount()),
    official: 'invalid_exact_evm_insufficient_balance',
  },
  {
    name: 'no EIP-712 name',
    body: with3009({ asked: { extra: { version: '2' } } }),
    official: 'invalid_exact_evm_missing_eip712_domain',
  },
  {
    name: 'no EIP-712 version',
    body: with3009({ asked: { extra: { name: 'USDC' } } }),
    official: 'invalid_exact_evm_missing_eip712_domain',
  },
  {
    name: 'the merchant tells another name than the payer signed',
    body: with3009({ asked: { extra: { name: 'USD Coin', version: '2' } } }),
    official: 'invalid_exact_evm_signature',
  },
  {
    name: 'both use another name than the token',
    body: with3009({
      asked: { extra: { name: 'USD Coin', version: '2' } },
      domain: { name: 'USD Coin' },
    }),
    official: 'invalid_exact_evm_token_name_mismatch',
  },
  {
    name: 'both use another version than the token',
    body: with3009({ asked: { extra: { name: 'USDC', version: '1' } }, domain: { version: '1' } }),
    official: 'invalid_exact_evm_token_version_mismatch',
  },
  {
    name: 'the payer accepted another scheme',
    body: with3009({ accepted: { scheme: 'upto' } }),
    official: 'invalid_exact_evm_scheme',
  },
  {
    name: 'the payer accepted another network',
    body: with3009({ accepted: { network: 'eip155:8453' } }),
    official: 'invalid_exact_evm_network_mismatch',
    ours: 'invalid_network',
    why: 'this facilitator does not know the network the payer speaks of at all',
  },
  {
    name: 'the payer accepted another amount',
    body: with3009({ accepted: { amount: '1' } }),
    official: 'valid',
    ours: 'invalid_payment_requirements',
    why: accepted,
  },
  {
    name: 'the payer accepted another recipient',
    body: with3009({ accepted: { payTo: stranger.address } }),
    official: 'valid',
    ours: 'invalid_payment_requirements',
    why: accepted,
  },
  {
    name: 'unknown network',
    body: with3009({ asked: { network: 'eip155:5' } }),
    official: 'error',
    ours: 'invalid_network',
    why: readable,
  },
  {
    name: 'unknown scheme',
    body: with3009({ asked: { scheme: 'streaming' } }),
    official: 'error',
    ours: 'unsupported_scheme',
    why: readable,
  },
  {
    name: 'unknown version',
    body: async (arena) => {
      const body = await with3009()(arena);
      return { ...body, x402Version: 3, paymentPayload: { ...body.paymentPayload, x402Version: 3 } };
    },
    official: 'error',
    ours: 'invalid_x402_version',
    why: readable,
  },
  {
    name: 'asset without code',
    body: with3009({ asked: { asset: someAddress() } }),
    official: 'invalid_exact_evm_signature',
    ours: 'invalid_payment_requirements',
    why: registered,
  },
  {
    name: 'asset of nobody we know',
    body: async (arena) => {
      const asset = someAddress();
      await arena.chain.client.setCode({ address: asset, bytecode: yes });
      const payer = newAccount();
      const signed = await eip3009(payer, { asked: { asset } });
      const { authorization } = signed.paymentPayload.payload as { authorization: Record<string, string> };
      const signature = await signOn(payer, asset, authorization);
      return {
        ...signed,
        paymentPayload: { ...signed.paymentPayload, payload: { signature, authorization } },
      };
    },
    official: 'valid',
    ours: 'invalid_payment_requirements',
    why: registered,
  },
  {
    name: 'wallet contract agrees',
    body: async (arena) =>
      eip3009(stranger, { from: await wallet(arena, yes), signature: `0x${'ab'.repeat(96)}` }),
    official: 'valid',
  },
  {
    name: 'wallet contract refuses',
    body: async (arena) => eip3009(stranger, { from: await wallet(arena, no) }),
    official: 'invalid_exact_evm_signature',
  },
  {
    name: 'wallet contract answers junk',
    body: async (arena) => eip3009(stranger, { from: await wallet(arena, junk) }),
    official: 'invalid_exact_evm_signature',
  },
  {
    name: 'wallet contract burns all gas',
    body: async (arena) => eip3009(stranger, { from: await wallet(arena, burnsGas) }),
    official: 'invalid_exact_evm_signature',
  },
  {
    name: 'delegated account (EIP-7702), its code agrees',
    body: async (arena) => eip3009(await delegated(arena, yes)),
    official: 'valid',
  },
  {
    name: 'delegated account (EIP-7702), its code refuses',
    body: async (arena) => eip3009(await delegated(arena, no)),
    official: 'invalid_exact_evm_signature',
  },
  {
    name: 'delegated account (EIP-7702), signed by a stranger and its code agrees',
    body: async (arena) => {
      const account = await delegated(arena, yes);
      return eip3009(stranger, { from: account.address });
    },
    official: 'valid',
  },
  {
    name: 'wallet to be deployed by a factory that is not allowed',
    body: async () =>
      eip3009(stranger, { from: someAddress(), signature: wrap(someAddress(), '0x1234', '0xabcd') }),
    official: 'eip6492_factory_not_allowed',
  },
  {
    name: 'wallet to be deployed by an allowed factory',
    body: async (arena) => {
      const { from, creation } = await plannedWallet(arena, yes);
      return eip3009(stranger, { from, signature: wrap(factory, creation, `0x${'ab'.repeat(70)}`) });
    },
    official: 'valid',
  },
  {
    name: 'wallet to be deployed by an allowed factory, refusing once it is there',
    body: async (arena) => {
      const { from, creation } = await plannedWallet(arena, no);
      return eip3009(stranger, { from, signature: wrap(factory, creation, `0x${'ab'.repeat(70)}`) });
    },
    official: 'invalid_exact_evm_transaction_simulation_failed',
  },
  {
    name: 'an allowed factory that makes another wallet',
    body: async (arena) => {
      const { creation } = await plannedWallet(arena, yes);
      const { from } = await plannedWallet(arena, yes);
      return eip3009(stranger, { from, signature: wrap(factory, creation, `0x${'ab'.repeat(70)}`) });
    },
    official: 'invalid_exact_evm_transaction_simulation_failed',
  },
  {
    name: 'token paused',
    body: with3009(),
    during: paused,
    official: 'invalid_exact_evm_transaction_simulation_failed',
  },
  {
    name: 'wallet contract with a signature in an ERC-6492 wrapper',
    body: async (arena) =>
      eip3009(stranger, {
        from: await wallet(arena, yes),
        signature: wrap(someAddress(), '0x1234', `0x${'ab'.repeat(96)}`),
      }),
    official: 'valid',
  },
  {
    name: 'hexadecimal value',
    body: with3009({ sent: { value: '0x2710' } }),
    official: 'valid',
    ours: 'invalid_payload',
    why: strict,
  },
  {
    name: 'spaces around a value',
    body: with3009({ sent: { value: ' 10000 ' } }),
    official: 'valid',
    ours: 'invalid_payload',
    why: strict,
  },
  {
    name: 'negative value',
    body: with3009({ sent: { value: '-1' } }),
    official: 'invalid_exact_evm_signature',
    ours: 'invalid_payload',
    why: strict,
  },
  {
    name: 'value that is no number',
    body: with3009({ sent: { value: 'ten' } }),
    official: 'error',
    ours: 'invalid_payload',
    why: readable,
  },
  {
    name: 'short nonce',
    body: with3009({ sent: { nonce: '0x1234' } }),
    official: 'invalid_exact_evm_signature',
    ours: 'invalid_payload',
    why: readable,
  },
  {
    name: 'payer that is no address',
    body: with3009({ sent: { from: '0x1234' } }),
    official: 'invalid_exact_evm_signature',
    ours: 'invalid_payload',
    why: readable,
  },
  {
    name: 'no payload of any kind',
    body: async (arena) => {
      const body = await with3009()(arena);
      return { ...body, paymentPayload: { ...body.paymentPayload, payload: {} } };
    },
    official: 'error',
    ours: 'invalid_payload',
    why: readable,
  },
];

async function signOn(payer: PrivateKeyAccount, asset: Hex, a: Record<string, string>): Promise<Hex> {
  return payer.signTypedData({
    domain: { name: 'USDC', version: '2', chainId: 84532, verifyingContract: asset },
    types: {
      TransferWithAuthorization: [
        { name: 'from', type: 'address' },
        { name: 'to', type: 'address' },
        { name: 'value', type: 'uint256' },
        { name: 'validAfter', type: 'uint256' },
        { name: 'validBefore', type: 'uint256' },
        { name: 'nonce', type: 'bytes32' },
      ],
    },
    primaryType: 'TransferWithAuthorization',
    message: {
      from: a['from'] as Hex,
      to: a['to'] as Hex,
      value: BigInt(a['value'] ?? 0),
      validAfter: BigInt(a['validAfter'] ?? 0),
      validBefore: BigInt(a['validBefore'] ?? 0),
      nonce: a['nonce'] as Hex,
    },
  });
}

const v1 = (change: Change = {}) => with3009({ version: 1, ...change });

export const eip3009V1: Case[] = [
  { name: 'in order', body: v1(), official: 'valid' },
  {
    name: 'more than asked',
    body: v1({ signed: { value: '10001' } }),
    official: 'invalid_exact_evm_authorization_value',
    ours: 'valid',
    why: 'version 1 asks for at least the amount (maxAmountRequired)',
  },
  {
    name: 'less than asked',
    body: v1({ signed: { value: '9999' } }),
    official: 'invalid_exact_evm_authorization_value',
    ours: 'invalid_exact_evm_payload_authorization_value',
    why: v1Words,
  },
  {
    name: 'a stranger signs',
    body: v1({ signer: stranger }),
    official: 'invalid_exact_evm_signature',
    ours: 'invalid_exact_evm_payload_signature',
    why: v1Words,
  },
  {
    name: 'pays somebody else',
    body: v1({ signed: { to: stranger.address } }),
    official: 'invalid_exact_evm_recipient_mismatch',
    ours: 'invalid_exact_evm_payload_recipient_mismatch',
    why: v1Words,
  },
  {
    name: 'expired',
    body: v1({ signed: { validBefore: String(now() - 10) } }),
    official: 'invalid_exact_evm_payload_authorization_valid_before',
  },
  {
    name: 'not valid yet',
    body: v1({ signed: { validAfter: String(now() + 100) } }),
    official: 'invalid_exact_evm_payload_authorization_valid_after',
  },
  {
    name: 'nonce used',
    body: async (arena) => usedUp(arena, await v1()(arena)),
    official: 'invalid_exact_evm_nonce_already_used',
    ours: 'invalid_transaction_state',
    why: v1Words,
  },
  {
    name: 'no money',
    body: async () => eip3009(newAccount(), { version: 1 }),
    official: 'invalid_exact_evm_insufficient_balance',
    ours: 'insufficient_funds',
    why: v1Words,
  },
  {
    name: 'no EIP-712 domain',
    body: v1({ asked: { extra: {} } }),
    official: 'invalid_exact_evm_missing_eip712_domain',
    ours: 'invalid_payment_requirements',
    why: v1Words,
  },
  {
    name: 'the payment names another network',
    body: v1({ outer: { network: 'base' } }),
    official: 'invalid_exact_evm_network_mismatch',
    ours: 'invalid_network',
    why: v1Words,
  },
  {
    name: 'the payment names another scheme',
    body: v1({ outer: { scheme: 'upto' } }),
    official: 'invalid_exact_evm_scheme',
    ours: 'invalid_scheme',
    why: v1Words,
  },
  {
    name: 'unknown network',
    body: v1({ asked: { network: 'goerli' }, outer: { network: 'goerli' } }),
    official: 'error',
    ours: 'invalid_network',
    why: readable,
  },
  {
    name: 'Permit2, which version 1 does not have',
    body: async (arena) => {
      const { paymentPayload } = await permit2(await arena.payer());
      const body = await v1()(arena);
      return { ...body, paymentPayload: { ...body.paymentPayload, payload: paymentPayload.payload } };
    },
    official: 'error',
    ours: 'invalid_payload',
    why: readable,
  },
];
