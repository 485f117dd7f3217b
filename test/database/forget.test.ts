import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { countToForget, forgetPersons } from '../../database/forget.ts';
import { acceptFulfillmentRequest } from '../../database/fr-intake.ts';
import { changeRequest } from '../../database/fr-changes.ts';
import type { FrChange } from '../../database/fr-changes.ts';
import { exportRequest } from '../../database/fr-export.ts';
import { loadRequest } from '../../database/fulfillment-requests.ts';
import { acceptOrder, cancelOpenOrder } from '../../database/orders.ts';
import { saveReconciled } from '../../database/shipments.ts';
import { frDocumentSchema, orderDocumentSchema } from '../../domain/fulfillment/document.ts';
import { PERSON } from '../chaos/request-life.ts';
import { dumpOf } from '../chaos/places.ts';
import { createTestDatabase } from '../helpers/database.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { addSource } from './builders.ts';
import { addAcknowledged, makeReconciled, makeShipment } from './shipping.ts';

const TAKEN_IN = new Date('2026-03-01T00:00:00Z');
const NOW = new Date('2026-11-24T08:00:00Z');
const scope = { before: new Date('2026-10-01T00:00:00Z'), now: NOW };
const WORDS = ['Canarina', 'Featherstone', 'Plumage', 'Nestingham', 'plumage.example', '512-555-0177', 'back door'];

const ADDRESS = { ...PERSON, state: 'Texas', stateCode: 'TX', postalCode: '78701', countryCode: 'US' };
const contentOf = (number: string, quantity = 2, firstName = PERSON.firstName) => ({
  ...{ number, billingAddress: { ...ADDRESS, firstName }, shippingAddress: ADDRESS, note: 'by the back door' },
  lines: [{ id: 'l1', sku: 'SKU-1', quantity, unitPrice: '12.50' }],
});
const requestOf = (...content: Parameters<typeof contentOf>) =>
  frDocumentSchema.parse({ source: 'acme', ...contentOf(...content) });

let database: TestDatabase;
let sourceId: number;
beforeAll(async () => {
  database = await createTestDatabase();
  // Half days are allowed, too.
  sourceId = await addSource(database.db, 'acme', { shipments: { lookbackDays: 30.5 } });
});
afterAll(() => database.drop());

const submit = (...content: Parameters<typeof contentOf>) => {
  const intake = { source: { id: sourceId }, document: requestOf(...content), autoSend: true, now: TAKEN_IN };
  return acceptFulfillmentRequest(database.db, intake);
};

/** A request that quotes its address wherever one can. */
async function live(number: string, change: FrChange, orderId: number | null = null): Promise<number> {
  const { db } = database;
  const document = requestOf(number);
  const intake = { source: { id: sourceId }, document, orderId, autoSend: true, now: TAKEN_IN };
  const { id } = await acceptFulfillmentRequest(db, intake);
  const quote = `The address ${PERSON.address1} of ${PERSON.email} is not accepted`;
  const reason = { code: 'address_rejected', message: quote };
  const checks = [{ code: 'address_incomplete', ok: false, message: quote }];
  const failed = { at: TAKEN_IN, by: 'workflow', event: 'failed', detail: quote };
  await changeRequest(db, id, { reason, checks, processing: 'failed' }, failed);
  const sending = { at: TAKEN_IN, by: 'workflow', event: 'held', detail: 'until tomorrow' };
  await changeRequest(db, id, change, sending);
  return id;
}

async function ship(frId: number): Promise<void> {
  const fields = { comments: `for ${PERSON.firstName}`, attributes: { to: PERSON.address1 } };
  const shipment = { ...makeShipment(7, [2], fields), problems: [`shippedAt is no instant: ${PERSON.lastName}`] };
  await saveReconciled(database.db, [makeReconciled(frId, [2], [shipment])]);
}

describe('forgetting', () => {
  let shipped: number;
  let open: number;
  it('leaves no word about a person in any table, and keeps figures, ids and tracking', async () => {
    const { db } = database;
    const order = await db
      .transaction()
      .execute((trx) => acceptOrder(trx, orderDocumentSchema.parse(contentOf('O-1')), TAKEN_IN));
    await db.updateTable('orders').set({ state: 'routed' }).execute();
    shipped = await live('O-1', { processing: 'acknowledged', bigcommerceOrderId: 77, reason: null }, order.order.id);
    await ship(shipped);
    await live('CANCELED', { processing: 'canceled' });
    expect(await countToForget(db, scope)).toEqual({ requests: 2, orders: 1 });
    expect(await forgetPersons(db, { ...scope, before: TAKEN_IN })).toEqual({ requests: 0, orders: 0, isDone: true });

    expect(await forgetPersons(db, scope)).toEqual({ requests: 2, orders: 1, isDone: true });
    const dump = await dumpOf(db);
    expect(WORDS.filter((word) => dump.toLowerCase().includes(word.toLowerCase()))).toEqual([]);
    const { document, bigcommerceOrderId, forgottenAt } = await loadRequest(db, shipped);
    expect(document).toMatchObject({
      lines: [{ quantity: 2, unitPrice: '12.50' }],
      shippingAddress: { stateCode: 'TX', countryCode: 'US', city: null },
    });
    expect({ bigcommerceOrderId, forgottenAt }).toEqual({ bigcommerceOrderId: 77, forgottenAt: NOW });
    const exported = (await exportRequest(db, shipped)) as {
      timeline: { event: string; detail: string }[];
      shipments: object[];
    };
    expect(exported.timeline).toContainEqual(expect.objectContaining({ event: 'held', detail: 'until tomorrow' }));
    expect(exported.shipments).toMatchObject([{ trackingNumber: '1Z7', comments: null }]);
    expect(await forgetPersons(db, scope)).toEqual({ requests: 0, orders: 0, isDone: true });
  });

  it('knows what comes again, and says nothing of the person where something differs', async () => {
    const { db } = database;
    expect(await submit('O-1')).toMatchObject({ outcome: 'known', id: shipped });
    expect(await submit('O-1', 2, 'Somebody')).toMatchObject({ outcome: 'conflict', differences: [] });
    expect(await submit('O-1', 3)).toMatchObject({
      outcome: 'conflict',
      differences: [{ path: 'lines[0].quantity', stored: 2, given: 3 }],
    });
    const again = (document: object) =>
      db.transaction().execute((trx) => acceptOrder(trx, orderDocumentSchema.parse(document), NOW));
    expect(await again(contentOf('O-1'))).toMatchObject({ outcome: 'known' });
    expect(await again(contentOf('O-1', 2, 'Somebody'))).toMatchObject({ outcome: 'conflict', differences: [] });
  });

  it('stays forgotten when the store changes a package', async () => {
    const fields = { comments: `again for ${PERSON.firstName}`, trackingNumber: 'NEW' };
    const shipment = { ...makeShipment(7, [2], fields), problems: [`cost is no amount: ${PERSON.firstName}`] };
    await saveReconciled(database.db, [makeReconciled(shipped, [2], [shipment])]);
    const { shipments } = (await exportRequest(database.db, shipped)) as { shipments: object[] };
    expect(shipments).toMatchObject([{ trackingNumber: 'NEW', comments: null }]);
    expect(await dumpOf(database.db)).not.toContain(PERSON.firstName);
  });

  it('goes through many in batches, stops where it is told to, and goes on', async () => {
    const { db } = database;
    const many = await addSource(db, 'many');
    const canceled = { processing: 'canceled', created_at: TAKEN_IN, document: JSON.stringify(requestOf('any')) };
    for (let added = 0; added < 401; added++) await addAcknowledged(db, many, { columns: canceled });
    let batches = 0;
    const first = await forgetPersons(db, { ...scope, sourceId: many }, () => batches++ < 1);
    expect(first).toEqual({ requests: 200, orders: 0, isDone: false });
    const rest = await forgetPersons(db, { ...scope, sourceId: many });
    expect(rest).toEqual({ requests: 201, orders: 0, isDone: true });
    expect(await countToForget(db, { ...scope, sourceId: many })).toEqual({ requests: 0, orders: 0 });
  });

  it('does not touch what is not finished', async () => {
    const { db } = database;
    const { order } = await db
      .transaction()
      .execute((trx) => acceptOrder(trx, orderDocumentSchema.parse(contentOf('O-2')), TAKEN_IN));
    await db.updateTable('orders').set({ state: 'routed' }).execute();
    open = await live('O-2', { processing: 'failed' }, order.id);
    const watched = await live('WATCHED', { processing: 'acknowledged', bigcommerceOrderId: 78 });
    await db
      .updateTable('fulfillment_requests')
      .set({ watched_until: '2999-01-01' })
      .where('id', '=', watched)
      .execute();
    expect(await forgetPersons(db, scope)).toEqual({ requests: 0, orders: 0, isDone: true });
    expect((await loadRequest(db, open)).document.billingAddress.firstName).toBe(PERSON.firstName);
    // Sent, never shipped, and out of the lookback period.
    await db.updateTable('fulfillment_requests').set({ watched_until: null }).where('id', '=', watched).execute();
    expect(await forgetPersons(db, scope)).toEqual({ requests: 1, orders: 0, isDone: true });
  });

  it('reaches an order that was canceled before any source had it', async () => {
    const { db } = database;
    const document = orderDocumentSchema.parse(contentOf('O-3'));
    const { order } = await db.transaction().execute((trx) => acceptOrder(trx, document, TAKEN_IN));
    expect(await forgetPersons(db, scope)).toMatchObject({ orders: 0 });
    expect(await cancelOpenOrder(db, order.id, NOW)).toBe(true);
    expect(await forgetPersons(db, scope)).toMatchObject({ orders: 1 });
  });

  it('is no reason to leave a table out of what a person is given', async () => {
    const places = {
      ...{ fr_lines: 'lines', fr_events: 'timeline', send_attempts: 'sendAttempts', order_products: 'orderProducts' },
      ...{ failed_cancellations: 'failedCancellations', unread_orders: 'unreadOrders', shipments: 'shipments' },
    };
    const tables = await database.db.introspection.getTables();
    const ofRequests = tables.filter(({ isView, columns }) => !isView && columns.some(({ name }) => name === 'fr_id'));
    expect(ofRequests.map(({ name }) => name).sort()).toEqual(Object.keys(places).sort());
    const failed = { fr_id: open, by: 'cli', code: 'scope_missing', tried_at: NOW };
    await database.db.insertInto('failed_cancellations').values(failed).execute();
    const exported = await exportRequest(database.db, open);
    expect(Object.keys(exported!)).toEqual(expect.arrayContaining(Object.values(places)));
    expect(exported!['failedCancellations']).toMatchObject([{ by: 'cli', code: 'scope_missing' }]);
  });

  it('leaves to a person what it knows until then', async () => {
    await ship(open);
    const exported = await exportRequest(database.db, open);
    const document = { billingAddress: PERSON, note: 'by the back door' };
    expect(exported).toMatchObject({
      ...{ request: { number: 'O-2', document }, order: { number: 'O-2', document } },
      shipmentChanges: [{ kind: 'created', document: { trackingNumber: '1Z7', comments: `for ${PERSON.firstName}` } }],
    });
    const text = JSON.stringify(exported);
    // As every command prints them: keys, instants and money.
    expect(text).not.toMatch(/"[a-z]+_\w+":/);
    expect(JSON.parse(text)).toMatchObject({
      request: { source: 'acme', createdAt: TAKEN_IN.toISOString() },
      lines: [{ lineId: 'l1', unitPrice: expect.stringMatching(/^12\.50*$/) }],
    });
    for (const word of Object.values(PERSON)) expect(text).toContain(word);
    expect(text).toContain('by the back door');
  });
});
