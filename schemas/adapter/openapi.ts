import { Type } from '@sinclair/typebox';
import { operation } from '../kit/operation.ts';
import { plane } from './common.ts';

export const getPublicOpenApi = operation({
  id: 'getPublicOpenApi',
  plane,
  method: 'GET',
  path: '/api/v1/openapi/public',
  tag: 'Documentation',
  summary: "The adapter's part of the OpenAPI document",
  auth: 'none',
  unlimited: true,
  success: {
    status: 200,
    description: 'An OpenAPI 3.1 document',
    schema: Type.Record(Type.String(), Type.Unknown()),
  },
  errors: [],
  examples: { response: { openapi: '3.1.0', info: { title: 'Chronos API', version: '1.0.0' }, paths: {} } },
});

export const operations = [getPublicOpenApi] as const;
