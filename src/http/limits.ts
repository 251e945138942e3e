import { createRequire } from 'node:module';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Redis } from 'ioredis';
import { fail } from '#src/core/errors.ts';
import { networkOf } from '#src/core/ip-list.ts';
import type { Principal } from '#src/core/principal.ts';

type Counted = { current: number; ttl: number };
type Callback = (error: Error | null, result?: Counted) => void;
type Store = { incr(key: string, done: Callback, window: number, max: number): void };

// Only the stores of @fastify/rate-limit: its plugin wraps each count in a dozen promises.
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

type Count = (key: string, max: number) => Counted | Promise<Counted>;

/** Counts in this process, at once. Answers are copies: the store hands out what it counts on with. */
function countInMemory(): (key: string, max: number) => Counted {
  const counts = new LocalStore(false, false, memoryKeys);
  return (key, max) => {
    const counted = { current: 0, ttl: 0 };
    counts.incr(key, (_, result) => Object.assign(counted, result), windowMs, max);
    return counted;
  };
}

/** Where calls are counted: together with all replicas, or by this process alone. */
export type Counting = 'shared' | 'alone';

/** Told when it changes, with what was wrong. */
export type OnCounting = (now: Counting, cause?: Error) => void;

/** How long a Redis that failed to answer is left alone, ms; then one call asks it, and none waits for it meanwhile. */
const restMs = 1_000;

/** Counts in Redis while it answers, and in this process when it does not: limits never switch off. */
function counter(redis: Redis | undefined, onCounting: OnCounting): Count {
  const here = countInMemory();
  if (!redis) return here;
  const shared = new RedisStore(false, false, redis, 'chronos-limit-');
  let counting: Counting = 'shared';
  let restsUntil = 0;
  const turn = (now: Counting, cause?: Error): void => {
    if (now === counting) return;
    counting = now;
    onCounting(now, cause);
  };
  return (key, max) => {
    if (redis.status !== 'ready' || performance.now() < restsUntil) {
      turn('alone');
      return here(key, max);
    }
    if (counting === 'alone') restsUntil = performance.now() + restMs;
    return new Promise((resolve) => {
      const done: Callback = (error, result) => {
        if (!error && result) {
          restsUntil = 0;
          turn('shared');
          return resolve(result);
        }
        restsUntil = performance.now() + restMs;
        turn('alone', error ?? undefined);
        resolve(here(key, max));
      };
      shared.incr(key, done, windowMs, max);
    });
  };
}

export type Limits = {
  /** Counts one request of the principal, writes the limit headers, throws `rate_limited` when it is one too many. Waits only where the count lies elsewhere. */
  count(
    request: FastifyRequest,
    reply: FastifyReply,
    plane: string,
    principal: Principal,
  ): Promise<void> | undefined;
  /** Counts a failed authentication of an address; throws `rate_limited` once there were too many this minute. */
  countFailure(request: FastifyRequest, plane: string): Promise<void>;
};

/** Failed authentications one address may make a minute before it has to wait. */
const failuresPerMinute = 60;

/** The limiter's two questions. Anonymous callers are counted by address. */
export function createLimits(redis: Redis | undefined, onCounting: OnCounting): Limits {
  const count = counter(redis, onCounting);
  return {
    count(request, reply, plane, { id, kind, perMinute }) {
      if (perMinute === Number.POSITIVE_INFINITY) return undefined;
      const who = id === '' ? `ip:${networkOf(request.ip)}` : `${kind}:${id}`;
      const judge = ({ current, ttl }: Counted): undefined => {
        const seconds = Math.ceil(ttl / 1000);
        writeHeaders(reply, perMinute, Math.max(0, perMinute - current), seconds);
        if (current > perMinute) throw exceeded(perMinute, seconds, request);
      };
      const counted = count(`${plane}:${who}`, perMinute);
      return counted instanceof Promise ? counted.then(judge) : judge(counted);
    },
    async countFailure(request, plane) {
      const { current, ttl } = await count(`${plane}:failed:${networkOf(request.ip)}`, failuresPerMinute);
      if (current > failuresPerMinute) throw exceeded(failuresPerMinute, Math.ceil(ttl / 1000), request);
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
  reply.headers({
    'ratelimit-limit': limit,
    'ratelimit-remaining': remaining,
    'ratelimit-reset': reset,
    'x-ratelimit-limit': limit,
    'x-ratelimit-remaining': remaining,
    'x-ratelimit-reset': reset,
  });
}
