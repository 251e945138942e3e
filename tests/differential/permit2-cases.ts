import { zeroAddress } from 'viem';
import { exactProxyAddress, permit2Address, uptoProxyAddress } from '#src/core/permit2.ts';
import { usdcAddress } from '#src/localnet/usdc.ts';
import { newAccount, someAddress } from '#tests/chain/own-contracts-kit.ts';
import { burnsGas } from '#tests/chain/permit2-kit.ts';
import { now, payTo, permit2 } from './kit.ts';
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
  wrap,
  paused,
  without,
  strict,
  readable,
  registered,
  accepted,
  spent,
  evenV,
  lowS,
  with3009,
  withPermit2,
  usedUp,
  sponsored,
} from './payers.ts';

export const permit2V2: Case[] = [
  { name: 'in order', body: withPermit2(), official: 'valid' },
  {
    name: 'addresses in lower case',
    body: withPermit2({
      asked: { asset: usdcAddress.toLowerCase(), payTo: payTo.toLowerCase() },
      sentPermitted: { token: usdcAddress.toLowerCase() },
      sentWitness: { to: payTo.toLowerCase() },
    }),
    official: 'valid',
  },
  {
    name: 'v is 0 or 1',
    body: withPermit2({ signature: parityV }),
    official: 'permit2_simulation_failed',
    ours: 'valid',
    why: evenV,
  },
  {
    name: 'high s',
    body: withPermit2({ signature: highS }),
    official: 'valid',
    ours: 'invalid_permit2_signature',
    why: lowS,
  },
  {
    name: 'signature of 64 bytes',
    body: withPermit2({ signature: compact }),
    official: 'invalid_permit2_signature',
  },
  {
    name: 'a stranger signs',
    body: withPermit2({ signer: stranger }),
    official: 'invalid_permit2_signature',
  },
  {
    name: 'nonce changed after signing',
    body: withPermit2({ sent: { nonce: '7' } }),
    official: 'invalid_permit2_signature',
  },
  {
    name: 'the spender is another proxy',
    body: withPermit2({ signed: { spender: uptoProxyAddress } }),
    official: 'invalid_permit2_spender',
  },
  {
    name: 'pays somebody else',
    body: withPermit2({ witness: { to: stranger.address } }),
    official: 'invalid_permit2_recipient_mismatch',
  },
  {
    name: 'expired',
    body: withPermit2({ signed: { deadline: String(now() - 10) } }),
    official: 'permit2_deadline_expired',
  },
  {
    name: 'all but expired',
    body: withPermit2(async () => ({ signed: { deadline: String(now() + 3) } })),
    official: 'permit2_deadline_expired',
  },
  {
    name: 'not valid yet',
    body: withPermit2({ witness: { validAfter: String(now() + 100) } }),
    official: 'permit2_not_yet_valid',
  },
  {
    name: 'more than asked',
    body: withPermit2({ permitted: { amount: '10001' } }),
    official: 'permit2_amount_mismatch',
  },
  {
    name: 'less than asked',
    body: withPermit2({ permitted: { amount: '9999' } }),
    official: 'permit2_amount_mismatch',
  },
  {
    name: 'another token',
    body: withPermit2({ permitted: { token: zeroAddress } }),
    official: 'permit2_token_mismatch',
  },
  {
    name: 'asset of nobody we know',
    body: async (arena) => {
      const token = someAddress();
      await arena.chain.client.setCode({ address: token, bytecode: yes });
      return permit2(await arena.payer(), { asked: { asset: token }, permitted: { token } });
    },
    official: 'permit2_simulation_failed',
    ours: 'invalid_payment_requirements',
    why: registered,
  },
  {
    name: 'no allowance',
    body: async (arena) => permit2(await arena.payer({ approved: false })),
    official: 'permit2_allowance_required',
  },
  {
    name: 'no money',
    body: async (arena) => {
      const payer = newAccount();
      await arena.approve(payer);
      return permit2(payer);
    },
    official: 'permit2_insufficient_balance',
  },
  {
    name: 'nonce used',
    body: async (arena) => usedUp(arena, await withPermit2()(arena)),
    official: 'permit2_simulation_failed',
    ours: 'permit2_invalid_nonce',
    why: spent,
  },
  {
    name: 'the payer accepted another scheme',
    body: withPermit2({ accepted: { scheme: 'upto' } }),
    official: 'unsupported_payload_type',
    ours: 'invalid_exact_evm_scheme',
    why: 'one word for one fault, whatever the payment’s kind',
  },
  {
    name: 'the payer accepted another amount',
    body: withPermit2({ accepted: { amount: '1' } }),
    official: 'valid',
    ours: 'invalid_payment_requirements',
    why: accepted,
  },
  {
    name: 'wallet contract agrees',
    body: async (arena) => permit2(stranger, { from: await wallet(arena, yes), signature: '0xabcd' }),
    official: 'valid',
  },
  {
    name: 'wallet contract refuses',
    body: async (arena) => permit2(stranger, { from: await wallet(arena, no) }),
    official: 'invalid_permit2_signature',
  },
  {
    name: 'wallet contract answers junk',
    body: async (arena) => permit2(stranger, { from: await wallet(arena, junk) }),
    official: 'invalid_permit2_signature',
  },
  {
    name: 'delegated account (EIP-7702), its code agrees',
    body: async (arena) => permit2(await delegated(arena, yes)),
    official: 'valid',
  },
  {
    name: 'delegated account (EIP-7702), its code refuses',
    body: async (arena) => permit2(await delegated(arena, no)),
    official: 'invalid_permit2_signature',
  },
  {
    name: 'wallet that is not deployed',
    body: async () =>
      permit2(stranger, { from: someAddress(), signature: wrap(someAddress(), '0x1234', '0xabcd') }),
    official: 'invalid_permit2_signature',
  },
  {
    name: 'wallet contract burns all gas',
    body: async (arena) => permit2(stranger, { from: await wallet(arena, burnsGas) }),
    official: 'invalid_permit2_signature',
  },
  {
    name: 'token paused',
    body: withPermit2(),
    during: paused,
    official: 'permit2_simulation_failed',
  },
  {
    name: 'no proxy on the network',
    body: withPermit2(),
    during: without(exactProxyAddress),
    official: 'valid',
    ours: 'permit2_proxy_not_deployed',
    why: 'a call of an address without code succeeds and pays nothing',
  },
  {
    name: 'no Permit2 on the network',
    body: withPermit2(),
    during: without(permit2Address),
    official: 'permit2_simulation_failed',
    ours: 'permit2_proxy_not_deployed',
    why: 'names the cause',
  },
  {
    name: 'hexadecimal amount',
    body: withPermit2({ sentPermitted: { amount: '0x2710' } }),
    official: 'valid',
    ours: 'invalid_payload',
    why: strict,
  },
  {
    name: 'no witness',
    body: withPermit2({ sent: { witness: undefined } }),
    official: 'error',
    ours: 'invalid_payload',
    why: readable,
  },
  {
    name: 'both kinds of payment at once',
    body: async (arena) => {
      const body = await withPermit2()(arena);
      const { authorization } = (await with3009()(arena)).paymentPayload.payload;
      const payload = { ...body.paymentPayload.payload, authorization };
      return { ...body, paymentPayload: { ...body.paymentPayload, payload } };
    },
    official: 'valid',
  },
];

export const sponsoring: Case[] = [
  { name: 'in order', body: (arena) => sponsored(arena), official: 'valid' },
  {
    name: 'another payer’s permit',
    body: (arena) => sponsored(arena, { info: { from: stranger.address } }),
    official: 'eip2612_from_mismatch',
  },
  {
    name: 'a permit for another token',
    body: (arena) => sponsored(arena, { info: { asset: stranger.address } }),
    official: 'eip2612_asset_mismatch',
  },
  {
    name: 'a permit for another spender',
    body: (arena) => sponsored(arena, { info: { spender: stranger.address } }),
    official: 'eip2612_spender_not_permit2',
  },
  {
    name: 'an expired permit',
    body: (arena) => sponsored(arena, { info: { deadline: String(now() - 10) } }),
    official: 'eip2612_deadline_expired',
  },
  {
    name: 'a permit over another amount',
    body: (arena) => sponsored(arena, { info: { amount: '10001' } }),
    official: 'permit2_allowance_required',
    ours: 'permit2_2612_amount_mismatch',
    why: 'says what is wrong with the permit',
  },
  {
    name: 'a permit a stranger signed',
    body: (arena) => sponsored(arena, { signer: stranger }),
    official: 'permit2_allowance_required',
  },
  {
    name: 'a permit that fails, but the allowance is there',
    body: (arena) => sponsored(arena, { signer: stranger, approved: true }),
    official: 'valid',
  },
  {
    name: 'a malformed permit',
    body: (arena) => sponsored(arena, { info: { nonce: 'zero' } }),
    official: 'invalid_eip2612_extension_format',
  },
  {
    name: 'a server’s offer that nobody filled in',
    body: (arena) => sponsored(arena, { info: { signature: undefined } }),
    official: 'permit2_allowance_required',
  },
];
