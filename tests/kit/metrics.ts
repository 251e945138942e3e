import { getMetrics } from '#schemas/facilitator/system.ts';
import type { TestApp } from './app.ts';

/** Samples by name and labels, as Prometheus reads them. */
export async function scrape({ app, secrets }: TestApp): Promise<Map<string, number>> {
  const headers = { authorization: `Bearer ${secrets.ADMIN_MASTER_KEY}` };
  const { body } = await app.inject({ url: getMetrics.path, headers });
  const lines = body.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}
