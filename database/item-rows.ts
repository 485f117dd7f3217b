import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import { arrayOf, columnNames, feedColumns, fingerprintOf, itemColumnNames, valueOf } from './item-text.ts';
import type { ItemDraft, Value } from './item-text.ts';

/** Names of all columns that a feed decides, in the order of `unnestItems`. */
export const itemColumns = sql.raw(itemColumnNames);

/** `set` list of an update from `unnestItems` under the alias `u`. */
export const itemAssignments = sql.raw(columnNames.map((name) => `${name} = u.${name}`).join(', '));

/** One `unnest` of an array a column: a page is written by one statement whatever its size. */
export function unnestItems(items: readonly ItemDraft[]): RawBuilder<unknown> {
  const array = (values: Value[], type: string) => sql`${arrayOf(values, type)}::${sql.raw(type)}[]`;
  const arrays = feedColumns.map((column) => {
    const [, type] = column;
    return array(
      items.map((item) => valueOf(item, column)),
      type,
    );
  });
  return sql`unnest(${sql.join([...arrays, array(items.map(fingerprintOf), 'text')])})`;
}
