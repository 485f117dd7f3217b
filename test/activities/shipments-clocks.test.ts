import { describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { lastRunFor } from '../../domain/shipments/schedule.ts';
import { requestOf } from '../database/shipping.ts';
import { withClock } from '../helpers/with-clock.ts';
import { useShippingStore } from './shipping-store.ts';

const DAY_MS = 24 * 3_600_000;

const { asked, activities, addOrders, begin, db, setUp } = useShippingStore();

describe('a run that asks for all', () => {
  it.each([
    ['behind', -60_000],
    ['ahead of', 60_000],
    ['days ahead of', 3 * DAY_MS],
  ])('asks for each once, also from a worker whose clock is %s all others', async (_name, offMs) => {
    await addOrders(3);
    // As Temporal's server has it, whose clock is ahead of the database's.
    const startedAt = new Date(Date.now() + 3_000);
    for (const expected of [3, 6]) {
      const runId = await begin();
      await withClock(offMs, async () => {
        for (let slices = 0; slices < 5; slices++) {
          if ((await activities().askForDue(runId, true, startedAt)).complete) return;
        }
      });
      expect(asked).toHaveLength(expected);
    }
  });
});

describe('a source whose schedule is rare', () => {
  it('has its requests due by the last run before twelve hours are over', async () => {
    const [id] = await addOrders(1);
    // Every six hours, the next run in three: the last that is soon enough is in nine, whatever the time of day is.
    const hours = [3, 9, 15, 21].map((ahead) => (new Date().getUTCHours() + ahead) % 24);
    const schedule = { cron: `0 ${hours.join(',')} * * *`, timezone: 'UTC' };
    await setUp({ shipments: { schedule } });
    await sql`update fulfillment_requests set check_step = 99 where id = ${id}`.execute(db());
    const lastRunAt = lastRunFor(schedule, new Date());
    await activities().askForDue(await begin());
    expect((await requestOf(db(), id!)).next_check_at).toEqual(new Date(lastRunAt!.getTime() - 60_000));
  });
});
