import type {
  PaymentNetwork,
  PaymentRequest,
  PreparedPayment,
  Purpose,
  Reason,
  Refusal,
  Unreadable,
} from '#src/core/payment.ts';
import type { Fields } from './fields.ts';
import type { RecoverKey } from './recover.ts';

/** An asset of the registry, as far as the protocol needs it. */
export type PaymentAsset = {
  /** EIP-712 domain of the token, null when nobody knows it. */
  eip712Name: string | null;
  eip712Version: string | null;
  /** Least amount that may be asked for, atomic units. */
  minAmount: bigint;
};

export type SchemeContext = {
  network: PaymentNetwork;
  asset: PaymentAsset;
  /** Unix seconds. */
  now: number;
  /** An authorization must live at least this much longer. */
  marginSeconds: number;
  recover: RecoverKey;
  /** Factories that may deploy a payer's wallet (lower-case); empty = none. */
  factories: ReadonlySet<string>;
  /** Keys that settle, lower-case. */
  signers: ReadonlySet<string>;
  purpose: Purpose;
};

/** One way to pay: a scheme and how it moves the asset. New ones join the list that the engine is given. */
export type PaymentScheme = {
  scheme: string;
  method: string;
  versions: readonly (1 | 2)[];
  /** Codes for a payment that names another scheme or network than the requirements. */
  mismatch: { scheme: Reason; network: Reason };
  /** What is settled may be less than what was accepted. */
  partial?: boolean;
  /** True when the payload has this scheme's shape. */
  recognises(payload: Fields): boolean;
  /** Applies the rules that need no chain. */
  prepare(request: PaymentRequest, context: SchemeContext): PreparedPayment | Refusal | Unreadable;
};
