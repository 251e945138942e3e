import { setTimeout as sleep } from 'node:timers/promises';
import { PGlite } from '@electric-sql/pglite';
import type { DbLog } from './handle.ts';

type Listen = { channel: string; onMessage: (payload: string) => void; onListen?: (() => void) | undefined };

/** PGlite as the rest of the process sees it: one client, whichever instance is behind it. */
export type Client = Pick<PGlite, 'query' | 'exec' | 'transaction'> & {
  listen(
    channel: string,
    onMessage: Listen['onMessage'],
    onListen?: () => void,
  ): Promise<() => Promise<void>>;
  close(): Promise<void>;
};

/** Pauses between two tries to open the folder again, ms. */
const firstPauseMs = 500;
const longestPauseMs = 5_000;

/**
 * Opens `folder` (memory when absent). When PostgreSQL gives up (PANIC: it could not write its log, the disk is full),
 * what was committed is opened anew in a fresh instance, as its postmaster would do; until that works every call fails
 * as on a server that restarts (SQLSTATE 57P02).
 */
export async function openClient(folder: string | undefined, log: DbLog): Promise<Client> {
  // A first opening that fails is the caller's to hear of.
  let reopening = true;
  const closing = new AbortController();
  const listens = new Map<Listen, () => Promise<void>>();
  let current = await openInstance(folder, onPanic);
  reopening = false;

  function onPanic(error: Error): void {
    log.error({ err: error }, 'the embedded database gave up');
    // What was in memory is gone with it.
    if (folder !== undefined && !reopening) void reopen();
  }

  async function reopen(): Promise<void> {
    reopening = true;
    for (let pauseMs = firstPauseMs; reopening; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
      await sleep(pauseMs, undefined, { ref: false });
      if (closing.signal.aborted) return;
      reopening = !(await openedAgain());
    }
  }

  async function openedAgain(): Promise<boolean> {
    try {
      current = await openInstance(folder, onPanic);
      for (const one of listens.keys()) await startListening(one);
      log.info({}, 'the embedded database is open again');
      return true;
    } catch (error) {
      log.warn({ err: error }, 'the embedded database does not open');
      return false;
    }
  }

  async function startListening(one: Listen): Promise<void> {
    const { instance } = current;
    listens.set(one, await instance.listen(one.channel, one.onMessage));
    one.onListen?.();
  }

  return {
    query: (...given) => current.instance.query(...(given as [string])) as never,
    exec: (...given) => current.instance.exec(...given),
    transaction: (work) => current.instance.transaction(work),
    async listen(channel, onMessage, onListen) {
      const one: Listen = { channel, onMessage, onListen };
      await startListening(one);
      return async () => {
        const stop = listens.get(one);
        listens.delete(one);
        if (!current.gaveUp() && !current.instance.closed) await stop?.();
      };
    },
    async close() {
      closing.abort();
      if (!current.gaveUp() && !current.instance.closed) await current.instance.close();
    },
  };
}

type Instance = { instance: PGlite; gaveUp(): boolean };

/** An instance that is never touched again once it gave up: it would hold the process's one thread for good. */
async function openInstance(folder: string | undefined, onPanic: (error: Error) => void): Promise<Instance> {
  const instance = new PGlite(folder === undefined ? {} : { dataDir: folder });
  let stopped: Error | undefined;
  const guarded =
    <A extends unknown[], R>(run: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      if (stopped) throw stopped;
      try {
        return await run.apply(instance, args);
      } catch (error) {
        if ((error as { severity?: unknown }).severity === 'PANIC') {
          stopped = Object.assign(new Error('the embedded database gave up', { cause: error }), {
            code: '57P02',
          });
          onPanic(error as Error);
        }
        throw error;
      }
    };
  // Every way to it leads through these two.
  instance.execProtocol = guarded(instance.execProtocol);
  instance.execProtocolStream = guarded(instance.execProtocolStream);
  await instance.waitReady;
  return { instance, gaveUp: () => stopped !== undefined };
}
