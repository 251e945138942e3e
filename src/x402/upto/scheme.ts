import { uptoProxyAddress } from '#src/core/permit2.ts';
import { witnessType } from '../permit2/authorization.ts';
import { type Permit2Variant, preparePermit2 } from '../permit2/prepare.ts';
import { proxyCalls } from '../permit2/settlement.ts';
import type { PaymentScheme } from '../schemes.ts';

const variant: Permit2Variant = {
  scheme: 'upto',
  method: 'permit2',
  witness: witnessType('address to,address facilitator,uint256 validAfter'),
  calls: proxyCalls(uptoProxyAddress, '(address,address,uint256)', true),
  partial: true,
  failed: 'invalid_upto_evm_transaction_failed',
};

/** `upto` by Permit2: the payer permits a maximum, the merchant settles what was used. */
export const upto: PaymentScheme = {
  scheme: variant.scheme,
  method: variant.method,
  versions: [2],
  mismatch: { scheme: 'invalid_upto_evm_scheme', network: 'invalid_upto_evm_network_mismatch' },
  partial: true,
  recognises: (payload) => 'permit2Authorization' in payload,
  prepare: (request, context) => preparePermit2(variant, request, context),
};
