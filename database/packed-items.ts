import { arrayOf, itemOfText, itemRows, textOfRow } from './item-text.ts';
import type { ItemDraft, ItemRow } from './item-text.ts';
import { refusal } from './write-result.ts';
import type { RefusedItem } from './write-result.ts';

/**
 * The items of a page ready for Postgres, in a form that goes from one thread to another at little cost and holds no
 * object an item: one row a SKU, in the order of SKUs, so that two pages that share some take their locks in one order.
 */
export interface PackedItems {
  count: number;
  /** The rows as `copy` reads them, each behind room for its ids and with its line feed, in UTF-8. */
  bytes: Uint8Array;
  /** Where in `bytes` each row ends. */
  ends: Uint32Array;
  /** Of each row, as arrays that Postgres reads. */
  skus: string;
  variantIds: string;
  fingerprints: string;
  /** Who lost its SKU to a lower variant of the same page. */
  refused: RefusedItem[];
}

/** Room for any id of a row and of a source. Postgres passes over blanks before a number. */
const ID_DIGITS = 16;
const SOURCE_DIGITS = 10;
const NO_HEAD = `${' '.repeat(ID_DIGITS)}\t${' '.repeat(SOURCE_DIGITS)}\t`;

const BLANK = ' '.charCodeAt(0);
const ZERO = '0'.charCodeAt(0);

/** Packs items, of several variants with one SKU that of the lowest variant id. */
export function packItems(items: readonly ItemDraft[]): PackedItems {
  const { rows, refused } = lowestVariantOfEachSku(itemRows(items));
  const texts = rows.map((row) => `${NO_HEAD}${textOfRow(row)}\n`);
  // Row by row: one letter beyond Latin-1 would make the whole page a text of two bytes a letter, slow to encode.
  const bytes = Buffer.allocUnsafeSlow(texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0));
  const ends = new Uint32Array(rows.length);
  let end = 0;
  for (const [index, text] of texts.entries()) {
    end += bytes.write(text, end);
    ends[index] = end;
  }
  const array = (type: string, read: (row: ItemRow) => string | number) => arrayOf(rows.map(read), type);
  return {
    count: rows.length,
    bytes,
    ends,
    skus: array('text', ({ item }) => item.sku),
    variantIds: array('bigint', ({ item }) => item.variantId),
    fingerprints: array('text', ({ fingerprint }) => fingerprint),
    refused,
  };
}

/** One row a SKU, that of the lowest variant; who loses it is refused. */
function lowestVariantOfEachSku(rows: readonly ItemRow[]): { rows: ItemRow[]; refused: RefusedItem[] } {
  const bySku = new Map<string, ItemRow>();
  const refused: RefusedItem[] = [];
  for (const row of rows) {
    const other = bySku.get(row.item.sku);
    if (!other) bySku.set(row.item.sku, row);
    else if (other.item.variantId !== row.item.variantId) {
      const [owner, loser] = row.item.variantId < other.item.variantId ? [row, other] : [other, row];
      bySku.set(row.item.sku, owner);
      refused.push(refusal(loser.item, owner.item.variantId));
    }
  }
  return { rows: [...bySku.values()].sort((a, b) => (a.item.sku < b.item.sku ? -1 : 1)), refused };
}

function startOf({ ends }: PackedItems, index: number): number {
  return index === 0 ? 0 : ends[index - 1]!;
}

/** The item of one row. */
export function itemAt(packed: PackedItems, index: number): ItemDraft {
  const start = startOf(packed, index) + NO_HEAD.length;
  return itemOfText(bytesOf(packed).toString('utf8', start, packed.ends[index]! - 1));
}

function bytesOf({ bytes }: PackedItems): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Some rows for `copy inventory_items (id, source_id, …itemColumnNames) from stdin`, each with an id of its own. */
export function rowsForCopy(
  packed: PackedItems,
  indexes: readonly number[],
  sourceId: number,
  ids: readonly number[],
): Buffer {
  const bytes = bytesOf(packed);
  // In place: most pages are copied whole, and need no second buffer then.
  for (const [place, index] of indexes.entries()) {
    const start = startOf(packed, index);
    writeNumber(bytes, ids[place]!, start, ID_DIGITS);
    writeNumber(bytes, sourceId, start + ID_DIGITS + 1, SOURCE_DIGITS);
  }
  if (indexes.length === packed.count) return bytes;
  return Buffer.concat(indexes.map((index) => bytes.subarray(startOf(packed, index), packed.ends[index])));
}

/** Writes a whole number behind blanks, digit by digit: as texts they were most of what an import threw away. */
function writeNumber(bytes: Buffer, number: number, start: number, digits: number): void {
  let rest = number;
  for (let at = start + digits - 1; at >= start; at--) {
    const tens = Math.floor(rest / 10);
    bytes[at] = rest === 0 ? BLANK : ZERO + rest - tens * 10;
    rest = tens;
  }
}
