import type { TSchema } from '@sinclair/typebox';
import { networkEnvSchema } from './network-schema.ts';
import { envSchema } from './schema.ts';

const start = '<!-- env:start -->';
const end = '<!-- env:end -->';

function rows(schema: TSchema, prefix: string): string[] {
  return Object.entries(schema['properties'] as Record<string, TSchema>).map(([name, property]) => {
    const fallback = property['default'] === undefined ? '' : `\`${String(property['default'])}\``;
    return `| \`${prefix}${name}\` | ${fallback} | ${(property.description ?? '').replaceAll('|', '\\|')} |`;
  });
}

/** The README's table of variables, from the schema that reads them. */
export function envTable(): string {
  return [
    '| variable | default | meaning |',
    '|---|---|---|',
    ...rows(envSchema, ''),
    ...rows(networkEnvSchema, '<NETWORK>_'),
  ].join('\n');
}

/** `text` with the table between its two markers renewed. */
export function withEnvTable(text: string): string {
  const from = text.indexOf(start);
  const to = text.indexOf(end);
  if (from === -1 || to < from) throw new Error(`README.md needs ${start} and ${end}`);
  return `${text.slice(0, from + start.length)}\n\n${envTable()}\n\n${text.slice(to)}`;
}
