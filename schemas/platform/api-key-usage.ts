import { Type } from '@sinclair/typebox';
import { model, ref, strictObject } from '../kit/model.ts';
import { operation } from '../kit/operation.ts';
import { idParams, list } from './envelope.ts';

const plane = 'platform';
const tag = 'API keys';

const Day = (description: string) => Type.String({ format: 'date', description });

export const ApiKeyUsageDay = model(
  'ApiKeyUsageDay',
  strictObject({
    object: Type.Literal('api_key_usage'),
    date: Type.String({ description: 'UTC day, YYYY-MM-DD' }),
    requests: Type.Integer(),
    success: Type.Integer({ description: 'Answered below 400' }),
    client_errors: Type.Integer({ description: 'Answered 4xx' }),
    server_errors: Type.Integer({ description: 'Answered 5xx' }),
  }),
);

export const getApiKeyUsage = operation({
  id: 'getApiKeyUsage',
  plane,
  method: 'GET',
  path: '/v1/api_keys/:id/usage',
  tag,
  summary: 'Requests of a key by UTC day, the last 30 days unless told otherwise',
  auth: 'user',
  params: idParams('key'),
  query: Type.Object({
    from: Type.Optional(Day('First day, YYYY-MM-DD')),
    to: Type.Optional(Day('Last day, YYYY-MM-DD; at most 366 days after the first')),
  }),
  success: {
    status: 200,
    description: 'Days with requests, oldest first',
    schema: list(ref(ApiKeyUsageDay)),
  },
  errors: ['api_key_not_found'],
  examples: {
    params: { id: 'ak_4f1k9x2m7q0z8w3v5t6s1r2p' },
    response: {
      object: 'list',
      data: [
        {
          object: 'api_key_usage',
          date: '2025-04-07',
          requests: 120,
          success: 118,
          client_errors: 2,
          server_errors: 0,
        },
      ],
      has_more: false,
      total: 1,
    },
  },
});

export const operations = [getApiKeyUsage] as const;
