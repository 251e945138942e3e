import type { AuditEntry } from '../audit.ts';

export type AuditFilter = {
  actor?: string;
  operation?: string;
  target?: string;
  since?: Date;
  until?: Date;
};

/** Append-only: there is no way to change or remove an entry, the database refuses it, too. */
export type AuditRepository = {
  insert(entry: AuditEntry): Promise<void>;
  /** Newest first; `after` is the id of the last one of the page before. */
  list(filter: AuditFilter, page: { after?: string; limit: number }): Promise<AuditEntry[]>;
};
