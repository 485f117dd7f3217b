import { expect, it } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { sql } from 'kysely';
import type { WorkerDependencies } from '../../activities/dependencies.ts';
import { frCancelActivities } from '../../activities/fr-cancel.ts';
import { frDeskActivities } from '../../activities/fr-desk.ts';
import { changeRequest } from '../../database/fr-changes.ts';
import { json } from '../bigcommerce/server.ts';
import { addSource } from '../database/builders.ts';
import { AT, addAcknowledged, requestOf } from '../database/shipping.ts';
import { useStubStore } from './stub-store.ts';

const { db, store, sourceId, deps } = useStubStore((db) => addSource(db, undefined, { fulfillment: {} }));

it('an order that the store does not have is not said to be canceled there', async () => {
  const id = await addAcknowledged(db(), sourceId());
  const { bigcommerce_order_id: order } = await requestOf(db(), id);
  await sql`update fulfillment_requests set cancel_requested_at = now() where id = ${id}`.execute(db());
  await frCancelActivities(deps()).notePendingCancellation(id, 'cli');
  store().answer = json([{ status: 404, message: 'not found' }], 404);
  await new MockActivityEnvironment().run(() => frCancelActivities(deps()).cancelInStore(id, 'cli'));
  expect(await requestOf(db(), id)).toMatchObject({
    ...{ processing: 'canceled', explanation: `Canceled: BigCommerce order ${order} does not exist any more.` },
    // Whoever looks after it next does not cancel it once more.
    cancel_requested_at: null,
  });
});

it('a request that was posted once, before a retry, is not said to have sent nothing', async () => {
  const columns = { processing: 'processing', bigcommerce_order_id: null };
  const [tried, untried] = [
    await addAcknowledged(db(), sourceId(), { columns }),
    await addAcknowledged(db(), sourceId(), { columns }),
  ];
  await sql`insert into send_attempts (fr_id, external_order_id, begun_at, posting_at, ended_at, outcome)
    values (${tried}, 'x', ${AT}, ${AT}, ${AT}, 'absent')`.execute(db());
  const desk = frDeskActivities({ db: db() } as WorkerDependencies);
  const cancel = async (id: number) =>
    (await desk.applyMessage(id, { kind: 'cancel' }, 'cli', new Date().toISOString())).answer;
  expect(await cancel(tried)).toMatch(/it was tried to be sent, and the store showed no order of it\.$/);
  expect((await requestOf(db(), tried)).explanation).toBe('Canceled: the store showed no order of what was tried.');
  expect(await cancel(untried)).toMatch(/nothing was sent\.$/);
});

it('a worker that was frozen does not write what a request waits for over what has become of it', async () => {
  const id = await addAcknowledged(db(), sourceId());
  const { explanation } = await requestOf(db(), id);
  expect(await changeRequest(db(), id, { explanation: 'On hold.' }, undefined, 'processing')).toBe(false);
  expect((await requestOf(db(), id)).explanation).toBe(explanation);
});
