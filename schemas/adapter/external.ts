import { model, ref, strictObject } from '../kit/model.ts';
import { operation } from '../kit/operation.ts';
import { AppId, plane, success, UserHeaders } from './common.ts';
import { MintVoucher, voucherExample } from './mint.ts';

export const ExternalSignMintRequest = model(
  'ExternalSignMintRequest',
  strictObject({ receiptId: AppId("A receipt that the app's server has signed for this user") }),
);

export const externalSignMint = operation({
  id: 'externalSignMint',
  plane,
  method: 'POST',
  path: '/api/v1/external/sign-mint',
  tag: 'External',
  summary: "A fresh voucher for a receipt that the app's server has announced",
  description:
    'For pages of the `allowedOrigins` of the client. What is minted, and to whom, was fixed by `POST /api/v1/mint/sign`; a page can only renew the voucher. Give pages a token narrowed to the scope `external`.',
  auth: 'client',
  scope: 'external',
  headers: UserHeaders,
  body: ref(ExternalSignMintRequest),
  success: { status: 200, description: 'A voucher', schema: success({ voucher: ref(MintVoucher) }) },
  errors: [
    'MISSING_USER_ID',
    'ORIGIN_NOT_ALLOWED',
    'RECEIPT_NOT_FOUND',
    'RECEIPT_ALREADY_MINTED',
    'CHAIN_UNAVAILABLE',
  ],
  examples: {
    body: { receiptId: voucherExample.receiptId },
    response: { success: true, voucher: voucherExample },
  },
});

export const operations = [externalSignMint] as const;
