import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Client } from '@temporalio/client';
import { sql } from 'kysely';
import { recordRefusal } from '../../database/connection-refusals.ts';
import { acknowledgeAlarm, listAlarms } from '../../database/alarms.ts';
import { SECOND_ORDER, addEvent } from '../../database/fr-changes.ts';
import { saveTargets } from '../../database/notification-targets.ts';
import { createSecretBox } from '../../database/secrets.ts';
import { saveSource } from '../../database/sources.ts';
import { alarmsSchema } from '../../domain/source/alarms.ts';
import { fulfillmentSchema } from '../../domain/source/fulfillment.ts';
import { CORE_TASK_QUEUE } from '../../workflows/ids.ts';
import { HOUR, MINUTE, startWorld } from '../helpers/requests.ts';
import type { World } from '../helpers/requests.ts';
import { json, startStub } from '../bigcommerce/server.ts';
import type { StubServer } from '../bigcommerce/server.ts';
import { addAcknowledged } from '../database/shipping.ts';

const DAY = 24 * HOUR;
const secrets = createSecretBox(Buffer.alloc(32, 7).toString('base64'));
let world: World;
/** Takes every notification: each that was not taken would be tried again for hours, and here hours are over at once. */
let receiver: StubServer;
beforeAll(async () => {
  [world, receiver] = await Promise.all([startWorld(), startStub(json({}))]);
});
afterAll(() => Promise.all([world.stop(), receiver.close()]));

/** The sweep of a minute. Answers the causes that are open then. */
async function sweep(): Promise<string[]> {
  // The client of the environment would let time run on while it waits.
  const client = new Client({ connection: world.environment.connection });
  await client.workflow.execute('watchAlarms', {
    ...{ workflowId: `alarms-${randomUUID()}`, taskQueue: CORE_TASK_QUEUE },
  });
  return (await listAlarms(world.db, { limit: 50 })).map(({ cause }) => cause).sort();
}

/** Records a run as if it had taken a second. */
async function addRun(sourceId: number, job: string, counts: Record<string, number> = {}) {
  const at = await world.now();
  await sql`
    insert into job_runs (id, source_id, job, workflow_id, trigger, source_version, status, counts, started_at, finished_at)
    values (${randomUUID()}, ${sourceId}, ${job}, 'w', 'schedule', 1, 'completed', ${JSON.stringify(counts)}::jsonb,
      ${at}::timestamptz, ${at}::timestamptz + interval '1 second')`.execute(world.db);
}

it('each absence is an alarm within a minute of being true, not before, and ends by itself', async () => {
  const { db } = world;
  const alarms = alarmsSchema.parse({ inventoryMaxAgeHours: 2, unshippedBusinessDays: 2, webhooksQuietHours: 5 });
  const settings = {
    ...{ inventory: { schedule: { every: '1h', refresh: { every: '30m' } } }, shipments: { lookbackDays: 90 } },
    ...{ fulfillment: {}, alarms },
  };
  const draft = { name: 'absent', connectionType: 'api_token' as const, storeHash: 'abc', document: 'x', settings };
  const { id } = await saveSource(db, draft as never, () => Promise.resolve());
  const began = (await world.now()).getTime();
  const goTo = async (ms: number) => world.pass(began + ms - (await world.now()).getTime());
  await addRun(id, 'inventory');
  await addRun(id, 'refresh');
  expect(await sweep()).toEqual([]);

  // Both schedules begin a run in the first hour; a quarter of an hour later its absence is an alarm.
  await goTo(HOUR + 16 * MINUTE);
  expect(await sweep()).toEqual(['schedule_missed']);
  const [missed] = await listAlarms(db, { limit: 1 });
  expect(missed!.message).toMatch(/inventory \(due .*refresh \(due /);
  await addRun(id, 'inventory');
  await addRun(id, 'refresh');
  expect(await sweep()).toEqual([]);

  await goTo(3 * HOUR + 15 * MINUTE);
  await addRun(id, 'refresh');
  expect(await sweep()).not.toContain('inventory_stale');
  await goTo(3 * HOUR + 18 * MINUTE);
  expect(await sweep()).toContain('inventory_stale');
  await addRun(id, 'inventory');
  expect(await sweep()).not.toContain('inventory_stale');

  // Webhooks that are silent are an alarm only when a run shows that they should have spoken.
  const hookedAt = await world.now();
  await sql`
    insert into webhook_receivers (source_id, destination, ciphertext, key_id) values (${id}, 'x', 'x', 'x')`.execute(
    db,
  );
  await sql`
    insert into webhooks (source_id, scope, hook_id, is_active, registered_at)
    values (${id}, 'store/product/updated', 1, true, ${hookedAt})`.execute(db);
  await world.pass(5 * HOUR + MINUTE);
  await addRun(id, 'inventory', { corrected: 0 });
  expect(await sweep()).not.toContain('webhooks_quiet');
  await addRun(id, 'inventory', { corrected: 3 });
  expect(await sweep()).not.toContain('webhooks_quiet');
  await world.pass(6 * MINUTE);
  expect(await sweep()).toContain('webhooks_quiet');
  await sql`
    insert into webhook_events (source_id, webhook_id, hash, scope, event_at, received_at)
    values (${id}, 'a', '', 'store/product/updated', now(), ${await world.now()})`.execute(db);
  expect(await sweep()).not.toContain('webhooks_quiet');

  const since = await world.now();
  await sql`
    insert into store_quota (store_hash, worker, waiting_since, seen_at)
    values ('abc', 'w', ${since}, now() + interval '1 hour')`.execute(db);
  await recordRefusal(db, id, { code: 'scope_missing', message: 'No.' });
  expect(await sweep()).toContain('connection_refused');
  expect(await sweep()).not.toContain('quota_starving');
  await world.pass(10 * MINUTE);
  expect(await sweep()).toContain('quota_starving');
  await sql`delete from store_quota`.execute(db);
  await sql`delete from connection_refusals`.execute(db);

  const sentAt = await world.now();
  const columns = { created_at: sentAt, acknowledged_at: sentAt, number: 'LATE-1' };
  const frId = await addAcknowledged(db, id, { columns });
  expect(await sweep()).not.toContain('orders_unshipped');
  await world.pass(5 * DAY);
  expect(await sweep()).toEqual(expect.arrayContaining(['orders_unshipped']));
  await goTo(sentAt.getTime() - began + 86 * DAY);
  expect(await sweep()).not.toContain('lookback_ending');
  await goTo(sentAt.getTime() - began + 87 * DAY + MINUTE);
  expect(await sweep()).toContain('lookback_ending');
  await sql`update fulfillment_requests set flags = '{order_deleted,second_order}' where id = ${frId}`.execute(db);
  await addEvent(db, frId, { at: await world.now(), event: SECOND_ORDER, by: 'store' });
  expect(await sweep()).toEqual(expect.arrayContaining(['orders_doubled', 'orders_lost']));
  await sql`update fulfillment_requests set shipping = 'shipped' where id = ${frId}`.execute(db);
  expect(await sweep()).toEqual(['inventory_stale', 'orders_doubled', 'schedule_missed']);
  await world.pass(7 * DAY + MINUTE);
  expect(await sweep()).toEqual(['inventory_stale', 'schedule_missed']);
});

it('a request is late only after its waits; told once, again by setting until somebody has seen it, and at its end', async () => {
  const { db } = world;
  const businessHours = { timezone: 'UTC', weekly: { 'mon-sun': ['00:00-01:00'] }, holidays: [] };
  const fulfillment = fulfillmentSchema.parse({ autoSend: true, holdHours: 2, businessHours });
  const settings = { fulfillment, alarms: alarmsSchema.parse({ unsentMinutes: 40, remindHours: 6 }) };
  const draft = { name: 'late', connectionType: 'api_token' as const, storeHash: 'late', document: 'x', settings };
  const { id } = await saveSource(db, draft as never, () => Promise.resolve());
  await saveTargets(db, secrets, id, [{ type: 'webhook', url: receiver.url, on: 'problems' }]);
  const told = async () => {
    const rows = sql<{ type: string }>`
      select notice->>'type' as type from notification_outbox o join notification_targets t on t.id = o.target_id
      where t.source_id = ${id} order by o.created_at, o.subject`;
    return (await rows.execute(db)).rows.map(({ type }) => type);
  };
  const causes = async () => {
    await sweep();
    return listAlarms(db, { sourceId: id, limit: 5 });
  };
  const goTo = async (at: number) => world.pass(at - (await world.now()).getTime());
  // At noon: late in the evening the hold would end within the hour that is open.
  await goTo(Math.ceil((await world.now()).getTime() / DAY) * DAY + 12 * HOUR);
  const taken = await world.now();
  const columns = { processing: 'processing', bigcommerce_order_id: null, created_at: taken, released_at: taken };
  const frId = await addAcknowledged(db, id, { columns: { ...columns, number: 'LATE-2' } });
  // After two hours of hold, the next time that the hour from midnight begins.
  const opens = Math.ceil((taken.getTime() + 2 * HOUR) / DAY) * DAY;
  await goTo(opens + 39 * MINUTE);
  expect(await causes()).toEqual([]);
  await goTo(opens + 41 * MINUTE);
  expect(await causes()).toMatchObject([{ cause: 'requests_unsent', message: expect.stringContaining('LATE-2') }]);
  expect(await told()).toEqual(['alarm.started']);

  await goTo(opens + 6 * HOUR);
  await causes();
  expect(await told()).toHaveLength(1);
  await goTo(opens + 7 * HOUR);
  const [late] = await causes();
  expect(await told()).toEqual(['alarm.started', 'alarm.reminder']);
  await acknowledgeAlarm(db, late!.id);
  await goTo(opens + 20 * HOUR);
  await causes();
  expect(await told()).toHaveLength(2);

  const fail = (reason: string | null) =>
    sql`
    update fulfillment_requests set processing = ${reason ? 'failed' : 'acknowledged'}, reason_code = ${reason}
    where id = ${frId}`.execute(db);
  await fail('sku_not_found');
  expect(await causes()).toMatchObject([
    { cause: 'requests_failed', message: expect.stringContaining('sku_not_found') },
  ]);
  await fail(null);
  expect(await causes()).toEqual([]);
  expect((await told()).sort()).toEqual(
    ['alarm.started', 'alarm.reminder', 'alarm.ended', 'alarm.started', 'alarm.ended'].sort(),
  );
});
