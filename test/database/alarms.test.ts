import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { acknowledgeAlarm, listAlarms, settleAlarms } from '../../database/alarms.ts';
import { quietSince } from '../../database/alarm-facts.ts';
import type { Database } from '../../database/connect.ts';
import { saveTargets } from '../../database/notification-targets.ts';
import { createSecretBox } from '../../database/secrets.ts';
import type { FoundAlarm } from '../../domain/alarms/find.ts';
import { createTestDatabase } from '../helpers/database.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { addRun, addSource } from './builders.ts';

const secrets = createSecretBox(Buffer.alloc(32, 7).toString('base64'));
let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await createTestDatabase();
  db = database.db;
});
afterAll(() => database.drop());

it('an alarm that somebody acknowledged is told again at once when it grows, and not for anything else', async () => {
  const id = await addSource(db, 'growing');
  await saveTargets(db, secrets, id, [{ type: 'webhook', url: 'http://127.0.0.1:9', on: 'problems' }]);
  const failed = (numbers: string[]): FoundAlarm[] => [
    {
      ...{ cause: 'requests_failed', message: `${numbers.length} failed`, hint: 'bcsource fr list' },
      details: { count: numbers.length, numbers, codes: ['sku_not_found'] },
    },
  ];
  let minute = 0;
  const look = async (numbers: string[]) => {
    const now = new Date(Date.UTC(2026, 10, 29, 8, minute++));
    await settleAlarms(db, { id, name: 'growing', remindHours: 24 }, failed(numbers), now);
    const [alarm] = await listAlarms(db, { sourceId: id, limit: 1 });
    return alarm!;
  };
  const told = async () => {
    const { rows } = await sql<{ title: string; type: string }>`
      select notice ->> 'title' as title, notice ->> 'type' as type from notification_outbox order by created_at`.execute(
      db,
    );
    return rows.map(({ title, type }) => [type, title.includes('more:')]);
  };
  const first = await look(['A', 'B']);
  // Nobody has acknowledged it yet: whoever looks at it sees what it is about by then.
  await look(['A', 'B', 'C']);
  expect(await told()).toEqual([['alarm.started', false]]);
  await acknowledgeAlarm(db, first.id);
  await look(['A', 'B', 'C']);
  expect((await look(['B', 'C'])).acknowledgedAt).not.toBeNull();
  expect(await told()).toHaveLength(1);

  expect(await look(['B', 'D'])).toMatchObject({ id: first.id, acknowledgedAt: null, message: '2 failed' });
  expect((await told()).slice(1)).toEqual([['alarm.reminder', true]]);
  await look(['B', 'D', 'E']);
  expect(await told()).toHaveLength(2);
});

it('an alarm is never told again where reminders are switched off, however long it lasts', async () => {
  const id = await addSource(db, 'never-reminded');
  await saveTargets(db, secrets, id, [{ type: 'webhook', url: 'http://127.0.0.1:9', on: 'problems' }]);
  const stale: FoundAlarm = { cause: 'inventory_stale', message: 'Old.', hint: 'bcsource runs list', details: {} };
  const told = async (found: FoundAlarm[], day: number) => {
    await settleAlarms(db, { id, name: 'never-reminded', remindHours: 0 }, found, new Date(Date.UTC(2026, 10, day)));
    const { rows } = await sql<{ type: string }>`
      select notice ->> 'type' as type from notification_outbox o join notification_targets t on t.id = o.target_id
      where t.source_id = ${id} order by o.created_at`.execute(db);
    return rows.map(({ type }) => type);
  };
  expect(await told([stale], 1)).toEqual(['alarm.started']);
  expect(await told([stale], 29)).toEqual(['alarm.started']);
  expect(await told([], 30)).toEqual(['alarm.started', 'alarm.ended']);
});

it('webhooks are quiet by the kind of what they tell of: events of stock say nothing of orders', async () => {
  const id = await addSource(db, 'half-quiet');
  const at = (hour: number) => new Date(Date.UTC(2026, 10, 29, hour));
  await sql`
    insert into webhook_receivers (source_id, destination, ciphertext, key_id) values (${id}, 'x', 'x', 'x')`.execute(
    db,
  );
  for (const scope of ['store/sku/updated', 'store/order/updated']) {
    await sql`
      insert into webhooks (source_id, scope, hook_id, is_active, registered_at)
      values (${id}, ${scope}, 1, true, ${at(1)})`.execute(db);
  }
  const hear = (scope: string, hour: number) =>
    sql`
    insert into webhook_events (source_id, webhook_id, hash, scope, event_at, received_at)
    values (${id}, ${`${scope} ${hour}`}, '', ${scope}, now(), ${at(hour)})`.execute(db);
  const complete = async (job: string, counts: Record<string, number>, hour: number) => {
    const runId = await addRun(db, id);
    await sql`
      update job_runs set job = ${job}, status = 'completed', counts = ${JSON.stringify(counts)}::jsonb,
        started_at = ${at(hour)}, finished_at = ${at(hour)} where id = ${runId}`.execute(db);
  };
  await hear('store/order/statusUpdated', 2);
  await complete('shipments', { changed: 2 }, 3);
  await hear('store/sku/inventory/updated', 4);
  const quiet = () => quietSince(db, id, at(20));
  expect(await quiet()).toEqual([{ kind: 'orders', since: at(2) }]);
  // The event of what a run has found may still come.
  expect(await quietSince(db, id, new Date(at(3).getTime() + 299_000))).toEqual([]);
  await complete('inventory', { corrected: 1 }, 5);
  const both = (hour: number) => [
    { kind: 'orders', since: at(2) },
    { kind: 'stock', since: at(hour) },
  ];
  expect(await quiet()).toEqual(both(4));
  await hear('store/product/updated', 6);
  // The quick rhythm leaves nothing for an import to correct.
  await complete('refresh', { items: 9, unchanged: 9 }, 7);
  expect(await quiet()).toEqual([{ kind: 'orders', since: at(2) }]);
  await complete('refresh', { items: 9, updated: 1 }, 8);
  expect(await quiet()).toEqual(both(6));
  await hear('store/shipment/created', 9);
  await hear('store/product/updated', 9);
  expect(await quiet()).toEqual([]);
});
