import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { openDatabase } from '#src/db/client.ts';
import type { Database } from '#src/db/handle.ts';
import { bootApp, type TestApp } from '#tests/kit/app.ts';
import type { CrashInput } from './crash-child.ts';
import {
  authorizationsUsed,
  chainOf,
  newMerchant,
  newPayer,
  paymentBody,
  price,
  sentBy,
  settle,
} from './kit.ts';

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** The process's end, by signal. */
function killed(input: CrashInput): Promise<NodeJS.Signals | null> {
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      join(import.meta.dirname, 'crash-child.ts'),
      JSON.stringify(input),
    ],
    { stdio: 'ignore' },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  return new Promise((resolve) => void child.once('exit', (_code, signal) => resolve(signal)));
}

async function onFolder<T>(
  dataDir: string,
  first: TestApp | undefined,
  work: (test: TestApp) => Promise<T>,
): Promise<T> {
  const database: Database = await openDatabase({ dataDir, log: quiet });
  const test = await bootApp({ ...(first ? { replicaOf: first } : {}), compose: { database } });
  try {
    return await work(test);
  } finally {
    await test.close();
    await database.close();
  }
}

/** Kills the process that settles at a checkpoint; the next start must bring exactly one payment and one success. */
export async function expectSettledAfterKill(checkpoint: string): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'chronos-crash-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  const { first, merchant, payment } = await onFolder(dataDir, undefined, async (test) => {
    const made = await newMerchant(test.app);
    const payer = await newPayer(test.localnet);
    const body = await paymentBody({ localnet: test.localnet, payer, payTo: made.payTo });
    return { first: test, merchant: made, payment: body };
  });
  const { localnet, secrets, signers } = first;
  const { headers } = merchant;
  expect(await killed({ dataDir, localnet, secrets, signers, checkpoint, headers, payment })).toBe('SIGKILL');

  await onFolder(dataDir, first, async (test) => {
    const answers = await Promise.all([1, 2, 3].map(() => settle(test.app, merchant, payment)));
    const used = await authorizationsUsed(localnet, payment);
    expect(used).toHaveLength(1);
    expect(answers.filter((answer) => answer.body['success'] === true)).toHaveLength(1);
    expect(answers.map((answer) => answer.body['transaction'])).toEqual([used[0], used[0], used[0]]);
    expect(await chainOf(localnet).usdc(merchant.payTo)).toBe(price);
    expect(await sentBy(test)).toBe(1);
  });
}
