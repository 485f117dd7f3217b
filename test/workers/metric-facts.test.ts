import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import type { Database } from '../../database/connect.ts';
import { saveSource } from '../../database/sources.ts';
import { fulfillmentSchema } from '../../domain/source/fulfillment.ts';
import { createMetrics } from '../../workers/metrics.ts';
import { addSource } from '../database/builders.ts';
import { createTestDatabase } from '../helpers/database.ts';
import type { TestDatabase } from '../helpers/database.ts';

let database: TestDatabase;
let db: Database;
let busy: number;
let calm: number;
let yearly: number;
beforeAll(async () => {
  database = await createTestDatabase();
  db = database.db;
  busy = await addSender('busy');
  calm = await addSender('calm');
  // A run a year, which is never near.
  yearly = await addSender('yearly', { schedule: { cron: `0 0 1 ${((new Date().getUTCMonth() + 6) % 12) + 1} *` } });
});
afterAll(() => database.drop());

async function addSender(name: string, fulfillment = {}): Promise<number> {
  const draft = { name, connectionType: 'api_token' as const, storeHash: 'abc', document: 'x' };
  const settings = { fulfillment: fulfillmentSchema.parse(fulfillment) };
  return (await saveSource(db, { ...draft, settings }, () => Promise.resolve())).id;
}

/** What Prometheus reads of this metric, by the values of its labels. */
async function read(name: string): Promise<Record<string, number>> {
  // Not one that remembers what it read a moment ago.
  const text = await createMetrics(() => Promise.resolve(db)).render();
  const lines = [...text.matchAll(new RegExp(`^${name}(?:\\{(.*)\\})? (\\S+)$`, 'gm'))];
  const labelsOf = (labels = '') => labels.replace(/\w+="([^"]*)"/g, '$1');
  return Object.fromEntries(lines.map(([, labels, value]) => [labelsOf(labels), Number(value)]));
}

/** As it was written, and the moment since. */
const about = (seconds: number) => expect.closeTo(seconds, -1.7);

async function addRequest(sourceId: number, number: string, columns: Record<string, unknown>): Promise<void> {
  const known = { source_id: sourceId, number, document: '{}', digest: 'x', checks: '[]' };
  await db
    .insertInto('fulfillment_requests')
    .values({ ...known, ...columns } as never)
    .execute();
}

const ago = (seconds: number) => sql<Date>`now() - make_interval(secs => ${seconds})`;

const oldestUnsent = () => read('bcsource_oldest_unsent_seconds');

describe('the oldest unsent request', () => {
  const processing = { processing: 'processing' };

  it('is counted from the end of its waits', async () => {
    await addRequest(busy, 'HELD', { ...processing, created_at: ago(9000), next_step_at: ago(-3600) });
    await addRequest(busy, 'SENT', { processing: 'acknowledged', created_at: ago(8000) });
    await addRequest(busy, 'FAILED', { processing: 'failed', created_at: ago(8000) });
    expect(await oldestUnsent()).toEqual({ busy: 0, calm: 0, yearly: 0 });
    await addRequest(busy, 'YOUNG', { ...processing, created_at: ago(7000), released_at: ago(300) });
    expect(await oldestUnsent()).toMatchObject({ busy: about(300), calm: 0 });
    const waited = { released_at: ago(5000), hold_until: ago(1200), is_ready: true };
    await addRequest(busy, 'WAITED', { processing: 'sending', created_at: ago(7000), ...waited });
    expect(await oldestUnsent()).toMatchObject({ busy: about(1200), calm: 0 });
  });

  it.each([
    ['is just over', 5, 2400],
    ['is still to come', -30, 3600],
  ])('does not begin anew with an attempt, where the next %s', async (_, seconds, age) => {
    await addRequest(calm, `TRIED${seconds}`, { ...processing, created_at: ago(age), next_step_at: ago(seconds) });
    expect(await oldestUnsent()).toMatchObject({ calm: about(age) });
  });

  it('waits for the run of its job, however many wait with it, and not when the run has let it go', async () => {
    const ready = { ...processing, is_ready: true };
    for (let n = 0; n < 30; n++) await addRequest(yearly, `READY-${n}`, { ...ready, created_at: ago(60 + n) });
    expect(await oldestUnsent()).toMatchObject({ yearly: 0 });
    await addRequest(yearly, 'LET-GO', { processing: 'sending', created_at: ago(50), skips_waits: true });
    expect(await oldestUnsent()).toMatchObject({ yearly: about(50) });
  });

  it('of a source that cannot be counted, say by a time zone that this Node does not know, hides no other', async () => {
    const odd = await addSender('odd', { businessHours: { timezone: 'UTC', weekly: { mon: ['09:00-17:00'] } } });
    const zone = sql`jsonb_set(settings, '{fulfillment,businessHours,timezone}', '"Mars/Olympus_Mons"')`;
    await sql`update source_versions set settings = ${zone} where source_id = ${odd}`.execute(db);
    await addRequest(odd, 'ON-MARS', { ...processing, created_at: ago(500) });
    expect(await oldestUnsent()).toMatchObject({ odd: 0, yearly: about(50) });
  });
});

it('webhooks lag by the oldest hint that may be followed, for sources that have some', async () => {
  for (const id of [busy, calm]) {
    await sql`
      insert into webhook_receivers (source_id, destination, ciphertext, key_id) values (${id}, 'x', 'x', 'x')`.execute(
      db,
    );
  }
  await addSource(db, 'deaf');
  const hint = (id: number, due: string, seconds: number) =>
    sql`
    insert into hints (source_id, kind, resource_id, hinted_at, due_at)
    values (${busy}, 'order', ${id}, ${ago(seconds)}, ${due}::timestamptz)`.execute(db);
  // Waits for the end of an import, by design.
  await hint(1, 'infinity', 9000);
  expect(await read('bcsource_webhook_lag_seconds')).toEqual({ busy: 0, calm: 0 });
  await hint(2, 'now', 200);
  await hint(3, 'now', 600);
  expect(await read('bcsource_webhook_lag_seconds')).toEqual({ busy: about(600), calm: 0 });
});

it('alarms are counted while they are open, by cause', async () => {
  const alarm = (id: number, cause: string, endedAt: Date | null) =>
    sql`
    insert into alarms (source_id, cause, message, hint, started_at, seen_at, ended_at)
    values (${id}, ${cause}, 'm', 'h', now(), now(), ${endedAt})`.execute(db);
  await alarm(busy, 'no_worker', new Date());
  expect(await read('bcsource_alarms_open')).toEqual({});
  await alarm(busy, 'no_worker', null);
  await alarm(busy, 'inventory_stale', null);
  await alarm(calm, 'inventory_stale', null);
  expect(await read('bcsource_alarms_open')).toEqual({
    ...{ 'busy,no_worker': 1, 'busy,inventory_stale': 1, 'calm,inventory_stale': 1 },
  });
});

it('notifications are counted until they are delivered or given up', async () => {
  const { rows } = await sql<{ id: number }>`
    insert into notification_targets (source_id, type, label, notify_on, ciphertext, key_id)
    values (${busy}, 'slack', 'x', 'always', 'x', 'x') returning id`.execute(db);
  const notice = (id: string, columns: { delivered_at?: Date; given_up_at?: Date } = {}) =>
    db
      .insertInto('notification_outbox')
      .values({ id, target_id: rows[0]!.id, subject: id, notice: '{}', ...columns })
      .execute();
  await notice('delivered', { delivered_at: new Date() });
  await notice('given-up', { given_up_at: new Date() });
  expect(await read('bcsource_notifications_undelivered')).toEqual({ '': 0 });
  await notice('first');
  await notice('second');
  expect(await read('bcsource_notifications_undelivered')).toEqual({ '': 2 });
});
