import { asFields, asText, type Fields } from '../fields.ts';

const queryNames = ['queryParams', 'query_params', 'query', 'params'];
const bodyNames = ['bodyFields', 'body_fields', 'bodyParams', 'body', 'data', 'properties'];
const headerNames = ['headerFields', 'header_fields', 'headers'];
const withBody = ['POST', 'PUT', 'PATCH'];
const without = ['GET', 'HEAD', 'DELETE'];

const first = (input: Fields, names: readonly string[]): Fields | undefined =>
  names.map((name) => asFields(input[name])).find((one) => one !== null) ?? undefined;

/** `outputSchema` of version 1 as `info` of version 2; null when it is none, or says that it is not to be found. */
export function outputInfo(outputSchema: unknown): Fields | null {
  const input = asFields(asFields(outputSchema)?.['input']);
  if (!input || input['type'] !== 'http' || input['discoverable'] === false) return null;
  const method = asText(input['method'], 32)?.toUpperCase() ?? '';
  if (![...withBody, ...without].includes(method)) return null;
  const queryParams = first(input, queryNames);
  const headers = first(input, headerNames);
  const body = withBody.includes(method)
    ? { bodyType: bodyType(input['bodyType'] ?? input['body_type']), body: first(input, bodyNames) ?? {} }
    : {};
  const output = asFields(outputSchema)?.['output'];
  return {
    input: {
      type: 'http',
      method,
      ...body,
      ...(queryParams ? { queryParams } : {}),
      ...(headers ? { headers } : {}),
    },
    ...(output ? { output: { type: 'json', example: output } } : {}),
  };
}

function bodyType(told: unknown): string {
  const type = asText(told, 256)?.toLowerCase() ?? '';
  if (/form|multipart/.test(type)) return 'form-data';
  return /text|plain/.test(type) ? 'text' : 'json';
}
