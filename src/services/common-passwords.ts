/** Tells, whatever the case, which passwords everybody tries first; the list is read at the first question. */
export function createCommonPasswords(): (password: string) => Promise<boolean> {
  let known: Promise<ReadonlySet<string>> | undefined;
  return async (password) => {
    known ??= load();
    return (await known).has(password.toLowerCase());
  };
}

/** Some 49,000 passwords out of leaks, lower-case. */
async function load(): Promise<ReadonlySet<string>> {
  const { dictionary } = await import('@zxcvbn-ts/language-common');
  return new Set(dictionary['passwords-common']);
}
