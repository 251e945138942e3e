import { createSiwe } from '#src/chain/siwe.ts';
import type { Config } from '#src/config/load.ts';
import type { Mailer } from '#src/core/ports/mailer.ts';
import type { Log } from '#src/http/logging.ts';
import { createLogMailer } from '#src/mail/log.ts';
import { createSmtpMailer } from '#src/mail/smtp.ts';
import type { Accounts } from '#src/services/accounts.ts';
import { createChallenges } from '#src/services/challenges.ts';
import { createPasskeys, type RelyingParty } from '#src/services/passkeys.ts';
import { createPasswordResets } from '#src/services/password-resets.ts';
import { createWalletSignIn } from '#src/services/wallet-sign-in.ts';
import { type Kernel, pepperOf } from './kernel.ts';

/** Told by the operator, never by the Host header: a message for another site would pass by it. */
function dashboardsOf({ env }: Config): RelyingParty {
  const { DASHBOARD_ORIGINS, PUBLIC_URL, PORT } = env;
  const origins = DASHBOARD_ORIGINS?.split(',') ?? [
    PUBLIC_URL ? new URL(PUBLIC_URL).origin : `http://localhost:${PORT}`,
  ];
  return { origins, id: new URL(origins[0]!).hostname };
}

function mailerOf({ env, production }: Config): Mailer {
  if (env.SMTP_URL) return createSmtpMailer({ url: env.SMTP_URL, from: env.MAIL_FROM });
  if (!production) return createLogMailer((text) => void process.stderr.write(`${text}\n`));
  return { send: () => Promise.reject(new Error('SMTP_URL is not set: the letter is lost')), close() {} };
}

/** Ways to sign in without a password, and to get a new one. */
export function composeSignIn(kernel: Kernel, accounts: Accounts, log: Log) {
  const { config, store, clock, clients, networks } = kernel;
  const challenges = createChallenges(store, clock);
  const mailer = mailerOf(config);
  const passwordResets = createPasswordResets({
    store,
    accounts,
    mailer,
    clock,
    pepper: pepperOf(kernel),
    page: config.env.PASSWORD_RESET_URL,
    onFault: (err) => log.error({ err }, 'a letter was not sent'),
  });
  return {
    services: {
      walletSignIn: createWalletSignIn({ store, challenges, siwe: createSiwe(clients, networks), clock }),
      passkeys: createPasskeys({ store, challenges, clock }),
      passwordResets,
      dashboards: dashboardsOf(config),
      pageOrigins: config.env.PAGE_ORIGINS?.split(',') ?? [],
    },
    async stop() {
      await passwordResets.settled();
      mailer.close();
    },
  };
}
