// Starts a TypeScript entry on a Node that can run it: `node src/scripts/boot.mjs <entry> [arguments]`.
// Plain JavaScript that any Node ≥ 20 can read, so that a wrong Node is told in one sentence, not by a syntax error.
import module from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = resolve(import.meta.dirname ?? '.', '../..');
const entry = process.argv[2];

if (!entry) {
  console.error('usage: node src/scripts/boot.mjs <entry.ts> [arguments]');
  process.exit(1);
}

if (!process.features.typescript) {
  console.error(
    `Chronos needs Node 24 (or ≥ 22.18), this is ${process.version} on ${process.platform}-${process.arch}: ` +
      'start it through npm (`npm start`), which brings a fitting Node for common platforms, or install Node 24.',
  );
  process.exit(1);
}

// Kept beside the packages, never in a shared temp folder where another user could plant code. A read-only
// installation just runs without a cache.
module.enableCompileCache(join(root, 'node_modules/.cache/chronos'));

// npm passes a signal to its shell alone, which ends without a word to us: whoever stops npm means us.
if (process.env.npm_lifecycle_event) {
  const shell = process.ppid;
  const looking = setInterval(() => {
    if (process.ppid === shell) return;
    clearInterval(looking);
    process.kill(process.pid, 'SIGTERM');
  }, 500);
  looking.unref();
}

process.argv.splice(1, 2, resolve(entry));
try {
  await import(pathToFileURL(process.argv[1]).href);
} catch (error) {
  // A fault of the configuration is the operator's: its words are enough, the stack would hide them.
  console.error(Array.isArray(error?.faults) ? error.message : error);
  process.exit(1);
}
