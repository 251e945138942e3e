import { expect, it } from 'vitest';
import { createCommonPasswords } from '#src/services/common-passwords.ts';
import { createPasswords } from '#src/services/passwords.ts';

it('takes the right password only, and no password where there is no account', async () => {
  const passwords = createPasswords();
  const hash = await passwords.hash('StrongPassword123!');
  expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,p=1,t=2\$/);
  const answers = ['StrongPassword123!', 'strongpassword123!'].map((one) => passwords.verify(one, hash));
  expect(await Promise.all(answers)).toEqual([true, false]);
  expect(await passwords.verify('StrongPassword123!', null)).toBe(false);
});

it('refuses what does not fit in its queue', async () => {
  const passwords = createPasswords();
  const all = await Promise.allSettled(Array.from({ length: 60 }, () => passwords.hash('x')));
  const refused = all.filter((one) => one.status === 'rejected');
  expect(refused).toHaveLength(8);
  for (const one of refused) expect(one.reason).toMatchObject({ kind: 'unavailable' });
});

it('knows what everybody tries first, in any case', async () => {
  const isCommon = createCommonPasswords();
  const answers = [
    '1234567890',
    'qwerty123456',
    'QWERTY123456',
    'StrongPassword123!',
    'InitialPassword1!',
    '__proto__',
  ];
  expect(await Promise.all(answers.map(isCommon))).toEqual([true, true, true, false, false, false]);
});
