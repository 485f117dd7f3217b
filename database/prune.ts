import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Retention, RetentionKind } from '../domain/retention.ts';
import { kindOfEvents } from './alarm-facts.ts';
import type { Executor } from './connect.ts';

export type PruneKind = RetentionKind | 'ledgers' | 'events';
export type Pruned = Record<PruneKind, number>;

export interface PruneScope {
  retention: Retention;
  now: Date;
}

/** Few enough for a statement to take milliseconds and to lock nothing that somebody waits for. */
const BATCH = 1000;
const DAY_MS = 86_400_000;
/** For how long events of webhooks are kept; no setting says otherwise. */
export const EVENTS_DAYS = 4;

/** A table, and which of its rows may go; it is called `t` there. */
interface Step {
  kind: PruneKind;
  table: string;
  mayGo: (scope: PruneScope) => RawBuilder<unknown>;
}

/** The newest run of a job says how it stands, and its last completed one is what the next is compared with. */
const isSuperseded = sql`exists (
    select 1 from job_runs n where n.source_id = r.source_id and n.job = r.job and n.started_at > r.started_at)
  and r.id is distinct from (
    select c.id from job_runs c where c.source_id = r.source_id and c.job = r.job and c.status = 'completed'
    order by c.started_at desc limit 1)`;

const ofRun = (condition: RawBuilder<unknown>) =>
  sql`exists (select 1 from job_runs r where r.id = t.run_id and ${condition})`;

function before({ retention, now }: PruneScope, kind: RetentionKind): Date {
  return new Date(now.getTime() - retention[kind] * DAY_MS);
}

/** The ledger of a run is dropped with its end; one that is there nevertheless is of use to nobody. */
const ledgers = ['import_pages', 'import_ranges', 'import_held', 'import_missing'].map((table): Step => {
  return { kind: 'ledgers', table, mayGo: () => ofRun(sql`r.finished_at is not null`) };
});

/** In this order: findings go before their runs, which then have little to take with them. */
const steps: Step[] = [
  ...ledgers,
  {
    kind: 'findings',
    table: 'import_findings',
    mayGo: (scope) => ofRun(sql`r.finished_at < ${before(scope, 'findings')} and ${isSuperseded}`),
  },
  {
    kind: 'runs',
    table: 'job_runs',
    mayGo: (scope) => sql`t.finished_at < ${before(scope, 'runs')}
      and exists (select 1 from job_runs r where r.id = t.id and ${isSuperseded})`,
  },
  {
    kind: 'notifications',
    table: 'notification_outbox',
    mayGo: (scope) => sql`coalesce(t.delivered_at, t.given_up_at) < ${before(scope, 'notifications')}`,
  },
  // The store goes on sending an event for two days; the newest of its kind tells when the source was last heard of.
  {
    kind: 'events',
    table: 'webhook_events',
    mayGo: ({ now }) => sql`t.received_at < ${new Date(now.getTime() - EVENTS_DAYS * DAY_MS)}
      and exists (select 1 from webhook_events n where n.source_id = t.source_id and n.received_at > t.received_at
        and ${kindOfEvents('n.scope')} = ${kindOfEvents('t.scope')})`,
  },
  { kind: 'alarms', table: 'alarms', mayGo: (scope) => sql`t.ended_at < ${before(scope, 'alarms')}` },
];

function nothing(): Pruned {
  return { runs: 0, findings: 0, ledgers: 0, notifications: 0, events: 0, alarms: 0 };
}

/**
 * Deletes what is older than the retention says, in small batches with a transaction each, until nothing is left or
 * `goOn` says no. Rows that somebody holds are left for the next time. Safe to repeat, also by two at once.
 */
export async function pruneOld(
  db: Executor,
  scope: PruneScope,
  goOn: () => boolean = () => true,
): Promise<{ deleted: Pruned; isDone: boolean }> {
  const deleted = nothing();
  for (const step of steps) {
    for (let batch = BATCH; batch === BATCH;) {
      if (!goOn()) return { deleted, isDone: false };
      batch = await deleteBatch(db, step, scope);
      deleted[step.kind] += batch;
    }
  }
  return { deleted, isDone: true };
}

async function deleteBatch(db: Executor, { table, mayGo }: Step, scope: PruneScope): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from ${sql.table(table)} where ctid = any (array(
      select t.ctid from ${sql.table(table)} t where ${mayGo(scope)} limit ${BATCH} for update skip locked))`.execute(
    db,
  );
  return Number(numAffectedRows ?? 0n);
}

/** What {@link pruneOld} would delete now. */
export async function countOld(db: Executor, scope: PruneScope): Promise<Pruned> {
  const counts = nothing();
  for (const { kind, table, mayGo } of steps) {
    const { rows } = await sql<{ count: number }>`
      select count(*)::float8 as count from ${sql.table(table)} t where ${mayGo(scope)}`.execute(db);
    counts[kind] += rows[0]!.count;
  }
  return counts;
}
