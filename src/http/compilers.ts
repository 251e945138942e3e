import { setImmediate } from 'node:timers/promises';
import type { FastifyInstance, FastifyServerOptions } from 'fastify';
import { buildSerializer } from './serialization.ts';
import { buildValidator } from './validation.ts';

declare module 'fastify' {
  // Only an interface merges with Fastify's own.
  // oxlint-disable-next-line typescript/consistent-type-definitions
  export interface FastifyInstance {
    /** Compiles what no request has needed yet, in small steps; throws on a schema that does not compile. */
    warmUp(signal?: AbortSignal): Promise<void>;
  }
}

type Factory = Required<
  Pick<
    NonNullable<NonNullable<FastifyServerOptions['schemaController']>['compilersFactory']>,
    'buildValidator' | 'buildSerializer'
  >
>;
type Lazy = { compile(): void };
type Build = (...shared: never[]) => (part: never) => unknown;

/** Fastify's validators and serialisers: the start waits for none, they compile by first use or after it has begun to listen. */
export function createCompilers(): { factory: Factory; register(app: FastifyInstance): void } {
  const made: Lazy[] = [];
  const noting = <T extends Build>(build: T): T =>
    ((...shared) => {
      const compile = build(...shared);
      return (part) => {
        const one = compile(part);
        made.push(one as Lazy);
        return one;
      };
    }) as T;
  const warmUp = async (signal?: AbortSignal) => {
    for (const one of made.splice(0)) {
      if (signal?.aborted) return;
      one.compile();
      await setImmediate();
    }
  };
  return {
    factory: {
      buildValidator: noting(buildValidator as never) as never,
      buildSerializer: noting(buildSerializer as never) as never,
    },
    register(app) {
      const end = new AbortController();
      app.decorate('warmUp', warmUp);
      app.addHook('onListen', async () => {
        warmUp(end.signal).catch((error: unknown) =>
          app.log.error({ err: error }, 'a schema does not compile'),
        );
      });
      app.addHook('preClose', async () => end.abort());
    },
  };
}
