import type { Mail, Mailer } from '#src/core/ports/mailer.ts';

type Transport = { sendMail(mail: Mail & { from: string }): Promise<unknown>; close(): void };

/**
 * Letters over SMTP (RFC 5321); `smtps:` or STARTTLS where the server offers it, credentials in the URL.
 * The library is loaded with the first letter: most processes never send one.
 */
export function createSmtpMailer(options: { url: string; from: string }): Mailer {
  let transport: Promise<Transport> | undefined;
  const connect = async (): Promise<Transport> => {
    const { createTransport } = await import('nodemailer');
    return createTransport(options.url, { connectionTimeout: 10_000, socketTimeout: 20_000 } as never);
  };
  return {
    async send(mail) {
      const open = await (transport ??= connect());
      await open.sendMail({ from: options.from, ...mail });
    },
    close: () => void transport?.then((open) => open.close()),
  };
}
