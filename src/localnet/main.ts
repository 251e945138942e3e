/** The supervisor's process: owns chain, bundler and paymaster, and ends with the process that started it. */
import { startSupervisor, type Log } from './supervisor.ts';
import type { SupervisorCommand, SupervisorConfig, SupervisorMessage } from './types.ts';

const tell = (message: SupervisorMessage) => {
  // a parent that is gone can't be told anything
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
};
const log: Log = (level, message) => {
  console.log(`${new Date().toISOString()} ${level} ${message}`);
  tell({ type: 'log', level, message });
};

const config = JSON.parse(process.argv[2] ?? '{}') as SupervisorConfig;
const started = startSupervisor(config, log, () => void leave(1));
let leaving = false;

async function leave(code: number): Promise<void> {
  if (leaving) return;
  leaving = true;
  // a start that is under way is let through: it knows what it has started
  const supervisor = await started.catch(() => undefined);
  await supervisor
    ?.stop()
    .catch((error: unknown) => log('error', `the localnet did not stop cleanly: ${String(error)}`));
  process.exit(code);
}

process.on('disconnect', () => void leave(0));
process.on('message', (command: SupervisorCommand) => {
  if (command.type === 'stop') void leave(0);
});
process.on('SIGTERM', () => void leave(0));
process.on('SIGINT', () => void leave(0));

started.then(
  ({ info }) => tell({ type: 'ready', info }),
  (error: unknown) => {
    tell({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
    void leave(1);
  },
);
