import { sql } from 'kysely';
import type { Executor } from './connect.ts';
import { UNIQUE_VIOLATION, sqlState } from './errors.ts';

/** How far one range of the id space has been read. */
export interface RangeState {
  rangeNo: number;
  upTo: number | null;
  complete: boolean;
  pageSize: number;
  /** Everything up to this product id has been written. */
  cursor: number;
}

/** Records how the id space was cut, unless it has been: two cuts of one run must not mix. */
export async function saveRanges(
  db: Executor,
  runId: string,
  ranges: { after: number; upTo: number | null }[],
  pageSize: number,
): Promise<void> {
  try {
    await db
      .insertInto('import_ranges')
      .values(
        ranges.map((range, index) => ({
          run_id: runId,
          range_no: index,
          after_id: range.after,
          up_to_id: range.upTo,
          page_size: pageSize,
        })),
      )
      .execute();
  } catch (error) {
    if (sqlState(error) !== UNIQUE_VIOLATION) throw error;
  }
}

/** The ranges of a run, each with how far it has been written: the place to go on from after any crash. */
export async function readRanges(db: Executor, runId: string): Promise<RangeState[]> {
  const { rows } = await sql<RangeState>`
    select r.range_no as "rangeNo", r.up_to_id as "upTo", r.complete, r.page_size as "pageSize",
           coalesce(max(p.last_id), r.after_id) as cursor
    from import_ranges r left join import_pages p using (run_id, range_no)
    where r.run_id = ${runId} group by r.run_id, r.range_no order by r.range_no`.execute(db);
  return rows;
}

/** Keeps the page size that a range got along with, for its next attempt. */
export async function savePageSize(db: Executor, runId: string, rangeNo: number, pageSize: number): Promise<void> {
  await db
    .updateTable('import_ranges')
    .set({ page_size: pageSize })
    .where('run_id', '=', runId)
    .where('range_no', '=', rangeNo)
    .execute();
}
