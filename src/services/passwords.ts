import argon2 from 'argon2';
import { fail } from '#src/core/errors.ts';

export type Passwords = {
  hash(password: string): Promise<string>;
  /** Takes as long without a hash as with one, so that nobody learns which accounts exist. */
  verify(password: string, hash: string | null): Promise<boolean>;
};

/** argon2id, 19 MiB, two passes: the smallest set OWASP recommends. */
const options = { type: argon2.argon2id, memoryCost: 19 * 1024, timeCost: 2, parallelism: 1 } as const;
/** Of a password nobody knows, made with the same options. */
const decoy =
  '$argon2id$v=19$m=19456,p=1,t=2$u3D2KVhVBQxqo5iLZLT5Yg$8aATJzt6mw0UA89cbfW1VcoiDhsqLuF4LtU1gE1M+tQ';
/** More at once would starve everything else of CPU and memory. */
const atOnce = 2;
const queueLimit = 50;

/** Hashes passwords, two at a time. @throws unavailable when the queue is full */
export function createPasswords(): Passwords {
  let running = 0;
  const waiting: (() => void)[] = [];
  const turn = async <T>(work: () => Promise<T>): Promise<T> => {
    if (running >= atOnce) {
      if (waiting.length >= queueLimit) throw fail('unavailable', { retryAfter: 1 });
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else running += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
  return {
    hash: (password) => turn(() => argon2.hash(password, options)),
    async verify(password, hash) {
      const right = await turn(() => argon2.verify(hash ?? decoy, password));
      return right && hash !== null;
    },
  };
}
