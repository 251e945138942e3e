/**
 * Loaded into each measured process by `--import`: answers over the process channel what it has used so far, and ends
 * the process with its parent.
 */
import { subscribe } from 'node:diagnostics_channel';

/** CPU in µs, user and system; `requests` are HTTP requests the process itself made, by origin. */
export type Reading = { cpu: number; rss: number; requests: Record<string, number> };

const requests: Record<string, number> = {};

// Node's own fetch and the undici package tell of their requests on the same channel.
subscribe('undici:request:create', (message) => {
  const { origin } = (message as { request: { origin: string | URL } }).request;
  const key = String(origin);
  requests[key] = (requests[key] ?? 0) + 1;
});

process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpu: user + system, rss: process.memoryUsage.rss(), requests } satisfies Reading);
});
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
process.channel?.unref();
