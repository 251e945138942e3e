import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCodesOf } from '#schemas/kit/plane.ts';
import type { Catalogue } from './catalogue.ts';

/** One line an answer: `operation status code`, `ok` for a success. */
export function readAnswers(runDir: string): Set<string> {
  const files = existsSync(runDir) ? readdirSync(runDir).filter((name) => name.startsWith('answers-')) : [];
  return new Set(
    files.flatMap((name) => readFileSync(join(runDir, name), 'utf8').split('\n').filter(Boolean)),
  );
}

/**
 * What a run has not shown: a success or an error of its own that no test reaches, a kernel error that a plane never
 * gave, and answers that are not declared.
 */
export function gapsOf({ planes, operations }: Catalogue, answers: ReadonlySet<string>): string[] {
  const gaps: string[] = [];
  const declared = new Set<string>();
  for (const plane of planes) {
    const own = operations.filter((op) => op.plane === plane.name);
    const given = new Set<string>();
    for (const op of own) {
      const line = (code: string) => `${op.id} ${plane.codes[code]} ${code}`;
      const success = `${op.id} ${op.success.status} ok`;
      const replay = op.replays ? [`${op.id} 200 ok`] : [];
      const known = op.revalidates ? [`${op.id} 304 ok`] : [];
      for (const line of [success, ...replay, ...known]) {
        declared.add(line);
        if (!answers.has(line)) gaps.push(`no test reaches ${line}`);
      }
      for (const code of errorCodesOf(op, plane)) {
        declared.add(line(code));
        if (answers.has(line(code))) given.add(code);
      }
      for (const code of op.errors)
        if (!answers.has(line(code))) gaps.push(`no test reaches ${code} of ${op.id}`);
    }
    const { always, limited, scoped, input, body } = plane.added;
    const auth = Object.values(plane.auth).flatMap(({ errors }) => errors);
    for (const code of new Set([...always, ...limited, ...scoped, ...input, ...body, ...auth])) {
      if (!given.has(code)) gaps.push(`no test reaches ${code} on any operation of ${plane.name}`);
    }
  }
  for (const answer of answers) if (!declared.has(answer)) gaps.push(`not declared: ${answer}`);
  return gaps;
}
