/** One JSON example of the published reference, and what it is an example of. */
export type ReferenceExample = {
  /** `POST /api/v1/verify`; '' before the first endpoint. */
  endpoint: string;
  /** `Request`, `Response 200`, …; '' when the reference does not say. */
  part: string;
  /** Null when it is not JSON but for the dots that stand for more. */
  value: unknown;
  text: string;
};

const endpointLine = /^(GET|POST|PUT|DELETE) (\/\S+)$/;
const partLine = /^(Request|Response \d{3})\b/;

/** Every JSON example of the reference, in its order. */
export function readReference(reference: string): ReferenceExample[] {
  const examples: ReferenceExample[] = [];
  let endpoint = '';
  let part = '';
  let rest = reference;
  while (rest !== '') {
    if (rest.startsWith('{')) {
      const text = rest.slice(0, endOfObject(rest));
      examples.push({ endpoint, part, value: parsed(text), text });
      rest = rest.slice(text.length);
      continue;
    }
    const end = rest.indexOf('\n');
    const line = end === -1 ? rest : rest.slice(0, end);
    rest = end === -1 ? '' : rest.slice(end + 1);
    const found = endpointLine.exec(line);
    if (found) [endpoint, part] = [`${found[1]} ${found[2]}`, ''];
    part = partLine.exec(line)?.[1] ?? part;
  }
  return examples;
}

/** `{ ... }` and the like stand for what was shown before. */
function parsed(text: string): unknown {
  const json = text.replaceAll(/\{ \.\.\. \}/g, '{}');
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

function endOfObject(text: string): number {
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (char === '"') quoted = !quoted;
    if (quoted) continue;
    if (char === '{') depth++;
    if (char === '}' && --depth === 0) return i + 1;
  }
  throw new Error('an example does not end');
}

const pattern = (regExp: RegExp) => (value: unknown) => typeof value === 'string' && regExp.test(value);

/** What the placeholders of the reference stand for. */
const placeholders: Readonly<Record<string, (value: unknown) => boolean>> = {
  '0xYourAddress': pattern(/^0x[0-9a-fA-F]{40}$/),
  '0xPayerAddress': pattern(/^0x[0-9a-fA-F]{40}$/),
  '0xabc123...': pattern(/^0x[0-9a-f]{64}$/),
  'eyJ...': pattern(/^eyJ[\w-]+\.[\w-]+\.[\w-]+$/),
  abc123: pattern(/^mc_\w+$/),
  'hmac-signed-token': pattern(/^\S{40,}$/),
  '...': pattern(/^/),
  '2025-04-07T12:00:00Z': pattern(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/),
  // Reasons are told in the codes of x402.
  'signature mismatch': pattern(/^[a-z0-9_]+$/),
  'insufficient balance': pattern(/^[a-z0-9_]+$/),
};
/** Numbers that are different every time. */
const counters = new Set(['id', 'uptime', 'timestamp', 'blockNumber', 'block', 'updated']);

/** Where an answer is not what the example shows: keys, types and all values that are not placeholders. */
export function differences(example: unknown, answer: unknown, at = ''): string[] {
  if (Array.isArray(example)) {
    if (!Array.isArray(answer) || answer.length === 0) return [`${at} is no filled list`];
    return example.flatMap((one: unknown, i) => differences(one, answer[i], `${at}[${i}]`));
  }
  if (typeof example === 'object' && example !== null) {
    if (typeof answer !== 'object' || answer === null) return [`${at} is no object`];
    return Object.entries(example).flatMap(([name, value]) => {
      const told = (answer as Record<string, unknown>)[name];
      if (counters.has(name) && typeof value === 'number') {
        return Number.isInteger(told) ? [] : [`${at}.${name} is no integer`];
      }
      // A key without an end, or with one.
      if (name === 'expiresAt' && pattern(/Z$/)(told)) return [];
      return differences(value, told, `${at}.${name}`);
    });
  }
  const stands = typeof example === 'string' ? placeholders[example] : undefined;
  const same = stands ? stands(answer) : example === answer;
  return same ? [] : [`${at} is ${JSON.stringify(answer)}, not ${JSON.stringify(example)}`];
}

/** The example with its placeholders filled. */
export function filled(example: unknown, values: Readonly<Record<string, string>>): unknown {
  return JSON.parse(JSON.stringify(example), (_, value: unknown) =>
    typeof value === 'string' ? (values[value] ?? value) : value,
  ) as unknown;
}
