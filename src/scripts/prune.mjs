// Runs after an install: the packages that carry the pinned Node bring 67 MB of C headers and manual pages nobody needs.
import { readdirSync, rmSync } from 'node:fs';

const modules = new URL('../../node_modules/', import.meta.url);

for (const name of readdirSync(modules).filter((entry) => /^node-(bin-)?(linux|darwin|win)-/.test(entry))) {
  for (const part of ['include', 'share']) {
    rmSync(new URL(`${name}/${part}`, modules), { recursive: true, force: true });
  }
}
