import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { listEvents, loadRequest } from '../../database/fulfillment-requests.ts';
import { startSenders } from '../helpers/senders.ts';
import type { Senders } from '../helpers/senders.ts';

describe('a request that cannot be sent now says why, and until when it waits at the latest', () => {
  let senders: Senders;
  let number = 0;
  let id: number;
  beforeAll(async () => {
    senders = await startSenders();
  });
  afterAll(() => senders.stop());
  beforeEach(async () => {
    id = await senders.accept(`TOLD-${++number}`);
  });

  const sendWith = async (fault: object) => {
    const { database, simulator, worker } = senders;
    await simulator.control('PUT', 'faults', [{ method: 'GET', ...fault }]);
    const { waitMs } = await worker(simulator.url).send(id);
    await simulator.control('PUT', 'faults', []);
    return { waitMs: waitMs!, ...(await loadRequest(database.db, id)) };
  };

  it('also where the store answers what nobody understands', async () => {
    const began = Date.now();
    const { explanation, nextStepAt } = await sendWith({ kind: 'garbage' });
    expect(explanation).toBe(
      'The store answers otherwise than BigCommerce documents (its timeline says how); nothing was posted, and it is tried again within a minute.',
    );
    expect(nextStepAt!.getTime()).toBeGreaterThanOrEqual(began + 60_000);
    const events = await listEvents(senders.database.db, id);
    expect(events.at(-1)!.detail).toMatch(/^unexpected_answer: .* broken JSON instead of JSON/);
  });

  it('also where a text of the store cannot be stored as it is', async () => {
    const { database, simulator, worker } = senders;
    const headers = { 'x-auth-token': 'demo-token' };
    const answer = await fetch(`${simulator.url}/stores/demo/v3/catalog/variants`, { headers });
    const { data } = (await answer.json()) as { data: { id: number }[] };
    const sell = (changes: object) =>
      Promise.all(data.map((variant) => simulator.control('PATCH', `variants/${variant.id}`, changes)));
    await sell({ purchasing_disabled: true, purchasing_disabled_message: 'Sold\0 out \uD83D' });
    await worker(simulator.url).check(id);
    await worker(simulator.url).send(id);
    await sell({ purchasing_disabled: false, purchasing_disabled_message: '' });
    expect(await loadRequest(database.db, id)).toMatchObject({ processing: 'failed', reasonCode: 'not_purchasable' });
  });
});
