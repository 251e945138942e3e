import { expect, onTestFinished, test } from 'vitest';
import { createLogMailer } from '#src/mail/log.ts';
import { createSmtpMailer } from '#src/mail/smtp.ts';
import { smtpDouble } from '#tests/kit/smtp-double.ts';

const letter = {
  to: 'ada@example.com',
  subject: 'Your password',
  text: 'A link: https://a.example/?t=abc\n',
};

test('a letter goes out over SMTP', async () => {
  const server = await smtpDouble();
  const mailer = createSmtpMailer({ url: server.url, from: 'Chronos <no-reply@example.com>' });
  onTestFinished(async () => {
    mailer.close();
    await server.close();
  });
  await mailer.send(letter);
  expect(server.mails).toHaveLength(1);
  expect(server.mails[0]).toMatchObject({ from: 'no-reply@example.com', to: letter.to });
  expect(server.mails[0]!.headers).toMatchObject({
    subject: letter.subject,
    from: 'Chronos <no-reply@example.com>',
  });
  expect(server.mails[0]!.text.trim()).toBe(letter.text.trim());
  server.refuse = '451 try later';
  await expect(mailer.send(letter)).rejects.toThrow('451');
  await server.close();
  await expect(mailer.send(letter)).rejects.toThrow(/ECONNREFUSED|closed/);
});

test('in development a letter is printed', async () => {
  const printed: string[] = [];
  await createLogMailer((text) => void printed.push(text)).send(letter);
  expect(printed.join('')).toContain('https://a.example/?t=abc');
});
