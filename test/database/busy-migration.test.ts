import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { connectDatabase } from '../../database/connect.ts';
import type { Database } from '../../database/connect.ts';
import { savePage } from '../../database/import-ledger.ts';
import { migrateToLatest, schemaState } from '../../database/migrate.ts';
import { isLong } from '../helpers/form.ts';
import { createTestDatabase } from '../helpers/database.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { waitFor } from '../helpers/wait.ts';
import { addRun, addSource, makeItem, makePage, waitsForTransaction } from './builders.ts';

/** The schema of the last version that had no `bcsource migrate` of its own care for those who work. */
const BEFORE = '0006-notifications';
const ITEMS = isLong ? 1_000_000 : 20_000;
const REQUESTS = isLong ? 100_000 : 2_000;
/** For so long may one page of an import stand still: a migration asks for a lock for 3 s at most, and gives it back soon. */
const LONGEST_PAGE_MS = 5_000;

let database: TestDatabase;
let migrating: Database;
let sourceId: number;
beforeAll(async () => {
  database = await createTestDatabase({ empty: true });
  migrating = connectDatabase(database.url, { poolSize: 2, isUnlimited: true });
  await migrateToLatest(migrating, { upTo: BEFORE });
  sourceId = await addSource(database.db);
  await sql`
    insert into inventory_items (source_id, sku, product_id, variant_id, title, quantity, fingerprint)
    select ${sourceId}, 'SKU-' || n, 1000 + n, n, 'Item ' || n, n % 50, md5(n::text)
    from generate_series(1, ${ITEMS}::integer) as n`.execute(migrating);
  await addRequests();
}, 600_000);
afterAll(async () => {
  await migrating.destroy();
  await database.drop();
});

/** Shipped requests of orders, as the schema of that version has them. */
async function addRequests(): Promise<void> {
  await sql`
    insert into orders (number, document, digest, state)
    select 'PO-' || n, '{}', md5(n::text), 'routed' from generate_series(1, ${REQUESTS}::integer) as n`.execute(
    migrating,
  );
  await sql`
    insert into fulfillment_requests
      (source_id, number, order_id, document, digest, processing, shipping, bigcommerce_order_id)
    select ${sourceId}, number, id, '{}', digest, 'acknowledged', 'shipped', id from orders`.execute(migrating);
  await sql`
    insert into fr_lines (fr_id, position, line_id, sku, quantity, shipped_quantity)
    select id, 1, '1', 'SKU-' || id, 1, 1 from fulfillment_requests`.execute(migrating);
  await sql`
    insert into shipments (fr_id, bigcommerce_shipment_id, items, fingerprint)
    select id, id, '[]', digest from fulfillment_requests`.execute(migrating);
}

/** Which files hold the large tables: a table that is written anew gets another one. */
async function filesOf(tables: string[]): Promise<unknown> {
  const { rows } = await sql<{ name: string; file: number }>`
    select name, pg_relation_filenode(name::regclass) as file from unnest(${tables}::text[]) as name`.execute(
    database.db,
  );
  return rows;
}

describe('a migration of a database that is at work', () => {
  it('lets an import go on all the while, holds up none of its pages for long, and writes no large table anew', async () => {
    const { db } = database;
    const runId = await addRun(db, sourceId);
    const scope = { sourceId, runId, firstImport: false, mode: 'feed' as const };
    const large = ['inventory_items', 'fulfillment_requests', 'fr_lines', 'orders', 'shipments', 'job_runs'];
    const before = await filesOf(large);
    let isOver = false;
    const migration = migrateToLatest(migrating).finally(() => (isOver = true));
    let pages = 0;
    let longestMs = 0;
    for (let first = 1; !isOver || pages < 20; first = (first + 250) % (ITEMS - 250)) {
      const items = Array.from({ length: 250 }, (_, index) => makeItem(first + index, { quantity: pages % 40 }));
      const startedAt = performance.now();
      await savePage(db, scope, makePage(items));
      longestMs = Math.max(longestMs, performance.now() - startedAt);
      pages++;
    }
    expect(longestMs).toBeLessThan(LONGEST_PAGE_MS);
    expect(await migration).toContain('0009-care');
    expect(await schemaState(db)).toBe('current');
    expect(await filesOf(large)).toEqual(before);
    const { rows } = await sql<{
      n: number;
    }>`select count(*)::int as n from import_pages where run_id = ${runId}`.execute(db);
    expect(rows[0]!.n).toBe(pages);
  }, 300_000);

  it('gives way to whoever holds a table, and lets those go first who come behind it', async () => {
    const { db } = database;
    // As after the version before: the last migration is to be run again.
    await sql`delete from kysely_migration where name = '0009-care'`.execute(migrating);
    await sql`alter table orders drop column forgotten_at`.execute(migrating);
    await sql`alter table fulfillment_requests drop column forgotten_at`.execute(migrating);
    await sql`drop index notification_outbox_done, job_runs_finished`.execute(migrating);
    let migration: Promise<string[]> | undefined;
    await db.transaction().execute(async (holder) => {
      await sql`lock table orders in access share mode`.execute(holder);
      const said: string[] = [];
      migration = migrateToLatest(migrating, { onWait: (sentence) => void said.push(sentence), lookEveryMs: 50 });
      await waitFor('the migration to wait for the table', async () => {
        const { rows } = await sql`
          select 1 from pg_locks where relation = 'orders'::regclass and mode = 'AccessExclusiveLock' and not granted
        `.execute(migrating);
        return rows.length > 0;
      });
      // Without giving way it would wait for the holder, and this one, which waits behind it, for ever.
      await sql`select count(*) from orders`.execute(db);
      expect(await waitFor('the migration to say what it waits for', () => said[0])).toMatch(
        await waitsForTransaction(holder),
      );
    });
    expect(await migration).toEqual(['0009-care']);
  });
});
