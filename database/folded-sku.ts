import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';

/** Blanks that feeds put around a SKU: spaces, tabs, ends of lines, and the space that does not break. */
const BLANKS = sql.lit(' \t\r\n\f\v\u00a0');

/** What SKUs have in common that differ only by the case of A to Z or by outer blanks. */
export function foldedSku(sku: RawBuilder<unknown>): RawBuilder<string> {
  return sql<string>`lower(btrim(${sku}, ${BLANKS}))`;
}

/** The one of all SKUs with the same folded text that is written large and without outer blanks, as most shops do. */
export function plainSku(sku: RawBuilder<unknown>): RawBuilder<string> {
  return sql<string>`upper(btrim(${sku}, ${BLANKS}))`;
}
