import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import type { Database } from '../../database/connect.ts';
import {
  clearRefusal,
  clearRefusalByStore,
  findRefusal,
  listConnectionsToProbe,
  noteWoken,
} from '../../database/connection-refusals.ts';
import { noteInstalled, noteUninstalled } from '../../database/installs.ts';
import { CONNECTION_CODES } from '../../domain/failures.ts';
import { createTestDatabase } from '../helpers/database.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { addSource } from './builders.ts';
import { addAcknowledged } from './shipping.ts';

let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await createTestDatabase();
  db = database.db;
});
afterAll(() => database.drop());

const toProbe = () => listConnectionsToProbe(db, [...CONNECTION_CODES]);
const refuse = (id: number, code: string, minutesAgo = 0) =>
  sql`insert into connection_refusals (source_id, code, message, since)
    values (${id}, ${code}, 'no', now() - make_interval(mins => ${minutesAgo}))`.execute(db);

it('a refused connection is tried every minute at first, and then every five', async () => {
  const id = await addSource(db, 'refused');
  expect(await toProbe()).toEqual([]);
  for (const [minutes, expected] of [
    [0, true],
    [9, true],
    [11, false],
    [15, true],
    [604, false],
    [605, true],
  ] as const) {
    await refuse(id, 'credential_refused', minutes);
    expect([minutes, (await toProbe()).includes('refused')]).toEqual([minutes, expected]);
    await clearRefusal(db, id);
  }
});

it('a store that passes the test and refuses the work is tried once in six hours, not for ever', async () => {
  const id = await addSource(db, 'flapping');
  await noteWoken(db, id, new Date());
  await refuse(id, 'credential_refused');
  expect(await toProbe()).not.toContain('flapping');
  await sql`update sources set woken_at = woken_at - interval '6 hours' where id = ${id}`.execute(db);
  expect(await toProbe()).toContain('flapping');
  await clearRefusal(db, id);
});

it('a store that has done some of the work since is tried again when it refuses once more', async () => {
  const id = await addSource(db, 'again');
  const [before, woken, after] = [-60_000, -30_000, -10_000].map((ms) => new Date(Date.now() + ms));
  await noteWoken(db, id, woken!);
  await refuse(id, 'credential_refused');
  const acknowledge = (at: Date) => addAcknowledged(db, id, { columns: { acknowledged_at: at } });
  await acknowledge(before!);
  expect(await toProbe()).not.toContain('again');
  await acknowledge(after!);
  expect(await toProbe()).toContain('again');
  await db.deleteFrom('fulfillment_requests').execute();
  await clearRefusal(db, id);
});

it('a run counts as work that the store has done, unless requests stand still that it refuses', async () => {
  const id = await addSource(db, 'reads');
  await noteWoken(db, id, new Date(Date.now() - 30_000));
  await refuse(id, 'credential_refused');
  await sql`insert into job_runs (id, source_id, source_version, job, workflow_id, trigger, status, started_at, finished_at)
    values (gen_random_uuid(), ${id}, 1, 'inventory', 'inventory:reads', 'manual', 'completed', now(), now() - interval '1 hour')`.execute(
    db,
  );
  const end = (status: string) =>
    sql`update job_runs set status = ${status}, finished_at = now() where source_id = ${id}`.execute(db);
  expect(await toProbe()).not.toContain('reads');
  await end('failed');
  expect(await toProbe()).not.toContain('reads');
  await end('completed');
  expect(await toProbe()).toContain('reads');
  await addAcknowledged(db, id, {
    columns: { processing: 'failed', reason_code: 'credential_refused', acknowledged_at: null },
  });
  expect(await toProbe()).not.toContain('reads');
  await db.deleteFrom('fulfillment_requests').execute();
  await clearRefusal(db, id);
});

it('requests that still say that they were refused have their source tried though nothing is refused any more', async () => {
  const id = await addSource(db, 'untold');
  await addAcknowledged(db, id, { columns: { processing: 'failed', reason_code: 'out_of_stock' } });
  expect(await toProbe()).toEqual([]);
  await addAcknowledged(db, id, { columns: { processing: 'failed', reason_code: 'credential_refused' } });
  expect(await toProbe()).toEqual(['untold']);
  await db.deleteFrom('fulfillment_requests').execute();
});

it('of an uninstalled app only a new installation counts, and no wish of a person lifts it', async () => {
  const id = await addSource(db, 'app');
  await db.updateTable('sources').set({ store_hash: 'shop' }).where('id', '=', id).execute();
  await noteInstalled(db, 'shop', []);
  await noteUninstalled(db, 'shop', new Date());
  await refuse(id, 'app_uninstalled');
  expect(await toProbe()).toEqual([]);
  await clearRefusalByStore(db, id);
  expect(await findRefusal(db, id)).toMatchObject({ code: 'app_uninstalled' });
  await noteInstalled(db, 'shop', []);
  expect(await toProbe()).toEqual(['app']);
});
