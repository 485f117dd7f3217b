import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { createEventKeeper } from '../../client/http/event-keeper.ts';
import { connectDatabase } from '../../database/connect.ts';
import type { WebhookEvent } from '../../database/hints.ts';
import { addSource } from '../database/builders.ts';
import { createTestDatabase } from '../helpers/database.ts';
import type { TestDatabase } from '../helpers/database.ts';

let database: TestDatabase;
let sourceId: number;
beforeAll(async () => {
  database = await createTestDatabase();
  sourceId = await addSource(database.db, 'acme');
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.db.deleteFrom('hints').execute();
  await database.db.deleteFrom('webhook_events').execute();
});

let last = 0;
const makeEvent = (changes: Partial<WebhookEvent> = {}): WebhookEvent => ({
  ...{ sourceId, webhookId: `event-${++last}`, hash: '', scope: 'store/product/updated', eventAt: new Date() },
  ...{ hint: { kind: 'product', id: 7 }, ...changes },
});
const keptIds = async () => {
  const rows = await database.db.selectFrom('webhook_events').select('webhook_id').orderBy('id').execute();
  return rows.map(({ webhook_id: id }) => id);
};
const hints = () =>
  database.db.selectFrom('hints').select(['kind', 'resource_id as id', 'version']).orderBy('id').execute();

/** A keeper whose first statement begins when it is let go, and how many have begun. */
function makeGatedKeeper() {
  let begun = 0;
  let open = () => {};
  const gate = new Promise<void>((resolve) => (open = resolve));
  const keep = createEventKeeper(async () => {
    begun++;
    await gate;
    return database.db;
  });
  return { keep, open, begun: () => begun };
}

/** Lets what is ready run. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('events of a burst', () => {
  it('are gathered while a statement is under way, and each is told whether it is new', async () => {
    const { keep, open, begun } = makeGatedKeeper();
    const first = makeEvent();
    const answers = [keep(first)];
    await turn();
    const others = Array.from({ length: 50 }, (_, index) => makeEvent({ hint: { kind: 'product', id: index % 10 } }));
    answers.push(...others.map(keep), keep(first));
    await turn();
    expect(begun()).toBe(1);
    open();
    expect(await Promise.all(answers)).toEqual([true, ...others.map(() => true), false]);
    expect(begun()).toBe(2);
    expect(await keptIds()).toEqual([first, ...others].map(({ webhookId }) => webhookId));
    // Product 7 was hinted at by both statements.
    expect(await hints()).toEqual(
      Array.from({ length: 10 }, (_, id) => ({ kind: 'product', id, version: id === 7 ? 2 : 1 })),
    );
  });

  it('do not suffer from one that cannot be kept', async () => {
    const keep = createEventKeeper(async () => database.db);
    const good = [makeEvent(), makeEvent({ hint: null })];
    const answers = await Promise.allSettled([keep(good[0]!), keep(makeEvent({ sourceId: -1 })), keep(good[1]!)]);
    expect(answers).toMatchObject([
      { status: 'fulfilled', value: true },
      { status: 'rejected', reason: { code: '23503' } },
      { status: 'fulfilled', value: true },
    ]);
    expect((await keptIds()).sort()).toEqual(good.map(({ webhookId }) => webhookId).sort());
    expect(await hints()).toHaveLength(1);
  });

  it('all hear at once that Postgres is not there, which is asked once, and the next are kept when it is', async () => {
    let asked = 0;
    const hangsUp = createServer((socket) => {
      asked++;
      socket.destroy();
    }).listen(0, '127.0.0.1');
    await once(hangsUp, 'listening');
    const away = connectDatabase(`postgres://nobody@127.0.0.1:${(hangsUp.address() as AddressInfo).port}/none`);
    let isAway = true;
    const keep = createEventKeeper(async () => (isAway ? away : database.db));
    const answers = await Promise.allSettled([keep(makeEvent()), keep(makeEvent()), keep(makeEvent())]);
    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(asked).toBe(1);
    isAway = false;
    expect(await keep(makeEvent())).toBe(true);
    await away.destroy();
    hangsUp.close();
  });
});
