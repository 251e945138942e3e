import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { appOfTest, bootApp, type TestApp } from '#tests/kit/app.ts';
import { type Claimant, claimant, idOf, newClaim, no, refusal, usdcOf } from './claims-kit.ts';
import { type Gate, gateTo, networkWith } from './gate.ts';

let world: TestApp;
let mine: Claimant;
let rpc: Gate;

// A replica that only takes requests: what it accepts stays pending until the test decides its fate.
beforeAll(async () => {
  const localnet = inject('localnet');
  rpc = await gateTo(localnet.rpcUrl);
  const networks = networkWith(localnet, { rpcUrls: [rpc.url] });
  world = await bootApp({ env: { ROLE: 'api' }, compose: { networks } });
  mine = await claimant(world, 100n);
});

afterAll(async () => {
  await world.close();
  await rpc.close();
});

const failed = (id: string) => {
  const error = JSON.stringify({ code: 'USER_OPERATION_FAILED', message: 'test', reason: 'EXPIRED' });
  return world.database.database.db.execute(
    sql`update transactions set status = 'failed', error = ${error}::jsonb where id = ${id}`,
  );
};
const used = (details?: object) => no(409, 'CLAIM_ALREADY_EXECUTED', details);

test('a pending payout keeps its claim, and is verified as not in a block', async () => {
  const claimId = newClaim();
  const id = idOf(await mine.execute({ claimId }));
  expect(refusal(await mine.execute({ claimId }))).toEqual(
    used({ transactionId: id, status: 'pending', txHash: null }),
  );
  expect(await mine.verify({ claimId })).toMatchObject({
    verified: false,
    reason: 'not_in_a_block',
    status: 'pending',
    txHash: null,
    confirmations: 0,
  });
});

test('a failed payout frees its claim once the chain has said that nothing was paid; 20 retries pay once', async () => {
  const claimId = newClaim();
  const first = idOf(await mine.execute({ claimId, amount: '5' }));
  await failed(first);
  expect(await mine.get(claimId)).toMatchObject({ status: 'failed', transactionId: first });
  rpc.shut();
  expect(refusal(await mine.execute({ claimId }))).toMatchObject(no(503, 'CHAIN_UNAVAILABLE'));
  rpc.open();
  const replica = await appOfTest({ replicaOf: world, env: { ROLE: 'api' } });
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      mine.execute({ claimId, amount: '6' }, { on: i % 2 ? replica : world }),
    ),
  );
  const [winner, ...more] = answers.filter(({ status }) => status === 202);
  expect(more).toEqual([]);
  const second = idOf(winner!);
  expect(second).not.toBe(first);
  for (const answer of answers.filter(({ status }) => status !== 202)) {
    expect(refusal(answer)).toMatchObject(used({ transactionId: second }));
  }
  expect(await mine.get(claimId)).toMatchObject({ status: 'pending', transactionId: second, amount: '6' });
});

test('a payout that failed for us and yet is on the chain stays used', async () => {
  const claimId = newClaim();
  const id = idOf(await mine.execute({ claimId, amount: '5' }));
  const before = await usdcOf(world, mine.treasury);
  const worker = await appOfTest({ replicaOf: world });
  expect(await mine.end(id)).toMatchObject({ status: 'confirmed' });
  await worker.close();
  expect(await usdcOf(world, mine.treasury)).toBeLessThanOrEqual(before - 5n);
  await failed(id);
  expect(refusal(await mine.execute({ claimId, amount: '5' }))).toMatchObject(used({ transactionId: id }));
});
