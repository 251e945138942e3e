import { readFileSync, writeFileSync } from 'node:fs';
import { withEnvTable } from '#src/config/table.ts';

/** Renews the generated part of README.md. */
const text = readFileSync('README.md', 'utf8');
writeFileSync('README.md', withEnvTable(text));
