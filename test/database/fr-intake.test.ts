import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Database } from '../../database/connect.ts';
import { acceptFulfillmentRequest, acceptMany } from '../../database/fr-intake.ts';
import type { FrIntake } from '../../database/fr-intake.ts';
import { frDocumentSchema } from '../../domain/fulfillment/document.ts';
import { createTestDatabase } from '../helpers/database.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { addSource } from './builders.ts';

let database: TestDatabase;
let db: Database;
let source: { id: number };
beforeAll(async () => {
  database = await createTestDatabase();
  db = database.db;
  source = { id: await addSource(db) };
});
afterAll(() => database.drop());

const NOW = new Date('2026-11-23T14:00:00Z');
let last = 0;

function makeIntake(fields: Record<string, unknown> = {}, options: Partial<FrIntake> = {}): FrIntake {
  const lines = [
    { sku: 'A ', quantity: 2, unitPrice: '12.50', title: 'Thing' },
    { id: 'b', sku: 'B', quantity: 1 },
  ];
  const document = frDocumentSchema.parse({ number: `PO-${++last}`, source: 'acme', lines, ...fields });
  return { source, document, autoSend: true, now: NOW, ...options };
}

const rowsOf = (number: string) =>
  db.selectFrom('fulfillment_requests').selectAll().where('number', '=', number).execute();

describe('a request', () => {
  it('is stored with its lines and the beginning of its timeline', async () => {
    const intake = makeIntake({ totalCost: 3 });
    const accepted = await acceptFulfillmentRequest(db, intake);
    const { number } = intake.document;
    expect(accepted).toEqual({
      outcome: 'accepted',
      id: accepted.id,
      number,
      processing: 'processing',
      differences: [],
    });
    const [row] = await rowsOf(number);
    expect(row).toMatchObject({
      ...{ id: accepted.id, source_id: source.id, order_id: null, document: intake.document, revision: 1 },
      ...{
        released_at: NOW,
        created_at: NOW,
        explanation: 'Accepted: it is checked, and goes out as soon as its waits are over.',
      },
    });
    const lines = await db
      .selectFrom('fr_lines')
      .selectAll()
      .where('fr_id', '=', accepted.id)
      .orderBy('position')
      .execute();
    expect(lines).toMatchObject([
      { position: 1, line_id: '1', sku: 'A ', quantity: 2, unit_price: '12.50', title: 'Thing', shipped_quantity: 0 },
      { position: 2, line_id: 'b', sku: 'B', quantity: 1, unit_price: null, title: null },
    ]);
    const events = await db.selectFrom('fr_events').selectAll().where('fr_id', '=', accepted.id).execute();
    expect(events).toMatchObject([{ at: NOW, event: 'accepted', by: 'cli', detail: null }]);
  });

  it('of a source that does not send by itself waits as unprocessed, and of an order names it', async () => {
    const order = await db
      .insertInto('orders')
      .values({ number: 'O-1', document: '{}', digest: 'x', routing: '{}', routed_at: null, tried_at: null })
      .returning('id')
      .executeTakeFirstOrThrow();
    const intake = makeIntake({}, { autoSend: false, orderId: order.id, by: 'order O-1' });
    const { id, processing } = await acceptFulfillmentRequest(db, intake);
    expect(processing).toBe('unprocessed');
    const [row] = await rowsOf(intake.document.number);
    expect(row).toMatchObject({ released_at: null, order_id: order.id });
    expect(row!.explanation).toContain(`bcsource fr process ${intake.document.number}`);
    const events = await db.selectFrom('fr_events').select('by').where('fr_id', '=', id).execute();
    expect(events).toEqual([{ by: 'order O-1' }]);
  });

  it('that comes again is known, with other content a conflict, and changes nothing', async () => {
    const intake = makeIntake({ note: 'one' });
    const { number } = intake.document;
    const { id } = await acceptFulfillmentRequest(db, intake);
    const before = await rowsOf(number);
    const again = makeIntake({ note: 'one', number, totalCost: null });
    await expect(acceptFulfillmentRequest(db, again)).resolves.toMatchObject({ outcome: 'known', id, differences: [] });
    const other = makeIntake({ note: 'two', number });
    await expect(acceptFulfillmentRequest(db, other)).resolves.toEqual({
      ...{ outcome: 'conflict', id, number, processing: 'processing' },
      differences: [{ path: 'note', stored: 'one', given: 'two' }],
    });
    expect(await rowsOf(number)).toEqual(before);
    const events = await db.selectFrom('fr_events').select('event').where('fr_id', '=', id).execute();
    expect(events).toHaveLength(1);
  });

  it('of the same number is another one for another source, and by letter case', async () => {
    const intake = makeIntake({ number: 'po-case' });
    const other = { ...intake, source: { id: await addSource(db) } };
    const upper = makeIntake({ number: 'PO-CASE' });
    const outcomes = await acceptMany(db, [intake, other, upper]);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['accepted', 'accepted', 'accepted']);
    expect(new Set(outcomes.map(({ id }) => id)).size).toBe(3);
  });
});

describe('many requests', () => {
  it('are answered in their order, each by itself, also a number that stands twice', async () => {
    const known = makeIntake();
    await acceptFulfillmentRequest(db, known);
    const [first, second] = [makeIntake(), makeIntake()];
    const changed = { ...first, document: { ...first.document, note: 'changed' } };
    const stale = { ...known, document: { ...known.document, note: 'changed' } };
    const answers = await acceptMany(db, [second, known, first, changed, first, stale]);
    expect(answers.map(({ outcome }) => outcome)).toEqual([
      'accepted',
      'known',
      'accepted',
      'conflict',
      'known',
      'conflict',
    ]);
    expect(answers.map(({ number }) => number)).toEqual(
      [second, known, first, changed, first, stale].map(({ document }) => document.number),
    );
    expect(answers[3]!.differences).toEqual([{ path: 'note', stored: null, given: 'changed' }]);
    await expect(acceptMany(db, [])).resolves.toEqual([]);
  });

  it('given by several at once, in any order, are accepted by exactly one', async () => {
    const intakes = Array.from({ length: 60 }, () => makeIntake());
    const orders = [intakes, [...intakes].reverse(), intakes.slice(20).concat(intakes.slice(0, 20)), intakes];
    const answers = await Promise.all(orders.map((order) => acceptMany(db, order)));
    const accepted = answers.flat().filter(({ outcome }) => outcome === 'accepted');
    expect(accepted).toHaveLength(60);
    expect(new Set(accepted.map(({ id }) => id)).size).toBe(60);
    expect(answers.flat().filter(({ outcome }) => outcome === 'known')).toHaveLength(180);
  });

  it('of which one cannot be stored are not stored in part', async () => {
    const [good, bad] = [makeIntake(), makeIntake()];
    bad.document.lines[0]!.quantity = 0;
    await expect(acceptMany(db, [good, bad])).rejects.toThrow('fr_lines_quantity_check');
    expect(await rowsOf(good.document.number)).toEqual([]);
  });
});
