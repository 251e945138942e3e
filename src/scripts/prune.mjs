// Runs after an install: 67 MB of C headers and manual pages that the pinned Node brings, and source maps of the largest
// packages, which nobody needs.
import { existsSync, readdirSync, rmSync } from 'node:fs';

const modules = new URL('../../node_modules/', import.meta.url);
const mapped = ['@coinbase/cdp-sdk', 'drizzle-orm', 'ox', 'permissionless', 'viem'];

for (const name of readdirSync(modules).filter((entry) => /^node-(bin-)?(linux|darwin|win)-/.test(entry))) {
  for (const part of ['include', 'share']) {
    rmSync(new URL(`${name}/${part}`, modules), { recursive: true, force: true });
  }
}

for (const name of mapped) {
  const folder = new URL(`${name}/`, modules);
  const files = existsSync(folder) ? readdirSync(folder, { recursive: true }) : [];
  for (const file of files.filter((entry) => entry.endsWith('.map'))) {
    rmSync(new URL(file.replaceAll('\\', '/'), folder), { force: true });
  }
}
