import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import type { Database } from '../../database/connect.ts';
import { savePage } from '../../database/import-ledger.ts';
import { saveSource } from '../../database/sources.ts';
import { readStock, takenStock } from '../../database/stock-taken.ts';
import { createTestDatabase } from '../helpers/database.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { makeItem, makePage, makeScope } from './builders.ts';

let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await createTestDatabase();
  db = database.db;
});
afterAll(() => database.drop());

let last = 0;

async function addSource(stockDeducted?: 'orderPlaced' | 'shipped'): Promise<number> {
  const name = `stock-${++last}`;
  const settings = stockDeducted ? { fulfillment: { stockDeducted } } : {};
  const draft = { name, connectionType: 'api_token' as const, storeHash: 'abc', document: 'x', settings };
  return (await saveSource(db, draft, () => Promise.resolve())).id;
}

interface Fr {
  processing: 'unprocessed' | 'processing' | 'sending' | 'acknowledged' | 'failed' | 'canceled';
  shipping?: 'open' | 'partially_shipped' | 'shipped';
  acknowledgedAt?: string;
  shippedQuantity?: number;
  canceledAt?: string;
}

/** A request of 3 pieces of SKU A in two lines. */
async function addRequest(sourceId: number, { processing, shipping = 'open', ...at }: Fr): Promise<void> {
  const { rows } = await sql<{ id: number }>`
    insert into fulfillment_requests (source_id, number, document, digest, processing, shipping, acknowledged_at, canceled_at)
    values (${sourceId}, ${`FR-${++last}`}, '{}', 'x', ${processing}, ${shipping}, ${at.acknowledgedAt ?? null},
      ${at.canceledAt ?? null}) returning id`.execute(db);
  await sql`insert into fr_lines (fr_id, position, line_id, sku, quantity, shipped_quantity)
    values (${rows[0]!.id}, 1, '1', 'A', 1, 0), (${rows[0]!.id}, 2, '2', 'A', 2, ${at.shippedQuantity ?? 0})`.execute(
    db,
  );
}

interface Run {
  status?: string;
  job?: string;
  reasonCode?: string;
}

async function addImport(sourceId: number, startedAt: string, options: Run = {}) {
  await sql`insert into job_runs (id, source_id, source_version, job, workflow_id, trigger, status, reason_code, counts, context, started_at)
    values (${`run-${++last}`}, ${sourceId}, 1, ${options.job ?? 'inventory'}, 'w', 'manual',
      ${options.status ?? 'completed'}, ${options.reasonCode ?? null}, '{}', '{}', ${startedAt})`.execute(db);
}

const taken = async (sourceId: number) => (await takenStock(db, sourceId, ['A'])).get('A') ?? 0;
const acknowledgedAt = '2026-01-10T12:00Z';

it.each([
  ['unprocessed', 3],
  ['processing', 3],
  ['sending', 3],
  ['failed', 3],
  ['canceled', 0],
] as const)('a request that is %s takes %d', async (processing, expected) => {
  const sourceId = await addSource();
  await addRequest(sourceId, { processing, acknowledgedAt });
  await addImport(sourceId, '2026-01-11T12:00Z');
  expect(await taken(sourceId)).toBe(expected);
});

it('a sent request takes its stock until an import that began later has ended', async () => {
  const sourceId = await addSource('orderPlaced');
  await addRequest(sourceId, { processing: 'acknowledged', acknowledgedAt });
  expect(await taken(sourceId)).toBe(3);
  await addImport(sourceId, '2026-01-10T11:59Z');
  expect(await taken(sourceId)).toBe(3);
  await addImport(sourceId, '2026-01-10T12:01Z', { status: 'failed' });
  await addImport(sourceId, '2026-01-10T12:01Z', { status: 'running' });
  await addImport(sourceId, '2026-01-10T12:01Z', { job: 'shipments' });
  // What it read as sold out keeps the stock of before.
  await addImport(sourceId, '2026-01-10T12:01Z', { reasonCode: 'rejected_by_person' });
  await addImport(await addSource(), '2026-01-10T12:01Z');
  expect(await taken(sourceId)).toBe(3);
  await addImport(sourceId, '2026-01-10T12:01Z');
  expect(await taken(sourceId)).toBe(0);
});

it('where the store deducts at shipment, imports before it do not count', async () => {
  const sourceId = await addSource('shipped');
  await addRequest(sourceId, { processing: 'acknowledged', acknowledgedAt, shipping: 'partially_shipped' });
  await addImport(sourceId, '2026-01-12T12:00Z');
  expect(await taken(sourceId)).toBe(3);
  await sql`update fulfillment_requests set shipping = 'shipped', shipped_at = '2026-01-13T12:00Z'
    where source_id = ${sourceId}`.execute(db);
  expect(await taken(sourceId)).toBe(3);
  await addImport(sourceId, '2026-01-13T12:01Z');
  expect(await taken(sourceId)).toBe(0);
  // A tracking number that is typed in later takes nothing once more.
  await sql`update fulfillment_requests set changed_at = '2026-01-14T12:00Z' where source_id = ${sourceId}`.execute(db);
  expect(await taken(sourceId)).toBe(0);
});

it.each([
  ['orderPlaced', '2026-01-10T12:01Z'],
  ['shipped', '2026-01-15T12:01Z'],
] as const)(
  'of a canceled request what had left before is taken until it is imported (%s)',
  async (deducted, known) => {
    const sourceId = await addSource(deducted);
    const canceled = { processing: 'canceled', shipping: 'partially_shipped', acknowledgedAt } as const;
    await addRequest(sourceId, { ...canceled, shippedQuantity: 1, canceledAt: '2026-01-15T12:00Z' });
    await addImport(sourceId, '2026-01-10T11:59Z');
    expect(await taken(sourceId)).toBe(1);
    await addImport(sourceId, known);
    expect(await taken(sourceId)).toBe(0);
  },
);

it('stock is read with what is taken of it, by source and by the bytes of the SKU', async () => {
  const [one, two] = [await addSource(), await addSource()];
  for (const sourceId of [one, two]) {
    const scope = await makeScope(db, { sourceId });
    await savePage(db, scope, makePage([makeItem(1, { sku: 'A' }), makeItem(2, { sku: 'a', brand: null })]));
  }
  await addRequest(one, { processing: 'processing' });
  await addRequest(one, { processing: 'failed' });
  await sql`update inventory_items set archived_at = now(), quantity = 0 where source_id = ${two} and sku = 'a'`.execute(
    db,
  );
  const rows = await readStock(db, [one, two], ['A', 'a', 'b']);
  const bySku = (sourceId: number) =>
    Object.fromEntries(
      rows
        .filter((row) => row.sourceId === sourceId)
        .map(({ sku, quantity, taken: less, archived }) => [sku, { quantity, taken: less, archived }]),
    );
  expect(bySku(one)).toEqual({
    A: { quantity: 5, taken: 6, archived: false },
    a: { quantity: 5, taken: 0, archived: false },
  });
  expect(bySku(two)).toEqual({
    A: { quantity: 5, taken: 0, archived: false },
    a: { quantity: 0, taken: 0, archived: true },
  });
  expect(rows.find(({ sku }) => sku === 'A')).toMatchObject({
    price: '12.50',
    brand: 'ACME',
    categories: ['Top', 'Below'],
  });
  expect(await readStock(db, [], ['A'])).toEqual([]);
});
