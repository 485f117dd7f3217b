import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { routeOpenOrders } from '../../activities/routing.ts';
import type { Database } from '../../database/connect.ts';
import { acceptWithin } from '../../database/fr-intake.ts';
import { savePage } from '../../database/import-ledger.ts';
import { findOrder, listOrderRequests, listOrders, ordersToTry } from '../../database/orders.ts';
import { acceptAndRoute, previewRouting, routeAgain } from '../../database/routing.ts';
import type { NewFr } from '../../database/routing.ts';
import { saveSource } from '../../database/sources.ts';
import { frDocumentSchema } from '../../domain/fulfillment/document.ts';
import { makeOrder } from '../domain/fulfillment/routing-builders.ts';
import { createTestDatabase } from '../helpers/database.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { makeItem, makePage, makeScope } from './builders.ts';

let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await createTestDatabase();
  db = database.db;
});
afterAll(() => database.drop());

const now = new Date('2026-02-01T10:00:00Z');
let last = 0;

/** A source with these items; SKUs are a test's own, so tests do not meet. */
async function addSource(stock: Record<string, number>, settings: Record<string, unknown> = {}) {
  const name = `routed-${++last}`;
  const all = { fulfillment: { autoSend: true }, ...settings };
  const draft = { name, connectionType: 'api_token' as const, storeHash: 'abc', document: 'x', settings: all };
  const { id } = await saveSource(db, draft, () => Promise.resolve());
  await importStock(id, stock);
  return { id, name };
}

async function importStock(sourceId: number, stock: Record<string, number>) {
  const items = Object.entries(stock).map(([sku, quantity], index) => makeItem(index + 1, { sku, quantity }));
  await savePage(db, await makeScope(db, { sourceId }), makePage(items));
}

const order = (number: string, ...lines: [string, number][]) => makeOrder(lines, { number });

describe('an order', () => {
  it('becomes a request of the source that can ship it, in processing or unprocessed as its settings say', async () => {
    const auto = await addSource({ 'auto-1': 5 });
    const manual = await addSource({ 'manual-1': 5 }, { fulfillment: { autoSend: false } });
    const first = await acceptAndRoute(db, order('R-1', ['auto-1', 2]), now);
    expect(first).toMatchObject({
      outcome: 'accepted',
      order: { number: 'R-1', state: 'routed', routedAt: now },
      frs: [{ number: 'R-1', source: auto.name }],
    });
    await acceptAndRoute(db, order('R-2', ['manual-1', 2]), now);
    const stored = await findOrder(db, 'R-1');
    expect(stored).toEqual(first.order);
    expect(await listOrderRequests(db, stored!.id)).toMatchObject([
      { id: first.frs[0]!.id, number: 'R-1', source: auto.name, processing: 'processing' },
    ]);
    expect(await listOrderRequests(db, (await findOrder(db, 'R-2'))!.id)).toMatchObject([
      { source: manual.name, processing: 'unprocessed' },
    ]);
  });

  it('is split into numbered requests whose shared amounts are left out', async () => {
    const [one, two] = [await addSource({ 'split-1': 5 }), await addSource({ 'split-2': 5 })];
    const document = makeOrder(
      [
        ['split-1', 1],
        ['split-2', 2],
      ],
      { number: 'S-1', totalCost: '9.00', note: 'both' },
    );
    const { frs } = await acceptAndRoute(db, document, now);
    expect(frs).toMatchObject([
      { number: 'S-1-1', source: one.name },
      { number: 'S-1-2', source: two.name },
    ]);
    const { document: part } = await db
      .selectFrom('fulfillment_requests')
      .select('document')
      .where('id', '=', frs[1]!.id)
      .executeTakeFirstOrThrow();
    expect(part).toMatchObject({
      number: 'S-1-2',
      source: two.name,
      note: 'both',
      totalCost: null,
      lines: [{ id: '2', sku: 'split-2', quantity: 2 }],
    });
    expect(frDocumentSchema.parse(part)).toEqual(part);
  });

  it('that nobody can ship stays open with the reasons, and is routed when there is stock', async () => {
    const source = await addSource({ 'late-1': 1 });
    const { order: open, frs } = await acceptAndRoute(db, order('L-1', ['late-1', 3]), now);
    expect(frs).toEqual([]);
    expect(open.state).toBe('open');
    expect(open.routing!.considered).toContainEqual({
      source: source.name,
      reasons: ['late-1 is out of stock (wanted 3, available 1)'],
    });
    await importStock(source.id, { 'late-1': 3 });
    const later = new Date('2026-02-01T11:00:00Z');
    expect(await routeAgain(db, 'L-1', later)).toMatchObject({
      order: { state: 'routed', routedAt: later },
      frs: [{ number: 'L-1', source: source.name }],
    });
    expect(await routeAgain(db, 'L-1', later)).toMatchObject({ order: { state: 'routed' }, frs: [] });
    expect(await routeAgain(db, 'nobody', later)).toBeUndefined();
  });

  it('given twice is one order; other content under its number is refused with what differs', async () => {
    await addSource({ 'twice-1': 9 });
    await acceptAndRoute(db, order('T-1', ['twice-1', 2]), now);
    expect(await acceptAndRoute(db, order('T-1', ['twice-1', 2]), now)).toMatchObject({ outcome: 'known', frs: [] });
    expect(await acceptAndRoute(db, order('T-1', ['twice-1', 3]), now)).toMatchObject({
      outcome: 'conflict',
      differences: [{ path: 'lines[0].quantity', stored: 2, given: 3 }],
      frs: [],
    });
    expect(await listOrderRequests(db, (await findOrder(db, 'T-1'))!.id)).toHaveLength(1);
  });

  it('whose number a source already uses for something else makes no request at all', async () => {
    const [one, two] = [await addSource({ 'used-1': 5 }), await addSource({ 'used-2': 5 })];
    const other = frDocumentSchema.parse({ number: 'U-1-2', source: two.name, lines: [{ sku: 'x', quantity: 1 }] });
    await acceptWithin(db, [{ source: two, document: other, autoSend: false, now }]);
    const wanted = order('U-1', ['used-1', 1], ['used-2', 1]);
    const preview = await previewRouting(db, wanted);
    const { order: open, frs } = await acceptAndRoute(db, wanted, now);
    expect(frs).toEqual([]);
    expect(preview).toEqual(open.routing);
    expect(open).toMatchObject({ state: 'open', routing: { routed: false } });
    expect(open.routing).toMatchObject({
      why: `Sources can ship the order, but ${two.name} has a fulfillment request U-1-2 already, which is not of this order.`,
    });
    const made = await db.selectFrom('fulfillment_requests').select('id').where('source_id', '=', one.id).execute();
    expect(made).toEqual([]);
  });

  it('is not given to a source without settings for sending', async () => {
    const { name } = await addSource({ 'plain-1': 5 }, { fulfillment: undefined });
    const { order: open } = await acceptAndRoute(db, order('N-1', ['plain-1', 1]), now);
    expect(open.state).toBe('open');
    expect(open.routing!.considered.map(({ source }) => source)).not.toContain(name);
  });

  it('is previewed without anything being made', async () => {
    const { name } = await addSource({ 'preview-1': 5 });
    expect(await previewRouting(db, order('P-1', ['preview-1', 5]))).toMatchObject({
      routed: true,
      parts: [{ source: name, number: 'P-1' }],
    });
    expect(await findOrder(db, 'P-1')).toBeUndefined();
    await acceptAndRoute(db, order('P-1', ['preview-1', 2]), now);
    expect(await previewRouting(db, order('P-1', ['preview-1', 2]))).toMatchObject({ routed: true });
  });
});

describe('stock', () => {
  it('that one order has taken is not there for the next', async () => {
    await addSource({ 'scarce-1': 5 });
    expect((await acceptAndRoute(db, order('C-1', ['scarce-1', 3]), now)).order.state).toBe('routed');
    const { order: second } = await acceptAndRoute(db, order('C-2', ['scarce-1', 3]), now);
    expect(second.routing!.considered.flatMap(({ reasons }) => reasons)).toContain(
      'scarce-1 is out of stock (wanted 3, available 2)',
    );
    await db.updateTable('fulfillment_requests').set({ processing: 'canceled' }).where('number', '=', 'C-1').execute();
    expect((await routeAgain(db, 'C-2', now))!.order.state).toBe('routed');
  });

  it('of the last item goes to one of many orders that come at once', async () => {
    const { id } = await addSource({ 'race-1': 2 });
    const orders = Array.from({ length: 12 }, (_, index) => order(`X-${index}`, ['race-1', 1]));
    const answers = await Promise.all([...orders, ...orders].map((document) => acceptAndRoute(db, document, now)));
    expect(answers.filter(({ outcome }) => outcome === 'accepted')).toHaveLength(12);
    expect(answers.flatMap(({ frs }) => frs)).toHaveLength(2);
    const made = await db.selectFrom('fulfillment_requests').select('number').where('source_id', '=', id).execute();
    expect(made).toHaveLength(2);
  });
});

it('open orders are tried again, those first that were tried longest ago, and each one routed is started', async () => {
  await db.deleteFrom('orders').execute();
  const source = await addSource({});
  for (const [index, number] of ['O-1', 'O-2', 'O-3'].entries()) {
    await acceptAndRoute(db, order(number, ['again-1', 1]), new Date(now.getTime() - index * 1000));
  }
  expect(await ordersToTry(db, 2)).toEqual(['O-3', 'O-2']);
  expect(await listOrders(db, { state: 'open', limit: 9 })).toHaveLength(3);
  await importStock(source.id, { 'again-1': 2 });
  const started: NewFr[] = [];
  const start = (frs: NewFr[]) => Promise.resolve(void started.push(...frs));
  expect(await routeOpenOrders(db, start, 2)).toEqual({ tried: 2, routed: 2 });
  expect(started.map(({ number }) => number)).toEqual(['O-3', 'O-2']);
  expect(await routeOpenOrders(db, start, 2)).toEqual({ tried: 1, routed: 0 });
  expect((await listOrders(db, { state: 'open', limit: 9 })).map(({ number }) => number)).toEqual(['O-1']);
  expect((await listOrders(db, { limit: 2 })).map(({ number }) => number)).toEqual(['O-1', 'O-2']);
});
