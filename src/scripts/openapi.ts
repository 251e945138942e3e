/**
 * Writes the OpenAPI documents into `openapi/`: the whole one and a slice per plane, from the catalogue alone; and from
 * the whole one the generated part of the client.
 * `--check` fails when they are not what the catalogue gives. Both fail when the linter has a word to say.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { pino } from 'pino';
import { operations, planes } from '#schemas/index.ts';
import type { PlaneDefinition } from '#schemas/kit/plane.ts';
import { buildApp } from '#src/app.ts';
import { documentOf } from '#src/http/openapi.ts';
import { sliceOf } from '#src/http/openapi-document.ts';
import type { OpenApiDocument } from '#src/http/openapi-document.ts';
import type { Plane } from '#src/http/plane.ts';
import { clientFiles } from './client-files.ts';

const folder = fileURLToPath(new URL('../../openapi', import.meta.url));
const clientFolder = fileURLToPath(new URL('../client/generated', import.meta.url));

/** A plane with its routes and no one behind them: enough to tell what it would answer. */
function describedOnly(definition: PlaneDefinition): Plane {
  const unserved = async () => {
    throw new Error('this app only describes');
  };
  return {
    definition,
    routes: operations
      .filter(({ plane }) => plane === definition.name)
      .map((operation) => ({ operation, handle: unserved })),
    authenticate: {},
    render: () => ({ status: 500, body: {} }),
    anonymousPerMinute: 0,
  };
}

/** The documents by file name, as text. */
export async function documents(): Promise<Record<string, string>> {
  const app = await buildApp(planes.map(describedOnly), {
    version: (JSON.parse(readFileSync(join(folder, '../package.json'), 'utf8')) as { version: string })
      .version,
    publicUrl: '/',
    log: pino({ level: 'silent' }),
    trustProxy: false,
  });
  await app.ready();
  const whole = documentOf(app);
  await app.close();
  const text = (document: unknown) => `${JSON.stringify(document, null, 2)}\n`;
  return Object.fromEntries([
    ['openapi.json', text(whole)],
    ...planes.map((plane) => [`${plane.name}.json`, text(sliceOf(whole, plane))]),
  ]) as Record<string, string>;
}

/** What the linter (Redocly's recommended rules) finds, warnings included. */
export async function lint(text: string): Promise<string[]> {
  const config = await createConfig({
    extends: ['recommended'],
    rules: {
      // Off: not every answer has a 4xx of its own, the health check for one.
      'operation-4xx-response': 'off',
      // On top of the recommended ones.
      'no-invalid-media-type-examples': 'error',
      'no-invalid-schema-examples': 'error',
      'no-invalid-parameter-examples': 'error',
      'operation-tag-defined': 'error',
      'operation-operationId': 'error',
    },
  });
  const problems = await lintFromString({ source: text, absoluteRef: join(folder, 'openapi.json'), config });
  return problems.map(
    ({ ruleId, severity, message, location }) =>
      `${severity} ${ruleId}: ${message} at ${location.map(({ pointer }) => pointer).join(', ')}`,
  );
}

function write(made: Record<string, string>, dir: string): void {
  mkdirSync(dir, { recursive: true });
  for (const old of readdirSync(dir)) if (!(old in made)) rmSync(join(dir, old));
  for (const [name, text] of Object.entries(made)) writeFileSync(join(dir, name), text);
}

/** Names of the committed files that differ from what the catalogue gives. */
export function drift(made: Record<string, string>, dir: string = folder): string[] {
  const kept = readdirSync(dir);
  const read = (name: string) => (kept.includes(name) ? readFileSync(join(dir, name), 'utf8') : undefined);
  return [...new Set([...kept, ...Object.keys(made)])].filter((name) => read(name) !== made[name]);
}

async function main(): Promise<void> {
  const made = await documents();
  const client = await clientFiles(JSON.parse(made['openapi.json']!) as OpenApiDocument);
  const faults: string[] = [];
  for (const [name, text] of Object.entries(made)) {
    for (const problem of await lint(text)) faults.push(`openapi/${name}: ${problem}`);
  }
  if (process.argv.includes('--check')) {
    const stale = (name: string) => `${name} is not what the catalogue gives: npm run openapi`;
    faults.push(...drift(made).map((name) => stale(`openapi/${name}`)));
    faults.push(...drift(client, clientFolder).map((name) => stale(`src/client/generated/${name}`)));
  } else {
    write(made, folder);
    write(client, clientFolder);
  }
  for (const fault of faults) console.error(fault);
  console.log(
    `${operations.length} operations, ${Object.keys(made).length} documents, ${faults.length} faults`,
  );
  if (faults.length > 0) process.exitCode = 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
