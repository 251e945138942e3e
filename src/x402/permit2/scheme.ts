import { exactProxyAddress } from '#src/core/permit2.ts';
import type { PaymentScheme } from '../schemes.ts';
import { witnessType } from './authorization.ts';
import { type Permit2Variant, preparePermit2 } from './prepare.ts';
import { proxyCalls } from './settlement.ts';

const variant: Permit2Variant = {
  scheme: 'exact',
  method: 'permit2',
  witness: witnessType('address to,uint256 validAfter'),
  calls: proxyCalls(exactProxyAddress, '(address,uint256)', false),
  partial: false,
  failed: 'invalid_exact_evm_transaction_failed',
};

/** `exact` by Permit2, for tokens without EIP-3009. */
export const exactPermit2: PaymentScheme = {
  scheme: variant.scheme,
  method: variant.method,
  versions: [2],
  mismatch: { scheme: 'invalid_exact_evm_scheme', network: 'invalid_exact_evm_network_mismatch' },
  recognises: (payload) => 'permit2Authorization' in payload,
  prepare: (request, context) => preparePermit2(variant, request, context),
};
