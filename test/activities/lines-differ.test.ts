import { expect, it } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { sql } from 'kysely';
import { frFinishActivities } from '../../activities/fr-finish.ts';
import { loadRequest } from '../../database/fulfillment-requests.ts';
import { json } from '../bigcommerce/server.ts';
import { addSource } from '../database/builders.ts';
import { addAcknowledged } from '../database/shipping.ts';
import { useStubStore } from './stub-store.ts';

const { db, store, sourceId, deps } = useStubStore((db) => addSource(db, undefined, { fulfillment: {} }));

it('lines that differ are told of until they are the same, and an order that shows none yet is no difference', async () => {
  const id = await addAcknowledged(db(), sourceId());
  await sql`update fr_lines set product_id = 1, variant_id = 2 where fr_id = ${id}`.execute(db());
  const { explanation: same } = await loadRequest(db(), id);
  const lines = (quantity: number) => [{ id: 5, product_id: 1, variant_id: 2, quantity }];
  for (const [products, differs] of [
    [[], false],
    [lines(2), true],
    [[], true],
    [lines(3), false],
    [lines(3), false],
  ] as const) {
    store().answer = json(products);
    await (new MockActivityEnvironment().run(() => frFinishActivities(deps()).finishSending(id)) as Promise<void>);
    const { explanation, flags } = await loadRequest(db(), id);
    const told = ' Its lines differ from the request: product 1, variant 2: 3 were ordered, the order has 2.';
    expect({ explanation, flags }).toEqual({
      explanation: `${same}${differs ? told : ''}`,
      flags: differs ? ['lines_differ'] : [],
    });
  }
  const events = await db().selectFrom('fr_events').select('event').where('fr_id', '=', id).orderBy('id').execute();
  expect(events.map(({ event }) => event)).toEqual(['lines differ', 'lines are the same']);
});
