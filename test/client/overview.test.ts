import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { readOverview } from '../../client/overview.ts';
import type { Session } from '../../client/session.ts';
import { acknowledgeAlarm, listAlarms, settleAlarms } from '../../database/alarms.ts';
import type { Database } from '../../database/connect.ts';
import { saveTargets } from '../../database/notification-targets.ts';
import { enqueueNotice } from '../../database/outbox.ts';
import { askForDecision } from '../../database/run-decision.ts';
import { finishImportRun } from '../../database/runs.ts';
import { createSecretBox } from '../../database/secrets.ts';
import { saveSource } from '../../database/sources.ts';
import { noteQuotas } from '../../database/store-quota.ts';
import type { Notice } from '../../domain/notices/notice.ts';
import type { AlarmCause } from '../../domain/source/alarms.ts';
import { addRun, addSource } from '../database/builders.ts';
import { addAcknowledged } from '../database/shipping.ts';
import { createTestDatabase } from '../helpers/database.ts';
import type { TestDatabase } from '../helpers/database.ts';

const secrets = createSecretBox(Buffer.alloc(32, 7).toString('base64'));
const why = { code: 'too_many_gone', reason: 'Half of the pool would be archived.', hint: 'Look.' };

let database: TestDatabase;
let db: Database;
let session: Session;
beforeAll(async () => {
  database = await createTestDatabase();
  db = database.db;
  const temporal = () => Promise.reject(new Error('Temporal is away.'));
  session = { database: () => Promise.resolve(db), temporal } as unknown as Session;
});
afterAll(() => database.drop());
beforeEach(() => sql`delete from sources`.execute(db));

const addRequest = (sourceId: number, processing: string, columns: Record<string, unknown> = {}) =>
  addAcknowledged(db, sourceId, { columns: { processing, ...columns } });

async function raise(id: number, cause: AlarmCause) {
  const found = [{ cause, message: 'No.', hint: 'bcsource doctor', details: {} }];
  await settleAlarms(db, { id, name: 'acme', remindHours: 24 }, found, new Date());
}

async function giveUp(id: number, type: Notice['type'], daysAgo: number) {
  await saveTargets(db, secrets, id, [{ type: 'webhook', url: 'http://127.0.0.1:9', on: 'always' }]);
  const notice = { type, source: 'acme', at: '', title: '', lines: [], commands: [], run: null, data: {} };
  await enqueueNotice(db, { sourceId: id, subject: 'x', toAll: true }, notice);
  await sql`update notification_outbox set given_up_at = now() - make_interval(days => ${daysAgo})`.execute(db);
}

type Arrange = (sourceId: number) => Promise<unknown>;

describe('somebody has to do something', () => {
  it.each<[string, Arrange]>([
    ['a request failed', (id) => addRequest(id, 'failed')],
    ['a request is to be processed', (id) => addRequest(id, 'unprocessed')],
    ['a run waits for approval', async (id) => askForDecision(db, await addRun(db, id), why)],
    ['the store refuses the connection', (id) => raise(id, 'connection_refused')],
    ['the store has lost an order', (id) => raise(id, 'orders_lost')],
    ['the store has two orders of a request', (id) => raise(id, 'orders_doubled')],
    ['no worker is there', (id) => raise(id, 'no_worker')],
    ['a notification was given up', (id) => giveUp(id, 'run.ended', 6)],
  ])('where %s', async (_what, arrange) => {
    await arrange(await addSource(db));
    expect(await readOverview(session, new Date())).toMatchObject({ waitsForPerson: true });
  });

  it('where no source can take an order', async () => {
    await sql`insert into orders (number, document, digest) values ('O-1', '{}', '')`.execute(db);
    expect(await readOverview(session, new Date())).toMatchObject({ waitsForPerson: true, openOrders: 1 });
    await sql`update orders set state = 'routed'`.execute(db);
    expect(await readOverview(session, new Date())).toMatchObject({ waitsForPerson: false, openOrders: 0 });
  });
});

describe('nobody has to do anything', () => {
  it.each<[string, Arrange]>([
    ['nothing has happened', () => Promise.resolve()],
    [
      'requests go their way',
      (id) => Promise.all(['processing', 'sending', 'canceled'].map((to) => addRequest(id, to))),
    ],
    [
      'a run failed, which the next one may mend',
      async (id) => finishImportRun(db, await addRun(db, id), 'failed', why),
    ],
    ['an alarm may end by itself', (id) => raise(id, 'inventory_stale')],
    ['a test of the receivers was given up', (id) => giveUp(id, 'test', 0)],
    ['a notification was given up long ago', (id) => giveUp(id, 'run.ended', 8)],
  ])('where %s', async (_what, arrange) => {
    await arrange(await addSource(db));
    expect(await readOverview(session, new Date())).toMatchObject({ waitsForPerson: false });
  });

  it.each<AlarmCause>(['connection_refused', 'no_worker'])('where somebody has seen %s', async (cause) => {
    const id = await addSource(db);
    await raise(id, cause);
    const [alarm] = await listAlarms(db, { sourceId: id, limit: 1 });
    await acknowledgeAlarm(db, alarm!.id);
    expect(await readOverview(session, new Date())).toMatchObject({ waitsForPerson: false });
  });
});

describe('a source in the overview', () => {
  const now = new Date('2026-11-29T09:30:00Z');

  it('shows the next run of each job by its schedule, and which job has none', async () => {
    const settings = {
      inventory: { schedule: { every: '4h', refresh: { every: '15m' } } },
      shipments: { schedule: { cron: '0 6 * * *', timezone: 'America/New_York' } },
      fulfillment: {},
    };
    const draft = { name: 'acme', connectionType: 'api_token' as const, storeHash: 'abc', document: 'x', settings };
    await saveSource(db, draft, () => Promise.resolve());
    const [seen] = (await readOverview(session, now)).sources;
    expect(seen!.jobs.map(({ job, nextRunAt }) => [job, nextRunAt?.toISOString() ?? null])).toEqual([
      ['inventory', '2026-11-29T12:00:00.000Z'],
      ['refresh', '2026-11-29T09:45:00.000Z'],
      ['send', null],
      ['shipments', '2026-11-29T11:00:00.000Z'],
    ]);
  });

  it('shows its requests by state and reason, and the quota of its store as it was last seen', async () => {
    const id = await addSource(db, 'acme');
    await Promise.all([
      ...['sku_not_found', 'sku_not_found', 'out_of_stock'].map((code) =>
        addRequest(id, 'failed', { reason_code: code }),
      ),
      ...['open', 'shipped'].map((shipping) => addRequest(id, 'acknowledged', { shipping })),
      addRequest(await addSource(db, 'other'), 'processing'),
    ]);
    const seen = (left: number) => ({ storeHash: 'abc', limit: 450, left, windowMs: 30_000, waitingSince: null });
    await noteQuotas(db, 'older', [seen(400)]);
    await noteQuotas(db, 'newer', [seen(7), { ...seen(1), storeHash: 'elsewhere' }]);
    const { sources } = await readOverview(session, now, ({ name }) => name === 'acme');
    expect(sources).toMatchObject([
      {
        requests: [
          { processing: 'acknowledged', shipping: 'open', reasonCode: null, count: 1 },
          { processing: 'acknowledged', shipping: 'shipped', reasonCode: null, count: 1 },
          { processing: 'failed', reasonCode: 'out_of_stock', count: 1 },
          { processing: 'failed', reasonCode: 'sku_not_found', count: 2 },
        ],
        ...{ quota: { limit: 450, left: 7, windowMs: 30_000 }, waiting: { failed: 3, unprocessed: 0 } },
      },
    ]);
  });
});
