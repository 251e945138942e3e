import { authNames } from '#schemas/kit/plane.ts';
import type { Operation } from '#schemas/kit/operation.ts';
import { admin, newClient, newUser } from '#tests/adapter/kit.ts';
import { newMerchant } from '#tests/facilitator/kit.ts';
import type { TestApp } from './app.ts';

export type Credentials = (op: Operation) => Record<string, string>;

/** Headers of a caller who may call an operation, for every plane and way of authentication there is. */
export async function credentialsOf(world: TestApp): Promise<Credentials> {
  const client = await newClient(world);
  const merchant = await newMerchant(world.app);
  const known: Record<string, Record<string, string>> = {
    'adapter admin': admin(world),
    'adapter client': client.as(newUser()),
    'facilitator client': merchant.headers,
    'facilitator user': merchant.person.bearer,
    'facilitator admin': { authorization: `Bearer ${world.secrets.ADMIN_MASTER_KEY}` },
  };
  return (op) => {
    const name = authNames(op)[0] ?? 'none';
    if (name === 'none') return {};
    const headers = known[`${op.plane} ${name}`];
    if (!headers) throw new Error(`tests/kit/credentials.ts knows no ${op.plane} ${name}`);
    return headers;
  };
}
