import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { saveAcknowledged } from '../../activities/fr-adopt.ts';
import { listCancellationsToRetry } from '../../database/cancellations.ts';
import { acceptFulfillmentRequest } from '../../database/fr-intake.ts';
import { loadRequest } from '../../database/fulfillment-requests.ts';
import { frDocumentSchema } from '../../domain/fulfillment/document.ts';
import { addSource } from '../database/builders.ts';
import { createTestDatabase } from '../helpers/database.ts';
import type { TestDatabase } from '../helpers/database.ts';

let database: TestDatabase;
let sourceId: number;
beforeAll(async () => {
  database = await createTestDatabase();
  sourceId = await addSource(database.db);
});
afterAll(() => database.drop());

/** A request that nobody knew the outcome of, and whose order is found now. */
async function find(number: string, cancelRequestedAt: Date | null): Promise<void> {
  const { db } = database;
  const document = frDocumentSchema.parse({ number, source: 'acme', lines: [{ sku: 'A', quantity: 1 }] });
  const at = new Date();
  const { id } = await acceptFulfillmentRequest(db, { source: { id: sourceId }, document, autoSend: true, now: at });
  await db
    .updateTable('fulfillment_requests')
    .set({ processing: 'sending', cancel_requested_at: cancelRequestedAt })
    .where('id', '=', id)
    .execute();
  const fr = await loadRequest(db, id);
  const order = { attemptId: null, orderId: id + 100, externalOrderId: number };
  await saveAcknowledged(db, { fr, ...order, outcome: 'adopted', at, by: 'store' });
}

it('a cancellation that waited for the order to be found is kept in the moment when it is', async () => {
  await find('PO-1', null);
  await find('PO-2', new Date());
  const pending = await listCancellationsToRetry(database.db, new Date(Date.now() + 60_000));
  expect(pending.map(({ number, by }) => [number, by])).toEqual([['PO-2', 'workflow']]);
});
