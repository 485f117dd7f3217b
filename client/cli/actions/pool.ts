import { once } from 'node:events';
import { stringify } from 'csv-stringify/sync';
import { findItem, listItems, streamItems } from '../../../database/items.ts';
import type { InventoryItem, ItemFilter } from '../../../database/items.ts';
import { knownError, shortened } from '../../errors.ts';
import { requireSource } from '../../session.ts';
import { printFields, printJson, printJsonList, printLine, printTable } from '../output.ts';
import type { Cell, OutputOptions } from '../output.ts';
import { withSession } from '../with-session.ts';

interface PoolOptions extends OutputOptions, ItemFilter {
  limit?: number | undefined;
  after?: string | undefined;
  csv?: true | undefined;
}

export function list(name: string, options: PoolOptions): Promise<void> {
  return withSession(async (session) => {
    const source = await requireSource(session, name);
    const limit = options.limit ?? 50;
    const items = await listItems(await session.database(), source.id, options, { limit, afterSku: options.after });
    if (options.json) return printJsonList(items, options);
    await printTable(
      ['SKU', 'title', 'quantity', 'price', 'brand', 'state'],
      items.map((item) => [
        item.sku,
        item.title,
        item.quantity,
        item.price,
        item.brand,
        item.archived ? 'archived' : '',
      ]),
    );
    const last = items.at(-1);
    if (last && items.length === limit) printLine(`More with: --after ${JSON.stringify(last.sku)}`);
  });
}

export function show(name: string, sku: string, options: OutputOptions): Promise<void> {
  return withSession(async (session) => {
    const source = await requireSource(session, name);
    const item = await findItem(await session.database(), source.id, sku);
    if (!item) throw knownError('not_found', `Source ${name} has no item with SKU ${JSON.stringify(shortened(sku))}.`);
    if (options.json) return printJson(item);
    const fields = Object.entries(item).map(([key, value]): [string, Cell] => [key, cell(value)]);
    printFields(Object.fromEntries(fields));
  });
}

function cell(value: unknown): Cell {
  if (value instanceof Date) return value.toISOString();
  return value !== null && typeof value === 'object' ? JSON.stringify(value) : (value as Cell);
}

/** How much is written at once; the stream's own buffer is waited for, so memory does not grow with the pool. */
const CHUNK = 64 * 1024;

/** Streams all matching items: a line of JSON each, or CSV. */
export function exportItems(name: string, options: PoolOptions): Promise<void> {
  return withSession(async (session) => {
    const source = await requireSource(session, name);
    const write = options.csv ? csvRow : (item: InventoryItem) => `${JSON.stringify(item)}\n`;
    let chunk = options.csv ? stringify([csvColumns]) : '';
    let left = options.limit ?? Number.POSITIVE_INFINITY;
    if (left > 0) {
      for await (const item of streamItems(await session.database(), source.id, options)) {
        chunk += write(item);
        if (chunk.length >= CHUNK) {
          await flush(chunk);
          chunk = '';
        }
        if (--left <= 0) break;
      }
    }
    await flush(chunk);
  });
}

async function flush(text: string): Promise<void> {
  if (text !== '' && !process.stdout.write(text)) await once(process.stdout, 'drain');
}

const csvColumns = [
  'sku',
  'title',
  'description',
  'quantity',
  'price',
  'msrp',
  'cost',
  'currency',
  'brand',
  'categories',
  'imageUrl',
  'weightKg',
  'widthCm',
  'heightCm',
  'depthCm',
  'upc',
  'archived',
  'productId',
  'variantId',
  'attributes',
] as const satisfies readonly (keyof InventoryItem)[];

function csvRow(item: InventoryItem): string {
  const cells = csvColumns.map((column) => {
    const value = item[column];
    if (column === 'categories') return item.categories.join(' > ');
    return value !== null && typeof value === 'object' ? JSON.stringify(value) : value;
  });
  return stringify([cells], { cast: { boolean: String } });
}
