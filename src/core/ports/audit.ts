import type { AuditEntry } from '../audit.ts';

export type AuditFilter = {
  actor?: string;
  operation?: string;
  target?: string;
  since?: Date;
  until?: Date;
};

/** Append-only: an entry is never changed, and removed by age alone; the database refuses anything else, too. */
export type AuditRepository = {
  insert(entry: AuditEntry): Promise<void>;
  /** Removes some that are from before `at`, the oldest first; how many. The database keeps 30 days whatever is asked. */
  deleteExpired(at: Date, limit: number): Promise<number>;
  /** Newest first; `after` is the id of the last one of the page before. */
  list(filter: AuditFilter, page: { after?: string; limit: number }): Promise<AuditEntry[]>;
};
