import { sql } from 'kysely';
import type { Database, Executor } from './connect.ts';
import { addEvent } from './fr-changes.ts';
import type { OpenRequest } from './send-runs.ts';

const FLAG = 'cancel_failed';
/** Why a cancellation is not done yet that the store has not answered for. */
const PENDING = 'pending';

/**
 * Notes that an order is to be canceled before the store is asked: whoever sees to it may be lost on the way, and with a
 * backup everything that is not in the database. One that is not settled in time is tried again. Safe to repeat.
 */
export async function notePendingCancellation(
  db: Executor,
  frId: number,
  { by, at }: { by: string; at: Date },
): Promise<void> {
  await sql`
    insert into failed_cancellations (fr_id, by, code, tried_at) values (${frId}, ${by}, ${PENDING}, ${at})
    on conflict (fr_id) do nothing`.execute(db);
}

/**
 * Notes that the store did not carry out a cancellation: it is tried again, and until then the request is flagged. The
 * timeline tells it once for each reason. Safe to repeat.
 */
export async function noteFailedCancellation(
  db: Database,
  frId: number,
  { by, code, at }: { by: string; code: string; at: Date },
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const { rows } = await sql<{ isNews: boolean }>`
      with before as (select code from failed_cancellations where fr_id = ${frId}),
      noted as (
        insert into failed_cancellations (fr_id, by, code, tried_at) values (${frId}, ${by}, ${code}, ${at})
        on conflict (fr_id) do update set code = excluded.code, tried_at = excluded.tried_at)
      select not exists (select from before where code = ${code}) as "isNews"`.execute(trx);
    if (!rows[0]!.isNews) return;
    await sql`
      update fulfillment_requests set flags = array_append(array_remove(flags, ${FLAG}), ${FLAG}), changed_at = now()
      where id = ${frId}`.execute(trx);
    const detail = `${code}: the store did not cancel the order; it is tried again every few minutes.`;
    await addEvent(trx, frId, { at, event: 'cancellation failed', by, detail });
  });
}

/** The store has carried it out, or refused it for good; or it is not wanted any more. Safe to repeat. */
export async function settleCancellation(db: Executor, frId: number): Promise<void> {
  await sql`
    with settled as (delete from failed_cancellations where fr_id = ${frId} returning fr_id)
    update fulfillment_requests f set flags = array_remove(flags, ${FLAG}), cancel_requested_at = null, changed_at = now()
    from settled where f.id = settled.fr_id`.execute(db);
}

/** Cancellations that were last tried before this instant. */
export async function listCancellationsToRetry(db: Executor, before: Date): Promise<(OpenRequest & { by: string })[]> {
  const { rows } = await sql<OpenRequest & { by: string }>`
    select f.id, s.name as source, f.number, c.by
    from failed_cancellations c join fulfillment_requests f on f.id = c.fr_id join sources s on s.id = f.source_id
    where c.tried_at < ${before} and s.removed_at is null order by c.tried_at`.execute(db);
  return rows;
}
