import { sql } from 'kysely';

/**
 * Ids of the variants that a run has refused for their SKU, blank or another's: they are understood, and known not to
 * claim the SKU of before.
 */
export function refusedForSku(runId: string) {
  return sql`select variant_id from import_findings
    where run_id = ${runId} and kind = 'rejected' and code in ('sku_blank', 'sku_taken') and variant_id is not null`;
}
