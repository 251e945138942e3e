import { authNames } from '#schemas/kit/plane.ts';
import { isWrite } from '#schemas/platform/plane.ts';
import type { PageRule } from '#src/http/pages.ts';
import type { RouteBinding } from '#src/http/route.ts';
import type { PlatformServices } from './services.ts';

const headers = [
  'Authorization',
  'Content-Type',
  'Idempotency-Key',
  'Last-Event-ID',
  'X-Request-Id',
] as const;

/**
 * Opens routes to pages of other origins: accounts and keys to dashboards, to the sites' pages what a publishable key can
 * do, to everybody what is published without any. What needs a secret key is open to none: such a key must not be in a page.
 */
export function withPages(
  routes: readonly RouteBinding[],
  { dashboards, pageOrigins }: Pick<PlatformServices, 'dashboards' | 'pageOrigins'>,
): RouteBinding[] {
  const own = new Set(dashboards.origins);
  const sites = new Set([...own, ...pageOrigins]);
  const dashboard: PageRule = { headers, allows: (origin) => own.has(origin) };
  const site: PageRule = { headers, allows: (origin) => sites.has('*') || sites.has(origin) };
  const everybody: PageRule = { headers, allows: () => true };
  return routes.map((route) => {
    const { operation } = route;
    const isPublished = operation.path.startsWith('/v1/') && authNames(operation).includes('none');
    if (isPublished) return { ...route, pages: everybody };
    if (!authNames(operation).includes('key')) return { ...route, pages: dashboard };
    return isWrite(operation) ? route : { ...route, pages: site };
  });
}
