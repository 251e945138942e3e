import { type TProperties, Type } from '@sinclair/typebox';
import { model, ref, strictObject } from '../kit/model.ts';
import { operation } from '../kit/operation.ts';
import { data } from './envelope.ts';

const plane = 'facilitator';
const tag = 'Metrics';

const Day = (description: string) =>
  Type.Union([Type.String({ format: 'date' }), Type.String({ format: 'date-time' })], { description });

const range = Type.Object({
  from: Type.Optional(Day('Start, ISO 8601 date or time; its UTC day is the first one told of')),
  to: Type.Optional(Day('End, ISO 8601 date or time; its UTC day is the last one told of')),
});

const date = Type.String({ description: 'UTC day, YYYY-MM-DD' });
const month = Type.String({ description: 'UTC month, YYYY-MM' });

const requestFigures = {
  requests: Type.Integer(),
  success: Type.Integer({ description: 'Answers below 400' }),
  clientErrors: Type.Integer({ description: 'Answers 400 to 499' }),
  serverErrors: Type.Integer({ description: 'Answers from 500' }),
  avgLatencyMs: Type.Number(),
  p95LatencyMs: Type.Number({ description: 'Out of a histogram, within 10 %' }),
};

const paymentFigures = {
  network: Type.String(),
  asset: Type.String({ description: 'Token address' }),
  symbol: Type.String(),
  decimals: Type.Integer(),
  verifications: Type.Integer({ description: 'Verdicts of /verify, valid or not' }),
  settlements: Type.Integer({ description: 'Payments that settled' }),
  failed: Type.Integer({ description: 'Payments that failed on the chain' }),
  volume: Type.String({ description: 'Sum that was paid, atomic units' }),
  fees: Type.String({ description: 'Gas that was paid, wei, failures included' }),
  uniquePayers: Type.Integer({ description: 'Payers with a payment that settled' }),
};

const named = <T extends TProperties>(id: string, properties: T) => model(id, strictObject(properties));
const RequestsOfDay = named('RequestsOfDay', { date, ...requestFigures });
const RequestsOfMonth = named('RequestsOfMonth', { month, ...requestFigures });
const RequestTotals = named('RequestTotals', requestFigures);
const PaymentsOfDay = named('PaymentsOfDay', { date, ...paymentFigures });
const PaymentsOfMonth = named('PaymentsOfMonth', { month, ...paymentFigures });
const PaymentTotals = named('PaymentTotals', paymentFigures);

const requests = {
  requests: 1204,
  success: 1190,
  clientErrors: 12,
  serverErrors: 2,
  avgLatencyMs: 14.2,
  p95LatencyMs: 38.5,
};
const payments = {
  network: 'base-sepolia',
  asset: '0x036CbD53842c5426634e7929541eC2318f3dCF7e',
  symbol: 'USDC',
  decimals: 6,
  verifications: 420,
  settlements: 400,
  failed: 3,
  volume: '400000000',
  fees: '17300000000000',
  uniquePayers: 212,
};
const common = { plane, method: 'GET', tag, auth: 'user', errors: ['INVALID_REQUEST'] } as const;
const whose = "your client keys' requests; an admin's answer counts all requests";
const span = (usual: string, most: string) =>
  `Without \`from\`: the ${usual} up to \`to\`. At most ${most} at once.`;

export const getDailyMetrics = operation({
  ...common,
  id: 'getDailyMetrics',
  path: '/api/v1/metrics/daily',
  summary: 'HTTP request metrics by day',
  description: `Days with ${whose}, oldest first. ${span('30 days', '366 days')}`,
  query: range,
  success: { status: 200, description: 'Days', schema: data(Type.Array(ref(RequestsOfDay))) },
  examples: {
    query: { from: '2025-04-01', to: '2025-04-30' },
    response: { data: [{ date: '2025-04-07', ...requests }] },
  },
});

export const getMonthlyMetrics = operation({
  ...common,
  id: 'getMonthlyMetrics',
  path: '/api/v1/metrics/monthly',
  summary: 'HTTP request metrics by month',
  description: `Whole months with ${whose}, oldest first. ${span('12 months', '10 years')}`,
  query: range,
  success: { status: 200, description: 'Months', schema: data(Type.Array(ref(RequestsOfMonth))) },
  examples: { response: { data: [{ month: '2025-04', ...requests }] } },
});

export const getMetricsSummary = operation({
  ...common,
  id: 'getMetricsSummary',
  path: '/api/v1/metrics/summary',
  summary: 'HTTP request metrics across all time',
  description: `Totals of ${whose}.`,
  errors: [],
  success: { status: 200, description: 'Totals', schema: data(ref(RequestTotals)) },
  examples: { response: { data: requests } },
});

const journal = 'out of the journal of payments; a payment belongs to the day it came in';

export const getDailyPaymentMetrics = operation({
  ...common,
  id: 'getDailyPaymentMetrics',
  path: '/api/v1/x402-metrics/daily',
  summary: 'Payments by day, network and asset',
  description: `Yours, an admin's are all; ${journal}. ${span('30 days', '366 days')}`,
  query: range,
  success: { status: 200, description: 'Days', schema: data(Type.Array(ref(PaymentsOfDay))) },
  examples: {
    query: { from: '2025-04-01', to: '2025-04-30' },
    response: { data: [{ date: '2025-04-07', ...payments }] },
  },
});

export const getMonthlyPaymentMetrics = operation({
  ...common,
  id: 'getMonthlyPaymentMetrics',
  path: '/api/v1/x402-metrics/monthly',
  summary: 'Payments by month, network and asset',
  description: `Yours, an admin's are all; ${journal}. Whole months. ${span('12 months', '10 years')}`,
  query: range,
  success: { status: 200, description: 'Months', schema: data(Type.Array(ref(PaymentsOfMonth))) },
  examples: { response: { data: [{ month: '2025-04', ...payments }] } },
});

export const getPaymentMetricsSummary = operation({
  ...common,
  id: 'getPaymentMetricsSummary',
  path: '/api/v1/x402-metrics/summary',
  summary: 'Payments across all time, by network and asset',
  description: `Yours, an admin's are all; ${journal}.`,
  errors: [],
  success: { status: 200, description: 'Totals', schema: data(Type.Array(ref(PaymentTotals))) },
  examples: { response: { data: [payments] } },
});

export const operations = [
  getDailyMetrics,
  getMonthlyMetrics,
  getMetricsSummary,
  getDailyPaymentMetrics,
  getMonthlyPaymentMetrics,
  getPaymentMetricsSummary,
] as const;
