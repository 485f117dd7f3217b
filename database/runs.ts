import { sql } from 'kysely';
import type { Database, Executor } from './connect.ts';
import { sumPages } from './import-ledger.ts';
import { wakeHintsAfterImport } from './hints.ts';
import { correctionsIn, forgetPartialReads, isFollowed } from './follow-up.ts';
import { releaseLease } from './leases.ts';
import { tellOfRun } from './run-notices.ts';
import type { JobName, RunStatus } from './tables.ts';

export interface JobRun {
  id: string;
  sourceId: number;
  source: string;
  job: JobName;
  workflowId: string;
  trigger: 'manual' | 'schedule';
  sourceVersion: number;
  status: RunStatus;
  reasonCode: string | null;
  reason: string | null;
  hint: string | null;
  counts: Record<string, number>;
  context: Record<string, unknown>;
  requests: number;
  startedAt: Date;
  finishedAt: Date | null;
}

export interface NewRun {
  id: string;
  sourceId: number;
  sourceVersion: number;
  job: JobName;
  workflowId: string;
  trigger: 'manual' | 'schedule';
}

/** Records that a run has begun; the second time it changes nothing. */
export async function beginRun(db: Executor, run: NewRun): Promise<void> {
  await db
    .insertInto('job_runs')
    .values({
      id: run.id,
      source_id: run.sourceId,
      source_version: run.sourceVersion,
      job: run.job,
      workflow_id: run.workflowId,
      trigger: run.trigger,
      status: 'running',
      counts: '{}',
      context: '{}',
      reason_code: null,
      reason: null,
      hint: null,
      finished_at: null,
    })
    .onConflict((oc) => oc.column('id').doNothing())
    .execute();
}

function selectRuns(db: Executor) {
  return db
    .selectFrom('job_runs as r')
    .innerJoin('sources as s', 's.id', 'r.source_id')
    .select([
      'r.id',
      'r.source_id as sourceId',
      's.name as source',
      'r.job',
      'r.workflow_id as workflowId',
      'r.trigger',
      'r.source_version as sourceVersion',
      'r.status',
      'r.reason_code as reasonCode',
      'r.reason',
      'r.hint',
      'r.counts',
      'r.context',
      'r.requests',
      'r.started_at as startedAt',
      'r.finished_at as finishedAt',
    ]);
}

/** A run by its id, or by the start of it when only one begins so. */
export async function findRun(db: Executor, id: string): Promise<JobRun | undefined> {
  const rows = await selectRuns(db).where('r.id', 'like', beginning(id)).limit(2).execute();
  return rows.find((row) => row.id === id) ?? (rows.length === 1 ? rows[0] : undefined);
}

/** Ids of runs that begin so, the newest first. */
export async function runIdsBeginning(db: Executor, start: string, limit: number): Promise<string[]> {
  const rows = await selectRuns(db)
    .where('r.id', 'like', beginning(start))
    .orderBy('r.started_at', 'desc')
    .limit(limit)
    .execute();
  return rows.map(({ id }) => id);
}

function beginning(text: string): string {
  return `${text.replace(/[%_\\]/g, '\\$&')}%`;
}

/** The newest runs first. */
export function listRuns(
  db: Executor,
  filter: { sourceId?: number; job?: JobName; status?: RunStatus; limit: number },
): Promise<JobRun[]> {
  let query = selectRuns(db).orderBy('r.started_at', 'desc').limit(filter.limit);
  if (filter.sourceId !== undefined) query = query.where('r.source_id', '=', filter.sourceId);
  if (filter.job) query = query.where('r.job', '=', filter.job);
  if (filter.status) query = query.where('r.status', '=', filter.status);
  return query.execute();
}

/** Adds what one step of the run asked of the store. */
export async function addRequests(db: Executor, runId: string, requests: number): Promise<void> {
  if (requests === 0) return;
  await db
    .updateTable('job_runs')
    .set((eb) => ({ requests: eb('requests', '+', requests) }))
    .where('id', '=', runId)
    .execute();
}

/** Adds to what later steps of the run need to know. */
export async function addRunContext(db: Executor, runId: string, context: Record<string, unknown>): Promise<void> {
  await sql`update job_runs set context = context || ${JSON.stringify(context)}::jsonb where id = ${runId}`.execute(db);
}

/** Says what a run is doing; what a run that has ended did is not changed any more. */
export async function setRunStatus(
  db: Executor,
  runId: string,
  status: RunStatus,
  why: { code: string; reason: string; hint: string } | null,
): Promise<void> {
  await db
    .updateTable('job_runs')
    .set({ status, reason_code: why?.code ?? null, reason: why?.reason ?? null, hint: why?.hint ?? null })
    .where('id', '=', runId)
    .where('finished_at', 'is', null)
    .execute();
}

/**
 * Ends an import: its counts are summed up, the lease is given back and the ledger, which nobody needs any more, is
 * dropped (skipped products are kept as findings would be: by their number). Safe to repeat.
 */
export async function finishImportRun(
  db: Database,
  runId: string,
  status: RunStatus,
  why: { code: string; reason: string; hint: string } | null,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const run = await trx
      .selectFrom('job_runs')
      .select(['counts', 'finished_at', 'source_id', 'source_version', 'started_at'])
      .where('id', '=', runId)
      .forUpdate()
      .executeTakeFirst();
    if (!run) return;
    if (run.finished_at === null) {
      const { unreadable: _, ...sums } = await sumPages(trx, runId);
      const { zeroed = 0, archived = 0 } = run.counts as unknown as { zeroed?: number; archived?: number };
      const counts = { ...sums, updated: sums.updated + zeroed, archived };
      const scope = { sourceId: run.source_id, startedAt: run.started_at, sourceVersion: run.source_version };
      const corrected = status === 'completed' && (await isFollowed(trx, scope)) ? correctionsIn(counts) : {};
      // Whose archive was rejected has left some items as they were: it is not the truth of all of them.
      if (status === 'completed' && why === null) await forgetPartialReads(trx, scope);
      await wakeHintsAfterImport(trx, run.source_id);
      await setRunStatus(trx, runId, status, why);
      await trx
        .updateTable('job_runs')
        .set({ counts: JSON.stringify({ ...counts, ...corrected }), finished_at: new Date() })
        .where('id', '=', runId)
        .execute();
      await tellOfRun(trx, runId);
      await keepSlowestPages(trx, runId);
      await dropLedger(trx, runId);
    }
    await releaseLease(trx, runId);
  });
}

/** A page of the feed that the store took long for; products with afterId < id <= lastId. */
export interface SlowPage {
  afterId: number;
  lastId: number;
  products: number;
  ms: number;
}

async function keepSlowestPages(db: Executor, runId: string): Promise<void> {
  await sql`
    update job_runs set context = context || jsonb_build_object('slowestPages', (
      select coalesce(jsonb_agg(p), '[]') from (
        select after_id as "afterId", last_id as "lastId", products, read_ms as ms from import_pages
        where run_id = ${runId} and range_no >= 0 order by read_ms desc limit 3) p))
    where id = ${runId}`.execute(db);
}

async function dropLedger(db: Executor, runId: string): Promise<void> {
  await sql`
    insert into import_findings (run_id, kind, product_id, code, message)
    select ${runId}, 'skipped', s.id, s.reason, 'left out: the product is ' || s.reason
    from import_pages p, unnest(p.skipped_ids, p.skipped_reasons) as s (id, reason)
    where p.run_id = ${runId} and p.range_no >= 0`.execute(db);
  for (const table of ['import_pages', 'import_ranges', 'import_held', 'import_missing'] as const) {
    await db.deleteFrom(table).where('run_id', '=', runId).execute();
  }
}

export interface StoredFinding {
  kind: 'rejected' | 'warning' | 'skipped';
  productId: number | null;
  variantId: number | null;
  sku: string | null;
  code: string;
  message: string;
}

/** What a run refused, skipped or warned of, in the order in which it was met. */
export function listFindings(
  db: Executor,
  runId: string,
  filter: { kind?: StoredFinding['kind']; limit: number },
): Promise<StoredFinding[]> {
  let query = db
    .selectFrom('import_findings')
    .select(['kind', 'product_id as productId', 'variant_id as variantId', 'sku', 'code', 'message'])
    .where('run_id', '=', runId)
    .orderBy('id')
    .limit(filter.limit);
  if (filter.kind) query = query.where('kind', '=', filter.kind);
  return query.execute() as Promise<StoredFinding[]>;
}
