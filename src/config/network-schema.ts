import { Type, type Static, type TSchema } from '@sinclair/typebox';

/** Marks a variable whose value is never repeated. */
export const secret = <T extends TSchema>(schema: T): T => ({ ...schema, secret: true });

/** Variables a network has, after its upper-cased name (`BASE_SEPOLIA_RPC_URL`). */
export const networkEnvSchema = Type.Object({
  RPC_URL: Type.Optional(
    secret(
      Type.String({
        pattern: '^https?://[^,]+(,https?://[^,]+)*$',
        description: 'RPC endpoints, comma-separated = fail-over',
      }),
    ),
  ),
  BUNDLER_URL: Type.Optional(secret(Type.String({ pattern: '^https?://', description: 'ERC-4337 bundler' }))),
  PAYMASTER_URL: Type.Optional(
    secret(
      Type.String({ pattern: '^https?://', description: 'ERC-7677 paymaster; default: the bundler URL' }),
    ),
  ),
  CONFIRMATIONS: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 1000,
      description: 'Blocks after which a transaction is confirmed; default 1',
    }),
  ),
  SETTLE_BATCH: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 150,
      description:
        'Payments that may share a settlement transaction there; 1 sends each alone; default: SETTLE_BATCH',
    }),
  ),
  TOKEN: Type.Optional(
    Type.String({ pattern: '^0x[0-9a-fA-F]{40}$', description: 'Default token of mints' }),
  ),
  MINT_VOUCHERS: Type.Optional(
    Type.String({ pattern: '^0x[0-9a-fA-F]{40}$', description: 'Voucher contract' }),
  ),
  TOKEN_LOCK: Type.Optional(
    Type.String({ pattern: '^0x[0-9a-fA-F]{40}$', description: 'Contract that pays and locks claims' }),
  ),
});

export type NetworkEnv = Static<typeof networkEnvSchema>;
