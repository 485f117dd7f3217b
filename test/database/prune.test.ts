import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { savePage } from '../../database/import-ledger.ts';
import { countOld, pruneOld } from '../../database/prune.ts';
import { finishImportRun } from '../../database/runs.ts';
import type { RunStatus } from '../../database/tables.ts';
import { retentionDefaults } from '../../domain/retention.ts';
import { isLong } from '../helpers/form.ts';
import { createTestDatabase } from '../helpers/database.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { addRun, addSource, makeItem, makePage } from './builders.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const DAY_MS = 86_400_000;
const inDays = (days: number) => new Date(Date.now() + days * DAY_MS);
const scope = (days: number) => ({ retention: retentionDefaults, now: inDays(days) });
const FINDING = { kind: 'warning' as const, productId: 1, variantId: 1, sku: 'A', code: 'x', message: 'x' };

async function addTarget(sourceId: number): Promise<void> {
  await sql`
    insert into notification_targets (source_id, type, label, notify_on, ciphertext, key_id)
    values (${sourceId}, 'email', 'one', 'always', 'x', 'x')`.execute(database.db);
}

/** A run as it stands when it is over: with findings, and told to somebody. */
async function addEndedRun(sourceId: number, status: RunStatus = 'completed', findings = 1): Promise<string> {
  const { db } = database;
  const runId = await addRun(db, sourceId);
  const found = Array.from({ length: findings }, () => FINDING);
  const page = makePage([makeItem(1)], { findings: found, skipped: [] });
  await savePage(db, { sourceId, runId, firstImport: false, mode: 'feed' }, page);
  await finishImportRun(db, runId, status, null);
  await sql`update notification_outbox set delivered_at = now() where delivered_at is null`.execute(db);
  return runId;
}

const idsOf = async (sourceId: number) => {
  const rows = await database.db.selectFrom('job_runs').select('id').where('source_id', '=', sourceId).execute();
  return rows.map(({ id }) => id).sort();
};

const findingsOf = async (runId: string) =>
  (await database.db.selectFrom('import_findings').select('id').where('run_id', '=', runId).execute()).length;

it('what is old goes; what is under way, newest, or the last that was completed stays', async () => {
  const { db } = database;
  const sourceId = await addSource(db);
  await addTarget(sourceId);
  const old = await addEndedRun(sourceId);
  const lastCompleted = await addEndedRun(sourceId);
  const failed = await addEndedRun(sourceId, 'failed');
  const newestFailed = await addEndedRun(sourceId, 'failed');
  const stays = [lastCompleted, newestFailed].sort();
  // What no run writes behind its end, but a restored or older database may hold.
  await sql`insert into import_missing (run_id, sku, product_id) values (${failed}, 'A', 1)`.execute(db);

  expect(await countOld(db, scope(1))).toEqual({
    runs: 0,
    findings: 0,
    ledgers: 1,
    notifications: 0,
    events: 0,
    alarms: 0,
  });
  await pruneOld(db, scope(31));
  expect(await idsOf(sourceId)).toEqual([old, failed, ...stays].sort());
  expect([await findingsOf(old), await findingsOf(lastCompleted)]).toEqual([0, 1]);

  const underWay = await addRun(db, sourceId);
  const expected = { runs: 3, findings: 1, ledgers: 0, notifications: 0, events: 0, alarms: 0 };
  expect(await countOld(db, scope(100))).toEqual(expected);
  expect(await pruneOld(db, scope(100))).toEqual({ deleted: expected, isDone: true });
  expect(await idsOf(sourceId)).toEqual([lastCompleted, underWay].sort());
  expect(await pruneOld(db, scope(100))).toMatchObject({ deleted: { runs: 0, findings: 0 } });
});

it('the newest event of a kind stays: it tells when the source was last heard of', async () => {
  const { db } = database;
  const sourceId = await addSource(db);
  const scopes = ['store/order/updated', 'store/shipment/created', 'store/product/updated', 'store/sku/updated'];
  for (const [hours, scope] of scopes.entries()) {
    await sql`
      insert into webhook_events (source_id, webhook_id, hash, scope, event_at, received_at)
      values (${sourceId}, ${scope}, '', ${scope}, now(), now() + ${hours} * interval '1 hour')`.execute(db);
  }
  expect((await pruneOld(db, scope(6))).deleted.events).toBe(2);
  const rows = await db.selectFrom('webhook_events').select('scope').where('source_id', '=', sourceId).execute();
  expect(rows.map(({ scope: left }) => left).sort()).toEqual(['store/shipment/created', 'store/sku/updated']);
});

it('notifications that wait and alarms that are open stay however old; what is over goes', async () => {
  const { db } = database;
  await pruneOld(db, scope(3000));
  const sourceId = await addSource(db);
  await addTarget(sourceId);
  await sql`
    insert into notification_outbox (id, target_id, subject, notice, delivered_at, given_up_at, created_at)
    select n.name, t.id, n.name, '{}', n.delivered_at::timestamptz, n.given_up_at::timestamptz, '2020-01-01'
    from notification_targets t, (values ('waits', null, null), ('delivered today', now()::text, null),
      ('delivered', '2020-01-01', null), ('given up', null, '2020-01-01'), ('given up today', null, now()::text))
      as n (name, delivered_at, given_up_at)
    where t.source_id = ${sourceId}`.execute(db);
  await sql`
    insert into alarms (source_id, cause, message, hint, started_at, seen_at, ended_at)
    select ${sourceId}, n.name, '', '', '2020-01-01', '2020-01-01', n.ended_at::timestamptz
    from (values ('open', null), ('ended', '2020-01-02'), ('ended today', now()::text)) as n (name, ended_at)`.execute(
    db,
  );
  const expected = { runs: 0, findings: 0, ledgers: 0, notifications: 2, events: 0, alarms: 1 };
  expect(await countOld(db, scope(0))).toEqual(expected);
  expect(await pruneOld(db, scope(0))).toEqual({ deleted: expected, isDone: true });
  const left = async (table: string, name: string) => {
    const { rows } = await sql<{ name: string }>`
      select ${sql.ref(name)} as name from ${sql.table(table)} order by 1`.execute(db);
    return rows.map((row) => row.name);
  };
  expect(await left('notification_outbox', 'id')).toEqual(['delivered today', 'given up today', 'waits']);
  expect(await left('alarms', 'cause')).toEqual(['ended today', 'open']);
});

it('one that is told to stop says that there is more to do', async () => {
  const { db } = database;
  await pruneOld(db, scope(100));
  const sourceId = await addSource(db);
  await addEndedRun(sourceId, 'completed', 2500);
  await addEndedRun(sourceId);
  let batches = 0;
  // Four ledgers, and then findings a thousand at a time.
  const some = await pruneOld(db, scope(40), () => ++batches <= 6);
  expect(some).toMatchObject({ isDone: false, deleted: { findings: 2000, runs: 0 } });
  expect(await pruneOld(db, scope(40))).toMatchObject({ isDone: true, deleted: { findings: 500 } });
});

it('rows that somebody holds are left for the next time', async () => {
  const { db } = database;
  const sourceId = await addSource(db);
  const held = await addEndedRun(sourceId);
  await addEndedRun(sourceId);
  await db.transaction().execute(async (trx) => {
    await sql`select 1 from job_runs where id = ${held} for update`.execute(trx);
    expect(await pruneOld(db, scope(100))).toMatchObject({ isDone: true });
  });
  expect(await idsOf(sourceId)).toContain(held);
  await pruneOld(db, scope(100));
  expect(await idsOf(sourceId)).not.toContain(held);
});

it('the tables of runs stay as large as they are, however many runs there were', async () => {
  const { db } = database;
  const rounds = isLong ? 200 : 16;
  const sourceId = await addSource(db);
  await addTarget(sourceId);
  const tables = ['job_runs', 'job_leases', 'import_findings', 'import_pages', 'import_ranges', 'notification_outbox'];
  const sizes: number[] = [];
  for (let round = 0; round < rounds; round++) {
    for (let run = 0; run < 3; run++) await addEndedRun(sourceId, 'completed', 300);
    await pruneOld(db, scope(100));
    // What autovacuum does by itself, which a test cannot wait for.
    for (const table of tables) await sql`vacuum ${sql.table(table)}`.execute(db);
    const { rows } = await sql<{ size: number }>`
      select sum(pg_total_relation_size(name::regclass))::float8 as size from unnest(${tables}::text[]) as name
    `.execute(db);
    sizes.push(rows[0]!.size);
  }
  const half = Math.max(...sizes.slice(0, rounds / 2));
  expect(Math.max(...sizes.slice(rounds / 2))).toBeLessThanOrEqual(half * 1.1);
});
