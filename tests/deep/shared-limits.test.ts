import { expect, test, vi } from 'vitest';
import { listWalletTransactions } from '#schemas/adapter/wallet.ts';
import { createLogger } from '#src/http/logging.ts';
import { type Client, newClient } from '#tests/adapter/kit.ts';
import { appOfTest, type TestApp } from '#tests/kit/app.ts';
import { startRedis } from '#tests/kit/redis.ts';

/** What a starter may do a minute. */
const limit = 100;

/** Counted first, refused for the user that it does not name: the lightest call there is. */
const ask = async ({ app }: TestApp, client: Client) => {
  const headers = { authorization: `Bearer ${client.accessToken}` };
  const { statusCode } = await app.inject({ method: 'GET', url: listWalletTransactions.path, headers });
  return statusCode;
};

/** How many of these pass the limit, where all replicas are asked in turn, 20 at a time: a busy process is no silent Redis. */
const passing = async (replicas: readonly TestApp[], client: Client, calls: number): Promise<number> => {
  const statuses: number[] = [];
  while (statuses.length < calls) {
    const some = Array.from({ length: 20 }, (_, i) => ask(replicas[i % replicas.length]!, client));
    statuses.push(...(await Promise.all(some)));
  }
  return statuses.filter((status) => status === 400).length;
};

const alone = 'Redis does not answer: this process counts rate limits alone';
const again = 'rate limits are counted in Redis again';

test('replicas count together; a Redis that hangs or dies switches no limit off, and its return is told, too', async () => {
  const redis = await startRedis();
  const said: string[] = [];
  const log = createLogger('warn', { write: (line) => said.push((JSON.parse(line) as { msg: string }).msg) });
  const env = { REDIS_URL: redis.url, ROLE: 'api' };
  const first = await appOfTest({ env, log });
  const second = await appOfTest({ env, replicaOf: first });
  const replicas = [first, second];
  const client = () => newClient(first, { tier: 'starter' });
  /** One call of somebody else: the limiter notices at its next count only. */
  const toldOf = async (word: string) => {
    const bystander = await newClient(first);
    await vi.waitFor(async () => {
      await ask(first, bystander);
      expect(said.at(-1)).toBe(word);
    }, 20_000);
  };
  const together = async () => expect(await passing(replicas, await client(), limit + 40)).toBe(limit);
  await vi.waitFor(
    () => expect(replicas.map(({ runtime }) => runtime.redis?.status)).toEqual(['ready', 'ready']),
    20_000,
  );
  await together();

  redis.freeze();
  const cut = await client();
  await toldOf(alone);
  expect(await passing([first], cut, limit + 40)).toBe(limit);
  redis.thaw();
  await toldOf(again);
  await together();

  await redis.kill();
  await toldOf(alone);
  expect(await passing([first], await client(), limit + 40)).toBe(limit);
  await redis.start();
  await toldOf(again);
  await vi.waitFor(() => expect(second.runtime.redis?.status).toBe('ready'), 20_000);
  await together();
  expect(said.filter((word) => word === alone || word === again)).toEqual([alone, again, alone, again]);
});
