import type { FastifyInstance } from 'fastify';
import { ownerOf } from '#schemas/kit/plane.ts';
import { fail } from '#src/core/errors.ts';
import { type Plane, sendError } from './plane.ts';
import { pathOf } from './request.ts';

/** The plane whose envelope answers for a path nobody serves. */
export function planeOf(planes: readonly Plane[], url: string): Plane {
  const owner = ownerOf(
    planes.map((plane) => plane.definition),
    pathOf(url),
  );
  return planes.find((plane) => plane.definition === owner)!;
}

/** One root 404 for all planes; a path that exists under other methods answers 405 with `Allow`. */
export function registerNotFound(app: FastifyInstance, planes: readonly Plane[]): void {
  const patterns = planes.flatMap((plane) =>
    plane.routes.map(({ operation }) => ({
      method: operation.method,
      matches: new RegExp(
        `^${operation.path.replaceAll(/[.]/g, '\\.').replaceAll(/:[A-Za-z]+/g, '[^/]+')}/?$`,
      ),
    })),
  );
  app.setNotFoundHandler((request, reply) => {
    const path = pathOf(request.url);
    const allow = [...new Set(patterns.filter((p) => p.matches.test(path)).map((p) => p.method))];
    const error = allow.length > 0 ? fail('method_not_allowed', { allow }) : fail('route_not_found');
    return sendError(planeOf(planes, path), error, request, reply);
  });
  app.setErrorHandler((error, request, reply) =>
    sendError(planeOf(planes, request.url), error, request, reply),
  );
}
