/** A letter to one person, plain text. */
export type Mail = { to: string; subject: string; text: string };

/** What carries letters. */
export type Mailer = {
  /** Resolves once the next station has taken it. @throws Error that says nothing of the letter */
  send(mail: Mail): Promise<void>;
  close(): void;
};
