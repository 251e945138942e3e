import { randomUUID } from 'node:crypto';
import { erc20Abi } from 'viem';
import { executeClaim, getClaim, releaseClaim, verifyClaim } from '#schemas/adapter/claims.ts';
import { getClient } from '#schemas/adapter/clients.ts';
import type { BodyOf, SuccessOf } from '#schemas/kit/operation.ts';
import { createLocalnetClient } from '#src/localnet/client.ts';
import { setUsdc } from '#src/localnet/faucet.ts';
import type { TestApp } from '#tests/kit/app.ts';
import { type Answered, attempt, call } from '#tests/kit/call.ts';
import { admin, type Client, final, newClient, newUser, type Transaction } from './kit.ts';

export type Address = `0x${string}`;
type Claim = Partial<BodyOf<typeof executeClaim>>;

export const newClaim = (): string => `claim_${randomUUID()}`;

/** Id of an accepted payout. */
export const idOf = ({ body }: Answered<Record<string, unknown>>) => (body['transaction'] as Transaction).id;

/** Status, code and details of a refusal. */
export function refusal({ status, body }: Answered<Record<string, unknown>>) {
  const { code, details } = body['error'] as { code: string; details?: Record<string, unknown> };
  return { status, code, details: details ?? {} };
}

/** What a refusal is compared with. */
export const no = (status: number, code: string, details: object = {}) => ({ status, code, details });

export async function treasuryOf(world: TestApp, client: Client): Promise<Address> {
  const given = { headers: admin(world), params: { clientId: client.clientId } };
  return (await call(world.app, getClient, given)).body.client.treasury.address as Address;
}

export async function usdcOf(world: TestApp, account: Address): Promise<bigint> {
  const address = world.localnet.addresses.usdc;
  const chain = createLocalnetClient(world.localnet.rpcUrl);
  return chain.readContract({ abi: erc20Abi, address, functionName: 'balanceOf', args: [account] });
}

/** A client with USDC in its treasury, and the calls of one of its users. */
export async function claimant(world: TestApp, funds: bigint, client?: Client) {
  const app = client ?? (await newClient(world));
  const user = newUser();
  const treasury = await treasuryOf(world, app);
  if (funds > 0n) await setUsdc(world.localnet, treasury, funds);
  const headers = (more?: Record<string, string>) => app.as(user, more);
  return {
    client: app,
    user,
    treasury,
    execute: (
      claim: Claim = {},
      { on = world, ...more }: { on?: TestApp } & Record<string, unknown> = {},
    ) => {
      const body = { claimId: newClaim(), token: world.localnet.addresses.usdc, amount: '1', ...claim };
      return attempt(on.app, executeClaim, { headers: headers(more as Record<string, string>), body });
    },
    release: (claimId: string, { on = world, ...more }: { on?: TestApp } & Record<string, unknown> = {}) => {
      const given = { headers: headers(more as Record<string, string>), params: { claimId } };
      return attempt(on.app, releaseClaim, given);
    },
    async get(claimId: string): Promise<SuccessOf<typeof getClaim>['claim']> {
      return (await call(world.app, getClaim, { headers: headers(), params: { claimId } })).body.claim;
    },
    verify: async (body: BodyOf<typeof verifyClaim>) =>
      (await call(world.app, verifyClaim, { headers: headers(), body })).body,
    end: (id: string) => final(world, app, user, id),
  };
}

export type Claimant = Awaited<ReturnType<typeof claimant>>;

/** A claim that is paid and final. */
export async function paid(
  { execute, end }: Pick<Claimant, 'execute' | 'end'>,
  claim: Claim = {},
): Promise<Transaction & { claimId: string; txHash: string }> {
  const done = await end(idOf(await execute(claim)));
  if (done.status !== 'confirmed') throw new Error(`the payout ended ${JSON.stringify(done)}`);
  return done as Transaction & { claimId: string; txHash: string };
}
