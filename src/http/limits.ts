import { createRequire } from 'node:module';
import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Redis } from 'ioredis';
import { fail } from '#src/core/errors.ts';
import { networkOf } from '#src/core/ip-list.ts';
import type { Principal } from '#src/core/principal.ts';

type Counted = { current: number; ttl: number };
type Callback = (error: Error | null, result?: Counted) => void;
type Store = {
  incr(key: string, done: Callback, window: number, max: number): void;
  read(key: string, done: Callback, window: number, max: number): void;
};

const require = createRequire(import.meta.url);
const LocalStore = require('@fastify/rate-limit/store/LocalStore.js') as new (
  a: boolean,
  b: boolean,
  keys: number,
) => Store;
const RedisStore = require('@fastify/rate-limit/store/RedisStore.js') as new (
  a: boolean,
  b: boolean,
  redis: Redis,
  prefix: string,
) => Store;

const windowMs = 60_000;
/** Keys kept in memory; more callers than this within a minute push the oldest out. */
const memoryKeys = 100_000;

/** A store that counts in Redis while it answers, and in this process when it does not: limits never switch off. */
function storeClass(redis: Redis | undefined, onFallback: (error: Error) => void) {
  const local = new LocalStore(false, false, memoryKeys);
  const shared = redis && new RedisStore(false, false, redis, 'chronos-limit-');
  const via =
    (method: 'incr' | 'read'): Store['incr'] =>
    (key, done, window, max) => {
      if (!shared || redis.status !== 'ready') return local[method](key, done, window, max);
      shared[method](
        key,
        (error, result) => {
          if (!error) return done(null, result);
          onFallback(error);
          local[method](key, done, window, max);
        },
        window,
        max,
      );
    };
  // The plugin wants a constructor; one shared instance serves all of its children.
  return class {
    incr = via('incr');
    read = via('read');
    child() {
      return this;
    }
  };
}

export type Limits = {
  /** Counts one request of the principal, writes the limit headers, throws `rate_limited` when it is one too many. */
  count(request: FastifyRequest, reply: FastifyReply, plane: string, principal: Principal): Promise<void>;
  /** Counts a failed authentication of an address; throws `rate_limited` once there were too many this minute. */
  countFailure(request: FastifyRequest, plane: string): Promise<void>;
};

type Subject = { key: string; max: number };
const subject = Symbol('limit subject');
type Carrier = FastifyRequest & { [subject]?: Subject };

/** Failed authentications one address may make a minute before it has to wait. */
const failuresPerMinute = 60;

/** Registers the limiter and hands out its two questions. Anonymous callers are counted by address. */
export async function registerLimits(app: FastifyInstance, redis?: Redis): Promise<Limits> {
  await app.register(rateLimit, {
    global: false,
    timeWindow: windowMs,
    store: storeClass(redis, (error) => app.log.warn({ err: error }, 'rate limits fall back to memory')),
  });
  const check = app.createRateLimit({
    timeWindow: windowMs,
    keyGenerator: (request) => (request as Carrier)[subject]!.key,
    max: (request) => (request as Carrier)[subject]!.max,
  });
  const ask = async (request: FastifyRequest, key: string, max: number) => {
    (request as Carrier)[subject] = { key, max };
    const answer = await check(request);
    if (answer.isAllowed) throw new Error('the limiter has no allow list');
    return answer;
  };
  return {
    async count(request, reply, plane, principal) {
      if (principal.perMinute === Number.POSITIVE_INFINITY) return;
      const who = principal.id === '' ? `ip:${networkOf(request.ip)}` : `${principal.kind}:${principal.id}`;
      const answer = await ask(request, `${plane}:${who}`, principal.perMinute);
      writeHeaders(reply, principal.perMinute, answer.remaining, answer.ttlInSeconds);
      if (answer.isExceeded) throw exceeded(principal.perMinute, answer.ttlInSeconds, request);
    },
    async countFailure(request, plane) {
      const answer = await ask(request, `${plane}:failed:${networkOf(request.ip)}`, failuresPerMinute);
      if (answer.isExceeded) throw exceeded(failuresPerMinute, answer.ttlInSeconds, request);
    },
  };
}

function exceeded(limit: number, seconds: number, request: FastifyRequest) {
  const resetAt = new Date(Date.now() + seconds * 1000).toISOString();
  return fail('rate_limited', {
    message: `Too many requests: ${limit} a minute are allowed, the limit resets in ${seconds} s`,
    retryAfter: seconds,
    details: { limit, resetAt },
    cause: request.ip,
  });
}

function writeHeaders(reply: FastifyReply, limit: number, remaining: number, reset: number): void {
  reply
    .header('ratelimit-limit', limit)
    .header('ratelimit-remaining', remaining)
    .header('ratelimit-reset', reset);
  reply
    .header('x-ratelimit-limit', limit)
    .header('x-ratelimit-remaining', remaining)
    .header('x-ratelimit-reset', reset);
}
