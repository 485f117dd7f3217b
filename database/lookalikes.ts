import { sql } from 'kysely';
import type { Database, Executor } from './connect.ts';
import { foldedSku, plainSku } from './folded-sku.ts';

interface Scope {
  sourceId: number;
  runId: string;
}

const sku = sql.ref('sku');
const folded = foldedSku(sku);
/** A number stands for the folded text while all are grouped, in three quarters of the time; the few hits are compared as texts. */
const digest = sql`hashtextextended(${folded}, 0)`;

/** With more SKUs than these that are not plain, it is quicker to group all. */
const MOST_ODD = 1000;

/** Warns of SKUs that differ only by case or outer blanks: both are kept, but somebody will mix them up. Safe to repeat. */
export async function warnOfLookalikes(db: Database, scope: Scope): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await trx
      .deleteFrom('import_findings')
      .where('run_id', '=', scope.runId)
      .where('code', '=', 'sku_lookalike')
      .execute();
    const digests = (await findOddDigests(trx, scope)) ?? (await findEqualDigests(trx, scope));
    if (digests.length > 0) await insertLookalikes(trx, scope, digests);
  });
}

/**
 * The digests of the SKUs that are not plain. Of SKUs that look alike at most one is plain, so that these hold every
 * group, and in most shops there are none. Undefined where there are too many.
 */
async function findOddDigests(trx: Executor, { sourceId }: Scope): Promise<string[] | undefined> {
  const { rows } = await sql<{ digest: string }>`
    select ${digest}::text as digest from inventory_items
    where source_id = ${sourceId} and archived_at is null and sku <> ${plainSku(sku)}
    limit ${MOST_ODD + 1}`.execute(trx);
  return rows.length > MOST_ODD ? undefined : rows.map((row) => row.digest);
}

async function findEqualDigests(trx: Executor, { sourceId }: Scope): Promise<string[]> {
  // Enough for a million SKUs; on disk it would take twice as long.
  await sql`set local work_mem = '64MB'`.execute(trx);
  const { rows } = await sql<{ digest: string }>`
    select ${digest}::text as digest from inventory_items
    where source_id = ${sourceId} and archived_at is null group by ${digest} having count(*) > 1`.execute(trx);
  return rows.map((row) => row.digest);
}

async function insertLookalikes(db: Executor, scope: Scope, digests: readonly string[]): Promise<void> {
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
