import { readFileSync } from 'node:fs';
import type { TSchema } from '@sinclair/typebox';

type RawEnv = Readonly<Record<string, string | undefined>>;

/**
 * What `NAME_FILE` says of a secret variable, for mounted secrets; undefined without one. White space around it is not
 * part of it. Faults name variables, never what a file holds.
 */
export function secretFromFile(
  raw: RawEnv,
  name: string,
  schema: TSchema | undefined,
  faults: string[],
): string | undefined {
  const file = raw[`${name}_FILE`];
  if (!file || schema?.['secret'] !== true) return undefined;
  if (raw[name]) {
    faults.push(`${name} and ${name}_FILE are both set`);
    return undefined;
  }
  try {
    const text = readFileSync(file, 'utf8').trim();
    if (text === '') faults.push(`${name}_FILE is an empty file`);
    return text;
  } catch (error) {
    faults.push(`${name}_FILE can not be read (${(error as { code?: string }).code ?? 'unknown'})`);
    return undefined;
  }
}
