import type { Reason } from '#src/core/payment.ts';

/** The nearest code of version 1, whose consumers check a closed list. */
const v1Reasons: Record<Reason, string> = {
  invalid_x402_version: 'invalid_x402_version',
  invalid_network: 'invalid_network',
  unsupported_scheme: 'unsupported_scheme',
  invalid_payload: 'invalid_payload',
  unsupported_payload_type: 'invalid_payload',
  invalid_payment_requirements: 'invalid_payment_requirements',
  amount_too_low: 'invalid_payment_requirements',
  invalid_exact_evm_scheme: 'invalid_scheme',
  invalid_exact_evm_network_mismatch: 'invalid_network',
  invalid_exact_evm_missing_eip712_domain: 'invalid_payment_requirements',
  invalid_exact_evm_signature: 'invalid_exact_evm_payload_signature',
  invalid_exact_evm_recipient_mismatch: 'invalid_exact_evm_payload_recipient_mismatch',
  invalid_exact_evm_payload_authorization_valid_before:
    'invalid_exact_evm_payload_authorization_valid_before',
  invalid_exact_evm_payload_authorization_valid_after: 'invalid_exact_evm_payload_authorization_valid_after',
  invalid_exact_evm_payload_authorization_value_mismatch: 'invalid_exact_evm_payload_authorization_value',
  invalid_exact_evm_eip3009_not_supported: 'invalid_payment_requirements',
  invalid_exact_evm_nonce_already_used: 'invalid_transaction_state',
  invalid_exact_evm_token_name_mismatch: 'invalid_payment_requirements',
  invalid_exact_evm_token_version_mismatch: 'invalid_payment_requirements',
  invalid_exact_evm_insufficient_balance: 'insufficient_funds',
  invalid_exact_evm_transaction_simulation_failed: 'invalid_transaction_state',
  invalid_exact_evm_transaction_failed: 'invalid_transaction_state',
  invalid_exact_evm_transfer_event_mismatch: 'invalid_transaction_state',
  eip6492_factory_not_allowed: 'invalid_exact_evm_payload_undeployed_smart_wallet',
  duplicate_settlement: 'duplicate_settlement',
  settlement_pending: 'unexpected_settle_error',
};

/** The code that a caller of this version knows. */
export function reasonFor(version: 1 | 2, reason: Reason): string {
  return version === 1 ? v1Reasons[reason] : reason;
}
