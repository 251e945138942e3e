import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '#src/db/client.ts';
import { freshFolder, quiet } from './kit.ts';

type Answer = { done?: unknown; failed?: unknown };

/** A process that writes to the folder when it is told to. */
async function writer(dataDir: string) {
  const child = fork(join(import.meta.dirname, 'disk-full-child.ts'), [dataDir], { execArgv: [] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child, 'message');
  return async (word: string): Promise<Answer> => {
    child.send(word);
    const [answer] = (await once(child, 'message')) as [Answer];
    return answer;
  };
}

test('a full disk refuses writes and loses none that was answered; with space again all goes on by itself', async () => {
  const dataDir = await freshFolder();
  const say = await writer(dataDir);
  const written: unknown[] = [];
  const write = async () => {
    const answer = await say('write');
    if (answer.done) written.push(answer.done);
    return answer;
  };
  const untilWritten = async () => {
    while (!(await write()).done) expect(await say('ping')).toBeDefined();
  };
  expect(await write()).toMatchObject({ done: expect.any(String) });

  // A table that can't grow: the statement fails, the database goes on.
  await say('full');
  let last = await write();
  while (last.done) last = await write();
  expect(last.failed).toBe('unavailable');
  expect(await say('ping')).toEqual({ done: null });
  await say('free');
  expect(await write()).toMatchObject({ done: expect.any(String) });

  // A log that can't grow: PostgreSQL gives up, and is there again once there is space.
  await say('full');
  expect(await say('log')).toMatchObject({ failed: expect.anything() });
  expect(await write()).toEqual({ failed: 'unavailable' });
  expect(await say('ping')).toMatchObject({ failed: expect.anything() });
  await say('free');
  await untilWritten();
  await write();
  await say('close');

  const database = await openDatabase({ dataDir, log: quiet });
  onTestFinished(() => database.close());
  const { rows } = await database.executeSql('select id from transactions order by seq');
  expect(rows.map(({ id }) => id)).toEqual(written);
});
