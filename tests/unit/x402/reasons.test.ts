import { expect, it } from 'vitest';
import { reasons } from '#src/core/payment.ts';
import { reasonFor } from '#src/x402/reasons.ts';

/** The closed list of EVM codes that consumers of version 1 validate against (npm x402 1.2). */
const v1 = new Set([
  'insufficient_funds',
  'invalid_exact_evm_payload_authorization_valid_after',
  'invalid_exact_evm_payload_authorization_valid_before',
  'invalid_exact_evm_payload_authorization_value',
  'invalid_exact_evm_payload_signature',
  'invalid_exact_evm_payload_undeployed_smart_wallet',
  'invalid_exact_evm_payload_recipient_mismatch',
  'invalid_network',
  'invalid_payload',
  'invalid_payment_requirements',
  'invalid_scheme',
  'invalid_payment',
  'payment_expired',
  'unsupported_scheme',
  'invalid_x402_version',
  'invalid_transaction_state',
  'unexpected_settle_error',
  'unexpected_verify_error',
  'duplicate_settlement',
]);

it('answers version 1 in codes it knows', () => {
  expect(reasons.length).toBeGreaterThan(20);
  for (const reason of reasons) {
    expect(v1).toContain(reasonFor(1, reason));
    expect(reasonFor(2, reason)).toBe(reason);
  }
});
