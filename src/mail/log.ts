import type { Mailer } from '#src/core/ports/mailer.ts';

/** Prints letters where the developer looks; never in production, since they hold secrets. */
export function createLogMailer(print: (text: string) => void): Mailer {
  return {
    send: async ({ to, subject, text }) => print(`Mail to ${to}: ${subject}\n${text}`),
    close() {},
  };
}
