import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import type { Database } from '../../database/connect.ts';
import { recordChanges } from '../../database/shipment-feed.ts';
import { listShipmentChanges, listShipmentRows, saveReconciled } from '../../database/shipments.ts';
import { createTestDatabase } from '../helpers/database.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { waitFor } from '../helpers/wait.ts';
import { addSource } from './builders.ts';
import { AT, addAcknowledged, makeReconciled, makeShipment } from './shipping.ts';

let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await createTestDatabase();
  db = database.db;
});
afterAll(() => database.drop());

const read = (since: number, sourceId?: number, limit = 1_000) => listShipmentChanges(db, { since, sourceId, limit });

async function addShipped(sourceId: number, shipmentId: number): Promise<void> {
  const id = await addAcknowledged(db, sourceId);
  await saveReconciled(db, [makeReconciled(id, [3], [makeShipment(shipmentId, [1])])]);
}

describe('the change feed', () => {
  it('is numbered in the order of commits: who begins first and commits last is read last', async () => {
    const sourceId = await addSource(db);
    await addShipped(sourceId, 1);
    const [first] = await read(0);
    const { id: shipmentId } = (await listShipmentRows(db, {}, 1))[0]!;
    let second: Promise<void> | undefined;
    let isDone = false;
    await db.transaction().execute(async (trx) => {
      await recordChanges(trx, [{ shipmentId, kind: 'corrected' }], AT);
      second = addShipped(sourceId, 2).then(() => void (isDone = true));
      // It waits for this one; were it through, a reader would see its number before the one that is drawn here.
      await waitFor('the second writer is through or waits', async () => isDone || (await isSomebodyWaiting()));
      expect(await read(first!.cursor)).toEqual([]);
    });
    await second;
    const later = await read(first!.cursor);
    expect(later.map(({ kind, shipment }) => [kind, shipment.bigcommerceShipmentId])).toEqual([
      ['corrected', 1],
      ['created', 2],
    ]);
  });

  it('shows a reader that goes on by its cursor everything once, while many write', async () => {
    const sourceId = await addSource(db);
    const seen: number[] = [];
    let cursor = 0;
    const readOn = async () => {
      for (const change of await read(cursor, sourceId, 3)) {
        seen.push(change.shipment.bigcommerceShipmentId);
        cursor = change.cursor;
      }
    };
    let isWriting = true;
    const writers = [0, 1, 2, 3].map(async (writer) => {
      for (let index = 0; index < 10; index++) await addShipped(sourceId, 100 * writer + index + 1);
    });
    const done = Promise.all(writers).finally(() => (isWriting = false));
    while (isWriting) await readOn();
    await done;
    for (let before = -1; before < seen.length;) {
      before = seen.length;
      await readOn();
    }
    const written = [0, 1, 2, 3].flatMap((writer) =>
      Array.from({ length: 10 }, (_, index) => 100 * writer + index + 1),
    );
    expect([...seen].sort((a, b) => a - b)).toEqual(written);
  });

  it('is of one source, or of all', async () => {
    const [one, other] = [await addSource(db), await addSource(db)];
    await addShipped(one, 501);
    await addShipped(other, 502);
    const idsOf = async (sourceId?: number) =>
      (await read(0, sourceId)).map(({ shipment }) => shipment.bigcommerceShipmentId);
    expect(await idsOf(one)).toEqual([501]);
    expect(await idsOf()).toEqual(expect.arrayContaining([501, 502]));
  });

  it('tells packages of a batch by request and id, and keeps what it told', async () => {
    const sourceId = await addSource(db);
    const ids = [await addAcknowledged(db, sourceId), await addAcknowledged(db, sourceId)];
    const packages = [makeShipment(604, [1]), makeShipment(603, [1])];
    const batch = ids.map((id, index) => makeReconciled(id, [3], index === 0 ? packages : [makeShipment(601, [1])]));
    await saveReconciled(db, batch);
    await saveReconciled(db, [makeReconciled(ids[1]!, [3], [makeShipment(601, [1], { trackingNumber: 'NEW' })])]);
    expect((await read(0, sourceId)).map(({ kind, shipment }) => [kind, shipment.trackingNumber])).toEqual([
      ...[
        ['created', '1Z603'],
        ['created', '1Z604'],
        ['created', '1Z601'],
      ],
      ['corrected', 'NEW'],
    ]);
  });
});

describe('the list of shipments', () => {
  it('shows the newest first, a page at a time, by source and number', async () => {
    const sourceId = await addSource(db, 'listed');
    for (const id of [701, 702, 703]) await addShipped(sourceId, id);
    const page = await listShipmentRows(db, { source: 'listed' }, 2);
    expect(page.map(({ shipment }) => shipment.bigcommerceShipmentId)).toEqual([703, 702]);
    const rest = await listShipmentRows(db, { source: 'listed', before: page[1]!.id }, 2);
    expect(rest.map(({ shipment }) => shipment.bigcommerceShipmentId)).toEqual([701]);
    const { number } = rest[0]!.shipment;
    expect(await listShipmentRows(db, { source: 'listed', number }, 9)).toEqual(rest);
    expect(await listShipmentRows(db, { source: 'unknown' }, 9)).toEqual([]);
  });

  it('shows the removed with the others where both are asked for', async () => {
    const sourceId = await addSource(db, 'removing');
    const id = await addAcknowledged(db, sourceId);
    await saveReconciled(db, [makeReconciled(id, [3], [makeShipment(801, [1]), makeShipment(802, [1])])]);
    await saveReconciled(db, [makeReconciled(id, [3], [makeShipment(802, [1])])]);
    const flags = (await listShipmentRows(db, { frId: id, removed: 'both' }, 9)).map(
      ({ shipment }) => shipment.removed,
    );
    expect(flags).toEqual([false, true]);
    const { rows } =
      await sql`select bigcommerce_shipment_id, removed from v_shipments where source = 'removing'`.execute(db);
    expect(rows).toEqual(expect.arrayContaining([{ bigcommerce_shipment_id: 801, removed: true }]));
  });
});

async function isSomebodyWaiting(): Promise<boolean> {
  const { rows } = await sql`select 1 from pg_locks where locktype = 'advisory' and not granted`.execute(db);
  return rows.length > 0;
}
