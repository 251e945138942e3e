/**
 * Loaded into each measured process by `--import`: answers over the process channel what it has used so far, and ends
 * the process with its parent.
 */
import { subscribe } from 'node:diagnostics_channel';
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';

/** CPU in µs, user and system; `requests` are HTTP requests the process itself made, by origin. */
export type Reading = { cpu: number; rss: number; requests: Record<string, number> };

const requests: Record<string, number> = {};

// Node's own fetch and the undici package tell of their requests on the same channel.
subscribe('undici:request:create', (message) => {
  const { origin } = (message as { request: { origin: string | URL } }).request;
  const key = String(origin);
  requests[key] = (requests[key] ?? 0) + 1;
});

/** What is asked over the channel: a reading, or a CPU profile from now until a file is named for it. */
export type Question = 'read' | 'profile' | { profile: string };

const session = new Session();

async function profile(file?: string): Promise<void> {
  if (file === undefined) {
    session.connect();
    await session.post('Profiler.enable');
    return session.post('Profiler.start');
  }
  const { profile: taken } = await session.post('Profiler.stop');
  writeFileSync(file, JSON.stringify(taken));
}

process.on('message', (question: Question) => {
  const answer = () => {
    const { user, system } = process.cpuUsage();
    process.send?.({ cpu: user + system, rss: process.memoryUsage.rss(), requests } satisfies Reading);
  };
  if (question === 'read') answer();
  else void profile(question === 'profile' ? undefined : question.profile).then(answer);
});
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
process.channel?.unref();
