import { sql } from 'drizzle-orm';
import {
  bigint,
  bigserial,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import type { DeliveryStatus, DisabledReason } from '#src/core/ports/webhooks.ts';
import { instant } from '../columns.ts';
import { events } from './journal.ts';

export const webhookEndpoints = pgTable(
  'webhook_endpoints',
  {
    id: text('id').primaryKey(),
    seq: bigserial('seq', { mode: 'bigint' }).notNull(),
    owner: text('owner').notNull(),
    url: text('url').notNull(),
    description: text('description'),
    types: text('types').array().notNull(),
    disabledReason: text('disabled_reason').$type<DisabledReason>(),
    /** Sealed. */
    secret: text('secret').notNull(),
    previousSecret: text('previous_secret'),
    previousExpiresAt: instant('previous_expires_at'),
    /** Those before the previous one that still sign, newest first. */
    olderSecrets: jsonb('older_secrets')
      .$type<{ secret: string; expiresAt: string }[]>()
      .notNull()
      .default([]),
    failingSince: instant('failing_since'),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [index('webhook_endpoints_owner').on(t.owner, t.seq)],
);

/** One event on its way to one endpoint; gone with either. */
export const webhookDeliveries = pgTable(
  'webhook_deliveries',
  {
    id: text('id').primaryKey(),
    seq: bigserial('seq', { mode: 'bigint' }).notNull(),
    endpointId: text('endpoint_id')
      .notNull()
      .references(() => webhookEndpoints.id, { onDelete: 'cascade' }),
    owner: text('owner').notNull(),
    eventId: text('event_id')
      .notNull()
      .references(() => events.id, { onDelete: 'cascade' }),
    eventType: text('event_type').notNull(),
    status: text('status').$type<DeliveryStatus>().notNull(),
    attempts: integer('attempts').notNull().default(0),
    tries: integer('tries').notNull().default(0),
    nextAttemptAt: instant('next_attempt_at'),
    /** Who attempts it, until when (database time). */
    lease: text('lease'),
    leaseUntil: instant('lease_until'),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    check('webhook_deliveries_status', sql`${t.status} in ('pending', 'succeeded', 'failed')`),
    uniqueIndex('webhook_deliveries_pair').on(t.eventId, t.endpointId),
    index('webhook_deliveries_endpoint').on(t.endpointId, t.seq),
    index('webhook_deliveries_due')
      .on(t.endpointId, t.nextAttemptAt)
      .where(sql`${t.status} = 'pending'`),
    index('webhook_deliveries_leased')
      .on(t.endpointId)
      .where(sql`${t.lease} is not null`),
  ],
);

export const webhookAttempts = pgTable(
  'webhook_attempts',
  {
    deliveryId: text('delivery_id')
      .notNull()
      .references(() => webhookDeliveries.id, { onDelete: 'cascade' }),
    number: integer('number').notNull(),
    at: instant('at').notNull(),
    status: smallint('status'),
    error: text('error'),
    latencyMs: integer('latency_ms').notNull(),
    excerpt: text('excerpt'),
  },
  (t) => [primaryKey({ columns: [t.deliveryId, t.number] })],
);

/** Up to which position events were queued for endpoints. */
export const webhookCursor = pgTable('webhook_cursor', {
  id: smallint('id').primaryKey().default(1),
  position: bigint('position', { mode: 'bigint' }).notNull(),
});
