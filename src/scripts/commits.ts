/** Checks that the subjects of all commits are Conventional Commits, one line of at most 100 characters. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const types = ['build', 'chore', 'ci', 'docs', 'feat', 'fix', 'perf', 'refactor', 'revert', 'style', 'test'];
const form = new RegExp(`^(${types.join('|')})(\\([a-z0-9-]+\\))?!?: \\S.*[^.\\s]$`);

/** What is wrong with a commit's subject, or nothing. Merges word themselves. */
export function faultOf(subject: string): string | undefined {
  if (subject.startsWith('Merge ')) return undefined;
  if (!form.test(subject)) return 'is no Conventional Commit';
  return subject.length > 100 ? 'is longer than 100 characters' : undefined;
}

function main(): void {
  const log = execFileSync('git', ['log', '--format=%h %s'], { encoding: 'utf8', maxBuffer: 1 << 26 });
  const lines = log.split('\n').filter(Boolean);
  const faults = lines.flatMap((line) => {
    const fault = faultOf(line.slice(line.indexOf(' ') + 1));
    return fault ? [`${line}: ${fault}`] : [];
  });
  for (const fault of faults) console.error(fault);
  console.log(`${lines.length} commits read, ${faults.length} badly worded`);
  if (faults.length > 0 || lines.length === 0) process.exitCode = 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
