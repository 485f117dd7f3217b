import { sql } from 'kysely';
import type { Executor } from './connect.ts';

interface Scope {
  sourceId: number;
  /** When the import began that ends now. */
  startedAt: Date;
  /** Which source file it went by. */
  sourceVersion: number;
}

/**
 * Whether webhooks or the quick rhythm have told of changes ever since the import before this one: what this one finds
 * changed, they have missed. Not where the source file is another one since then: a mapping that was changed writes every
 * item anew, and no webhook tells of that.
 */
export async function isFollowed(db: Executor, { sourceId, startedAt, sourceVersion }: Scope): Promise<boolean> {
  const { rows } = await sql<{ followed: boolean }>`
    select exists (select from webhooks w where w.source_id = ${sourceId} and w.scope like 'store/product/%'
        and w.registered_at < before.began_at)
      or exists (select from job_runs r where r.source_id = ${sourceId} and r.job = 'refresh'
        and r.status = 'completed' and r.started_at > before.began_at) as followed
    from (select started_at as began_at, source_version from job_runs
      where source_id = ${sourceId} and job = 'inventory' and status = 'completed' and started_at < ${startedAt}
      order by started_at desc limit 1
    ) before where before.source_version = ${sourceVersion}`.execute(db);
  return rows[0]?.followed ?? false;
}

/** How many items the import put right: all that it had to write. */
export function correctionsIn(counts: { created: number; updated: number; restored: number; archived: number }): {
  corrected: number;
} {
  return { corrected: counts.created + counts.updated + counts.restored + counts.archived };
}

/** A whole feed has been read: it is the truth from now on. Belongs into the transaction that ends its run. */
export async function forgetPartialReads(trx: Executor, { sourceId, startedAt }: Scope): Promise<void> {
  await sql`update inventory_refresh set taken = 0 where source_id = ${sourceId}`.execute(trx);
  await sql`delete from item_reads where source_id = ${sourceId} and read_at < ${startedAt}`.execute(trx);
}
