import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import type { Transaction } from 'kysely';
import { connectDatabase } from '../../database/connect.ts';
import type { Database } from '../../database/connect.ts';
import { migrateToLatest, schemaState } from '../../database/migrate.ts';
import { migrations } from '../../database/migrations/index.ts';
import type { Tables } from '../../database/tables.ts';
import { createTestDatabase } from '../helpers/database.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { waitFor } from '../helpers/wait.ts';
import { addSource, waitsForTransaction } from './builders.ts';

const BUILDS = Object.keys(migrations).filter((name) => migrations[name]!.isBesideWriters);

let database: TestDatabase;
let migrating: Database;
beforeEach(async () => {
  database = await createTestDatabase({ empty: true });
  migrating = connectDatabase(database.url, { poolSize: 2, isUnlimited: true });
  const first = Object.keys(migrations).indexOf(BUILDS[0]!);
  await migrateToLatest(migrating, { upTo: Object.keys(migrations)[first - 1]! });
  const sourceId = await addSource(database.db);
  await sql`
    insert into fulfillment_requests (source_id, number, document, digest, processing, shipping)
    values (${sourceId}, 'PO-1', '{}', '', 'acknowledged', 'open'), (${sourceId}, 'PO-2', '{}', '', 'acknowledged', 'open')`.execute(
    database.db,
  );
});
afterEach(async () => {
  await migrating.destroy();
  await database.drop();
});

/** Writes a request, and keeps its transaction open while `during` goes on. */
function whileSomebodyWrites<T>(during: (writer: Transaction<Tables>) => Promise<T>): Promise<T> {
  return database.db.transaction().execute(async (writer) => {
    await sql`update fulfillment_requests set looked_after_at = now() where number = 'PO-1'`.execute(writer);
    return during(writer);
  });
}

/** The server process that builds an index and waits for whoever writes the table. */
async function waitingBuild(): Promise<number> {
  let pid: number | undefined;
  await waitFor('the build to wait for the writer', async () => {
    const { rows } = await sql<{ pid: number }>`
      select pid from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock' and query like 'create index%'`.execute(
      database.db,
    );
    pid = rows[0]?.pid;
    return pid !== undefined;
  });
  return pid!;
}

async function unusableIndexes(): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select indexrelid::regclass::text as name from pg_index where not indisvalid`.execute(database.db);
  return rows.map(({ name }) => name);
}

describe('an index that an upgrade builds on the requests', () => {
  it('holds up nobody who writes them, and says for whom it waits', async () => {
    const said: string[] = [];
    const migration = await whileSomebodyWrites(async (writer) => {
      const migration = migrateToLatest(migrating, { onWait: (sentence) => void said.push(sentence), lookEveryMs: 50 });
      await waitingBuild();
      await database.db.transaction().execute(async (other) => {
        await sql`set local lock_timeout = '500ms'`.execute(other);
        await sql`update fulfillment_requests set looked_after_at = now() where number = 'PO-2'`.execute(other);
      });
      expect(await waitFor('the build to say so', () => said[0])).toMatch(await waitsForTransaction(writer));
      return { migration };
    });
    expect(await migration.migration).toEqual(BUILDS);
    expect(await schemaState(database.db)).toBe('current');
  });

  it('is built anew after a build that was broken off', async () => {
    await whileSomebodyWrites(async () => {
      const migration = migrateToLatest(migrating).catch((error: unknown) => error);
      await sql`select pg_cancel_backend(${await waitingBuild()})`.execute(database.db);
      expect(await migration).toMatchObject({ code: '57014' });
    });
    expect(await unusableIndexes()).toEqual(['fulfillment_requests_of_order']);
    expect(await migrateToLatest(migrating)).toEqual(BUILDS);
    expect(await unusableIndexes()).toEqual([]);
  });

  it('is built once where two programs migrate at the same moment', async () => {
    const second = connectDatabase(database.url, { poolSize: 2, isUnlimited: true });
    const said: string[] = [];
    const both = await whileSomebodyWrites(async () => {
      const first = migrateToLatest(migrating);
      const pid = await waitingBuild();
      const runs = [
        first,
        migrateToLatest(second, { onWait: (sentence) => void said.push(sentence), lookEveryMs: 50 }),
      ];
      expect(await waitFor('the second to say so', () => said[0])).toContain(
        `waits for another migration (pid ${pid}, bcsource`,
      );
      return { applied: Promise.allSettled(runs) };
    });
    const applied = await both.applied;
    await second.destroy();
    expect(applied.map((one) => (one.status === 'fulfilled' ? one.value : one.reason)).flat()).toEqual(BUILDS);
  });
});
