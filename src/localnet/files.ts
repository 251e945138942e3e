import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Everything the localnet keeps lies in one folder of the data folder. */
export function localnetFiles(dataDir: string) {
  const dir = path.resolve(dataDir, 'localnet');
  const file = (name: string) => path.join(dir, name);
  return {
    dir,
    keys: file('keys.json'),
    /** What the last start told of itself: urls, addresses, keys. */
    info: file('localnet.json'),
    pid: file('localnet.pid'),
    /** The chain, written whole by the supervisor. */
    state: file('chain.json'),
    /** The chain as anvil leaves it when it ends; may be cut short. */
    exitState: file('chain.exit.json'),
    supervisorLog: file('supervisor.log'),
    anvilLog: file('anvil.log'),
    bundlerLog: file('bundler.log'),
  };
}

export type LocalnetFiles = ReturnType<typeof localnetFiles>;

/** Writes a file so that a reader sees the old text or the new one, never half. */
export function writeWhole(file: string, text: string | Buffer, mode = 0o600): void {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, text, { mode, flush: true });
  renameSync(temporary, file);
}

/** The JSON in a file; undefined when there is none or it is cut short. */
export function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as unknown;
  } catch {
    return undefined;
  }
}
