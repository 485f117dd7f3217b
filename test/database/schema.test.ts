import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { sql } from 'kysely';
import ts from 'typescript';
import { declareBreaking } from '../../database/compatibility.ts';
import { migrateToLatest, schemaState } from '../../database/migrate.ts';
import { migrations } from '../../database/migrations/index.ts';
import { codeWords, readText } from '../docs/markdown.ts';
import { createTestDatabase } from '../helpers/database.ts';
import type { TestDatabase } from '../helpers/database.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase({ empty: true });
});
afterEach(() => database.drop());

describe('migrations', () => {
  it('bring an empty database up to date, once', async () => {
    expect(await schemaState(database.db)).toBe('behind');
    expect(await migrateToLatest(database.db)).toEqual(Object.keys(migrations));
    expect(await schemaState(database.db)).toBe('current');
    expect(await migrateToLatest(database.db)).toEqual([]);
  });

  it('run once when two programs start them at the same moment', async () => {
    const applied = await Promise.all([migrateToLatest(database.db), migrateToLatest(database.db)]);
    expect(applied.flat()).toEqual(Object.keys(migrations));
  });

  it('that meet a table of somebody else fail by their name, and leave nothing behind', async () => {
    await sql`create table orders (n integer)`.execute(database.db);
    const failed: unknown = await migrateToLatest(database.db).catch((error: unknown) => error);
    expect(failed).toMatchObject({
      code: 'migration_failed',
      message: 'The migration 0004-fulfillment failed: relation "orders" already exists. Nothing of it stays.',
      hint: expect.stringContaining('a database of its own'),
    });
    expect((await database.db.introspection.getTables()).map(({ name }) => name)).toEqual(['orders']);
    expect(await schemaState(database.db)).toBe('behind');
  });

  it('take back all that they made', async () => {
    await migrateToLatest(database.db);
    for (const migration of Object.values(migrations).reverse()) await migration.down!(database.db);
    const tables = await database.db.introspection.getTables();
    expect(tables.map(({ name }) => name)).toEqual([]);
  });

  it('that this program does not know are no harm until one says that it has to be known', async () => {
    const { db } = database;
    await migrateToLatest(db);
    await sql`insert into kysely_migration (name, timestamp) values ('9998-later', 'x')`.execute(db);
    expect(await schemaState(db)).toBe('newer');
    expect(await migrateToLatest(db)).toEqual([]);
    await sql`insert into kysely_migration (name, timestamp) values ('9999-later', 'x')`.execute(db);
    await declareBreaking(db as never, '9999-later');
    expect(await schemaState(db)).toBe('ahead');
    await expect(migrateToLatest(db)).rejects.toThrow(/newer than this program/);
    // One of before that rule says nothing about it.
    await sql`drop table schema_compatibility`.execute(db);
    expect(await schemaState(db)).toBe('ahead');
  });

  it('that are missing make it older', async () => {
    await migrateToLatest(database.db);
    const last = Object.keys(migrations).at(-1);
    await sql`delete from kysely_migration where name = ${last}`.execute(database.db);
    expect(await schemaState(database.db)).toBe('behind');
  });
});

interface Column {
  name: string;
  isNullable: boolean;
}

/** The columns of every table as the files of table types declare them. */
function declaredTables(): Record<string, Column[]> {
  const names = [
    'tables.ts',
    'fulfillment-tables.ts',
    'notification-tables.ts',
    'webhook-tables.ts',
    'install-tables.ts',
  ];
  const text = names.map((name) => readFileSync(new URL(`../../database/${name}`, import.meta.url), 'utf8')).join('\n');
  const file = ts.createSourceFile('tables.ts', text, ts.ScriptTarget.Latest);
  const bodies = new Map<string, ts.InterfaceDeclaration>();
  file.forEachChild((node) => {
    if (ts.isInterfaceDeclaration(node)) bodies.set(node.name.text, node);
  });
  const properties = (name: string) =>
    bodies
      .get(name)!
      .members.filter(ts.isPropertySignature)
      .map((member) => ({
        name: member.name.getText(file),
        type: member.type!.getText(file),
      }));
  const tables = properties('Tables').map(({ name, type }) => {
    const columns = properties(type).map((column) => ({
      name: column.name,
      isNullable: / \| null$/.test(column.type),
    }));
    return [name, columns] as const;
  });
  return Object.fromEntries(tables);
}

it('the table types say what the database has', async () => {
  await migrateToLatest(database.db);
  const tables = await database.db.introspection.getTables();
  const byName = (a: Column, b: Column) => (a.name < b.name ? -1 : 1);
  const found = Object.fromEntries(
    tables
      .filter((table) => !table.isView)
      .map((table) => [table.name, table.columns.map(({ name, isNullable }) => ({ name, isNullable })).sort(byName)]),
  );
  const declared = declaredTables();
  for (const columns of Object.values(declared)) columns.sort(byName);
  expect(declared).toEqual(found);
});

/** Other programs read these: a column may come, none may go, be renamed, or become another type. */
const VIEWS = {
  v_inventory: columns(`source text, sku text, title text, description text, quantity int4, price numeric, msrp numeric,
    cost numeric, currency text, brand text, categories jsonb, image_url text, weight_kg numeric, width_cm numeric,
    height_cm numeric, depth_cm numeric, upc text, attributes jsonb, product_id int8, variant_id int8, archived bool,
    changed_at timestamptz`),
  v_fulfillment_requests: columns(`source text, number text, order_number text, processing text, shipping text,
    reason_code text, reason_message text, explanation text, next_step_at timestamptz, bigcommerce_order_id int8,
    flags _text, created_at timestamptz, released_at timestamptz, acknowledged_at timestamptz, canceled_at timestamptz,
    shipped_at timestamptz, changed_at timestamptz`),
  v_shipments: columns(`source text, number text, bigcommerce_order_id int8, bigcommerce_shipment_id int8,
    tracking_number text, tracking_link text, tracking_carrier text, shipping_provider text, shipping_method text,
    shipped_at timestamptz, comments text, cost numeric, attributes jsonb, items jsonb, flags _text, removed bool,
    created_at timestamptz, changed_at timestamptz`),
};

/** Names and types of columns as they are written in a statement. */
function columns(text: string): string[][] {
  return text.split(',').map((column) => column.trim().split(/\s+/));
}

it('the views that other programs read have the columns that are documented, of the types that they had', async () => {
  await migrateToLatest(database.db);
  const tables = await database.db.introspection.getTables();
  const views = tables
    .filter(({ isView }) => isView)
    .map((view) => [view.name, view.columns.map(({ name, dataType }) => [name, dataType])] as const);
  expect(Object.fromEntries(views)).toEqual(VIEWS);
  const documented = codeWords(readText('docs/shipments.md'));
  const names = Object.entries(VIEWS).flatMap(([view, found]) => [view, ...found.map(([name]) => name!)]);
  expect(names.filter((name) => !documented.has(name))).toEqual([]);
});

it('every instant is a timestamptz', async () => {
  await migrateToLatest(database.db);
  const tables = await database.db.introspection.getTables();
  const kinds = tables.flatMap(({ columns }) => columns.filter(({ name }) => name.endsWith('_at')));
  expect(new Set(kinds.map(({ dataType }) => dataType))).toEqual(new Set(['timestamptz']));
});
