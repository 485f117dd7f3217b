import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadRequest } from '../../database/fulfillment-requests.ts';
import { businessHoursSchema } from '../../domain/source/fulfillment.ts';
import { startSenders } from '../helpers/senders.ts';
import type { Senders } from '../helpers/senders.ts';
import { ordersMade } from '../helpers/sending.ts';

const DAY_MS = 24 * 3_600_000;
const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const dayAfterTomorrow = days[new Date(Date.now() + 2 * DAY_MS).getUTCDay()]!;
const hours = (weekly: object) => businessHoursSchema.parse({ timezone: 'UTC', weekly });

describe('a send that waited for a worker', () => {
  let senders: Senders;
  beforeAll(async () => {
    senders = await startSenders();
  });
  afterAll(() => senders.stop());

  it.each([
    ['the hold of the settings was made longer', 'LONGER', { holdHours: 720 }, { holdHours: 0 }],
    ['the hours have closed', 'CLOSED', { businessHours: hours({ [dayAfterTomorrow]: ['09:00-17:00'] }) }, {}],
    ['the job was given a schedule', 'RUN', { schedule: { every: '1h' } }, {}],
  ])('is not made when %s meanwhile', async (_, number, changed, before) => {
    const { apply, database, simulator } = senders;
    const worker = senders.worker(simulator.url);
    const id = await senders.accept(number);
    await apply(changed);
    expect(await worker.send(id)).toMatchObject({ waitMs: 1000, view: { processing: 'processing' } });
    expect(await ordersMade(simulator, number)).toEqual([]);
    expect(await loadRequest(database.db, id)).toMatchObject({ sendRunId: null, checkedAt: null });
    await apply(before);
    expect((await worker.send(id)).view.processing).toBe('acknowledged');
  });
});
