import { now, uptoPayment } from './kit.ts';
import {
  type Case,
  stranger,
  wallet,
  yes,
  readable,
  spent,
  with3009,
  withUpto,
  usedUp,
  sponsored,
} from './payers.ts';

export const uptoV2: Case[] = [
  { name: 'in order', body: withUpto(), official: 'valid' },
  {
    name: 'another facilitator',
    body: withUpto({ witness: { facilitator: stranger.address } }),
    official: 'upto_facilitator_mismatch',
  },
  {
    name: 'facilitator changed after signing',
    body: (arena) =>
      withUpto({
        witness: { facilitator: stranger.address },
        sentWitness: { facilitator: arena.facilitator.address },
      })(arena),
    official: 'invalid_permit2_signature',
  },
  {
    name: 'no facilitator',
    body: withUpto({ sentWitness: { facilitator: undefined } }),
    official: 'unsupported_payload_type',
    ours: 'invalid_payload',
    why: 'says which field is missing',
  },
  {
    name: 'the spender is another proxy',
    body: withUpto({ signed: { spender: stranger.address } }),
    official: 'invalid_permit2_spender',
  },
  {
    name: 'pays somebody else',
    body: withUpto({ witness: { to: stranger.address } }),
    official: 'invalid_permit2_recipient_mismatch',
  },
  {
    name: 'expired',
    body: withUpto({ signed: { deadline: String(now() - 10) } }),
    official: 'permit2_deadline_expired',
  },
  {
    name: 'not valid yet',
    body: withUpto({ witness: { validAfter: String(now() + 100) } }),
    official: 'permit2_not_yet_valid',
  },
  {
    name: 'permits less than asked',
    body: withUpto({ permitted: { amount: '9999' } }),
    official: 'permit2_amount_mismatch',
  },
  {
    name: 'permits more than asked',
    body: withUpto({ permitted: { amount: '10001' } }),
    official: 'permit2_amount_mismatch',
  },
  { name: 'a stranger signs', body: withUpto({ signer: stranger }), official: 'invalid_permit2_signature' },
  {
    name: 'no allowance',
    body: async (arena) => uptoPayment(await arena.payer({ approved: false }), arena.facilitator.address),
    official: 'permit2_allowance_required',
  },
  {
    name: 'nonce used',
    body: async (arena) => usedUp(arena, await withUpto()(arena)),
    official: 'permit2_simulation_failed',
    ours: 'permit2_invalid_nonce',
    why: spent,
  },
  {
    name: 'with an EIP-2612 permit',
    body: (arena) => sponsored(arena, {}, 'upto'),
    official: 'valid',
  },
  {
    name: 'the payer accepted exact',
    body: withUpto({ accepted: { scheme: 'exact' } }),
    official: 'invalid_upto_evm_scheme',
  },
  {
    name: 'wallet contract agrees',
    body: async (arena) =>
      uptoPayment(stranger, arena.facilitator.address, {
        from: await wallet(arena, yes),
        signature: '0xabcd',
      }),
    official: 'valid',
  },
  {
    name: 'paid by EIP-3009',
    body: async (arena) => {
      const body = await withUpto()(arena);
      const { payload } = (await with3009()(arena)).paymentPayload;
      return { ...body, paymentPayload: { ...body.paymentPayload, payload } };
    },
    official: 'unsupported_payload_type',
    ours: 'invalid_payload',
    why: readable,
  },
];
