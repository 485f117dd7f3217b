import { sql } from 'kysely';
import type { Database, Executor } from './connect.ts';
import { foldedSku } from './folded-sku.ts';

const folded = foldedSku(sql.ref('sku'));
/** A number stands for the folded text while all are grouped, in three quarters of the time; the few hits are compared as texts. */
const digest = sql`hashtextextended(${folded}, 0)`;

/** Warns of SKUs that differ only by case or outer blanks: both are kept, but somebody will mix them up. Safe to repeat. */
export async function warnOfLookalikes(db: Database, scope: { sourceId: number; runId: string }): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await trx
      .deleteFrom('import_findings')
      .where('run_id', '=', scope.runId)
      .where('code', '=', 'sku_lookalike')
      .execute();
    // Enough for a million SKUs; on disk it would take twice as long.
    await sql`set local work_mem = '64MB'`.execute(trx);
    const { rows } = await sql<{ digest: string }>`
      select ${digest}::text as digest from inventory_items
      where source_id = ${scope.sourceId} and archived_at is null group by ${digest} having count(*) > 1`.execute(trx);
    if (rows.length > 0)
      await insertLookalikes(
        trx,
        scope,
        rows.map((row) => row.digest),
      );
  });
}

async function insertLookalikes(
  db: Executor,
  scope: { sourceId: number; runId: string },
  digests: readonly string[],
): Promise<void> {
  await sql`
    with alike as materialized (
      select ${folded} as folded, array_agg(sku) as skus from inventory_items
      where source_id = ${scope.sourceId} and archived_at is null and ${digest} = any(${digests}::bigint[])
      group by 1 having count(*) > 1
    )
    insert into import_findings (run_id, kind, product_id, variant_id, sku, code, message)
    select ${scope.runId}, 'warning', i.product_id, i.variant_id, i.sku, 'sku_lookalike',
      'differs only by case or outer blanks from ' || (
        select string_agg(to_json(other)::text, ', ') from unnest(skus) as other where other <> i.sku)
    from alike, unnest(skus) as s (sku) join inventory_items i on i.source_id = ${scope.sourceId} and i.sku = s.sku
    order by folded, i.sku`.execute(db);
}
