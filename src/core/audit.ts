import { AsyncLocalStorage } from 'node:async_hooks';

/** What is remembered of a change that an operator, a person or a key made. Names of fields, never their values. */
export type AuditFact = {
  /** `<kind>:<id>` of the principal, e.g. `operator:admin`, `user:12`; `anonymous` who proved himself by what he sent. */
  actor: string;
  plane: string;
  /** Operation id. */
  operation: string;
  /** Id of what was changed; null for what the change itself makes. */
  target: string | null;
  /** Fields that the request set. */
  fields: readonly string[];
  requestId: string;
  ip: string;
};

export type AuditEntry = Omit<AuditFact, 'target'> & { id: string; target: string; at: Date };

/** The audited request that runs now. */
export type Audited = { fact: AuditFact; written: boolean };

const current = new AsyncLocalStorage<Audited>();

/** Runs a request whose change must be on record; the database layer writes the entry together with the change. */
export function audited<T>(fact: AuditFact, work: () => Promise<T>): Promise<T> {
  return current.run({ fact, written: false }, work);
}

/** The audited request of this asynchronous context; undefined outside of one. */
export const auditedNow = (): Audited | undefined => current.getStore();
