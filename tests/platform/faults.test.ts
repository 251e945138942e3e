import { sql } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { registerAccount } from '#schemas/platform/accounts.ts';
import { listApiKeys } from '#schemas/platform/api-keys.ts';
import { appOfTest } from '#tests/kit/app.ts';
import { attempt } from '#tests/kit/call.ts';
import { errorOf, newTenant, password } from './kit.ts';

it('a fault nobody foresaw is told without its cause', async () => {
  const { app, database } = await appOfTest();
  const { user } = await newTenant(app);
  await database.database.db.execute(sql`drop table api_keys cascade`);
  const answer = await attempt(app, listApiKeys, { headers: user });
  expect(answer.body).toEqual({
    error: {
      type: 'api_error',
      code: 'internal_error',
      message: 'Unexpected server error',
      status: 500,
      request_id: answer.headers['x-request-id'],
    },
  });
});

it('an overload of registrations is told to come back', async () => {
  const { app } = await appOfTest();
  const answers = await Promise.all(
    Array.from({ length: 70 }, (_, i) =>
      attempt(app, registerAccount, { body: { email: `burst-${i}@example.com`, password } }),
    ),
  );
  const refused = answers.find(({ status }) => status === 503)!;
  expect(errorOf(refused)).toMatchObject({ type: 'api_error', code: 'service_unavailable', status: 503 });
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
});
