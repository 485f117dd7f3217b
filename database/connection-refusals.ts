import { sql } from 'kysely';
import type { Executor } from './connect.ts';

/** The store has refused the credential of a source: until a test passes, nobody asks it in vain. */
export interface ConnectionRefusal {
  code: string;
  message: string;
  since: Date;
}

export function findRefusal(db: Executor, sourceId: number): Promise<ConnectionRefusal | undefined> {
  return db
    .selectFrom('connection_refusals')
    .select(['code', 'message', 'since'])
    .where('source_id', '=', sourceId)
    .executeTakeFirst();
}

/** Records that the store refused the credential; true for the first to notice, who tells about it. */
export async function recordRefusal(
  db: Executor,
  sourceId: number,
  refusal: { code: string; message: string },
): Promise<boolean> {
  const rows = await db
    .insertInto('connection_refusals')
    .values({ source_id: sourceId, ...refusal })
    .onConflict((oc) => oc.column('source_id').doNothing())
    .returning('source_id')
    .execute();
  return rows.length === 1;
}

/** Like recordRefusal, but what is said now replaces what was noted before; the first instant stays. */
export async function replaceRefusal(
  db: Executor,
  sourceId: number,
  refusal: { code: string; message: string },
): Promise<void> {
  await db
    .insertInto('connection_refusals')
    .values({ source_id: sourceId, ...refusal })
    .onConflict((oc) => oc.column('source_id').doUpdateSet(refusal))
    .execute();
}

/** The connection works again; true when it was refused before. */
export async function clearRefusal(db: Executor, sourceId: number): Promise<boolean> {
  const result = await sql`delete from connection_refusals where source_id = ${sourceId}`.execute(db);
  return (result.numAffectedRows ?? 0n) > 0n;
}
