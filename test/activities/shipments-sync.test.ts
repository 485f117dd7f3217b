import { beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import type { SyncProgress } from '../../activities/shipments-sync.ts';
import { SECOND_ORDER, addEvent } from '../../database/fr-changes.ts';
import { lastRunFor } from '../../domain/shipments/schedule.ts';
import { json, text } from '../bigcommerce/server.ts';
import { addAcknowledged, requestOf } from '../database/shipping.ts';
import { useOrderStore } from './order-store.ts';

const HOUR_MS = 3_600_000;
const shop = useOrderStore();

/** Reads what has changed, slice by slice, as the workflow does; answers how many slices that took. */
async function runChanged(): Promise<number> {
  const runId = await shop.begin();
  const { readChanged } = shop.activities();
  let after: SyncProgress['after'];
  for (let slices = 1; slices <= 10; slices++) {
    const slice = await readChanged(runId, after);
    if (slice.complete) return slices;
    after = JSON.parse(JSON.stringify(slice.after)) as SyncProgress['after'];
  }
  throw new Error(
    `Not at its end after 10 slices, ${shop.asked.length} questions of ${shop.orders.length} shop.orders.`,
  );
}

describe('many orders that changed within two minutes', () => {
  it.each([
    ['by a clock like ours', 0],
    ['by a clock an hour ahead', HOUR_MS],
  ])('are each asked for once in a run of many slices (%s)', async (_name, aheadMs) => {
    await shop.addOrders(600, { aheadMs });
    expect(await runChanged()).toBeGreaterThan(2);
    expect(shop.asked).toHaveLength(600);
    expect(new Set(shop.asked).size).toBe(600);
  });

  it('are asked for once more in the next run where the clock is ahead, and then no more', async () => {
    await shop.addOrders(20, { aheadMs: HOUR_MS });
    await runChanged();
    await sql`update fulfillment_requests set asked_at = asked_at - interval '5 seconds',
      order_seen_at = order_seen_at - interval '5 seconds' where source_id = ${shop.sourceId}`.execute(shop.db);
    await runChanged();
    expect(shop.asked).toHaveLength(40);
    await runChanged();
    expect(shop.asked).toHaveLength(40);
  });
});

describe('a run that asks for all', () => {
  /** As on a machine whose clock is off by so much. */
  async function withClock<T>(offMs: number, work: () => Promise<T>): Promise<T> {
    const RealDate = Date;
    globalThis.Date = class extends RealDate {
      constructor(...given: unknown[]) {
        super(...((given.length > 0 ? given : [RealDate.now() + offMs]) as [string]));
      }
      static override now = () => RealDate.now() + offMs;
    } as DateConstructor;
    try {
      return await work();
    } finally {
      globalThis.Date = RealDate;
    }
  }

  it.each([
    ['behind', -60_000],
    ['ahead of', 60_000],
    ['days ahead of', 3 * 24 * HOUR_MS],
  ])('asks for each once, also from a worker whose clock is %s all others', async (_name, offMs) => {
    await shop.addOrders(3);
    // As Temporal's server has it, whose clock is ahead of the database's.
    const startedAt = new Date(Date.now() + 3_000);
    for (const expected of [3, 6]) {
      const runId = await shop.begin();
      await withClock(offMs, async () => {
        for (let slices = 0; slices < 5; slices++) {
          if ((await shop.activities().askForDue(runId, startedAt)).complete) return;
        }
      });
      expect(shop.asked).toHaveLength(expected);
    }
  });
});

describe('a source whose schedule is rare', () => {
  it('has its requests due by the last run before twelve hours are over', async () => {
    const [id] = await shop.addOrders(1);
    const settings = JSON.stringify({ shipments: { schedule: { every: '6h' } } });
    await sql`update source_versions set settings = ${settings}::jsonb where source_id = ${shop.sourceId}`.execute(
      shop.db,
    );
    await sql`update fulfillment_requests set check_step = 99 where id = ${id}`.execute(shop.db);
    const lastRunAt = lastRunFor({ every: '6h' }, new Date());
    await shop.activities().askForDue(await shop.begin());
    expect((await requestOf(shop.db, id!)).next_check_at).toEqual(new Date(lastRunAt!.getTime() - 60_000));
  });
});

describe('an order that the store cannot answer for', () => {
  const flagsOf = async (ids: number[]) => {
    const rows = await Promise.all(ids.map((id) => requestOf(shop.db, id)));
    return rows.map(({ flags, asked_at: at }) => [flags.join(), at !== null]);
  };
  it('fails the slice while it may be an outage; what was read is written', async () => {
    const ids = await shop.addOrders(3);
    shop.oddly[`orders/${shop.orders[0]!.id}/shipments`] = text('', 500);
    const runId = await shop.begin();
    await expect(shop.activities(3).readChanged(runId, undefined)).rejects.toMatchObject({
      code: 'store_unavailable',
    });
    expect(await flagsOf(ids)).toEqual([
      ['', false],
      ['', true],
      ['', true],
    ]);
  });

  it.each([
    ['5xx for its shipments', '/shipments', text('', 500)],
    ['something odd for its shipments', '/shipments', json({ a: 1 })],
    ['something odd for the order itself', '', json({ id: 1 })],
  ])('is set aside when the store goes on answering for others: %s', async (_name, part, answer) => {
    const ids = await shop.addOrders(3);
    shop.oddly[`orders/${shop.orders[0]!.id}${part}`] = answer;
    // As with an archived one: lists do not show it, so it has to be asked for by itself.
    if (part === '') shop.orders.shift();
    await shop.activities(4).askForDue(await shop.begin());
    expect(await flagsOf(ids)).toEqual([
      ['unreadable', true],
      ['', true],
      ['', true],
    ]);
  });

  it('is set aside after a longer time where nothing else was to be asked', async () => {
    const [id] = await shop.addOrders(1);
    shop.oddly[`orders/${shop.orders[0]!.id}/shipments`] = text('', 500);
    const runId = await shop.begin();
    await expect(shop.activities(7).readChanged(runId, undefined)).rejects.toMatchObject({ code: 'store_unavailable' });
    expect((await requestOf(shop.db, id!)).flags).toEqual([]);
    await shop.activities(8).readChanged(runId, undefined);
    expect((await requestOf(shop.db, id!)).flags).toEqual(['unreadable']);
  });
});

describe('an order that carries the number of a request and is not its own', () => {
  const externalSource = 'bigcommerce-source';
  const listed = (id: number, number: string, fields: Record<string, unknown> = {}) =>
    shop.orders.push({
      ...{ id, status_id: 11, external_order_id: `A-${number}`, external_source: externalSource },
      ...{ date_modified: new Date().toUTCString().replace('GMT', '+0000'), ...fields },
    });

  async function addTried(columns: Record<string, unknown>): Promise<{ id: number; number: string }> {
    const id = await addAcknowledged(shop.db, shop.sourceId, { columns });
    const { number } = await requestOf(shop.db, id);
    const tried = { fr_id: id, external_order_id: `A-${number}`, begun_at: new Date(), outcome: 'absent' as const };
    await shop.db.insertInto('send_attempts').values(tried).execute();
    return { id, number };
  }

  const toldOf = async (id: number) => {
    const { flags } = await requestOf(shop.db, id);
    const events = shop.db.selectFrom('fr_events').select('detail').where('fr_id', '=', id);
    return [flags.join(), ...(await events.orderBy('id').execute()).map(({ detail }) => detail)];
  };

  beforeEach(async () => {
    const settings = JSON.stringify({ fulfillment: { externalSource, externalOrderIdPrefix: 'A-' } });
    await sql`update source_versions set settings = ${settings}::jsonb where source_id = ${shop.sourceId}`.execute(
      shop.db,
    );
  });

  it('is told once of one that is canceled, and of one that has another order', async () => {
    const canceled = await addTried({ processing: 'canceled', bigcommerce_order_id: null });
    const sent = await addTried({});
    listed(5001, canceled.number);
    listed(5002, sent.number);
    await runChanged();
    await runChanged();
    expect(await toldOf(canceled.id)).toEqual(['second_order', 'BigCommerce order 5001']);
    expect(await toldOf(sent.id)).toEqual(['second_order', 'BigCommerce order 5002']);
    const { rows } = await sql<{ late: number | null }>`
      select (counts ->> 'lateOrders')::float8 as late from job_runs where source_id = ${shop.sourceId} order by started_at, id`.execute(
      shop.db,
    );
    expect(rows.map(({ late }) => late)).toEqual([2, null]);
  });

  it('is told by the run also where its sender has found it before; the flag is one', async () => {
    const { id, number } = await addTried({ flags: ['second_order'] });
    await addEvent(shop.db, id, {
      ...{ at: new Date(), event: SECOND_ORDER, by: 'workflow', detail: 'BigCommerce order 5003' },
    });
    listed(5003, number);
    await runChanged();
    expect(await toldOf(id)).toEqual(['second_order', 'BigCommerce order 5003', 'BigCommerce order 5003']);
  });

  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['is under way', { processing: 'sending', bigcommerce_order_id: null }, {}],
    ['is its own', { bigcommerce_order_id: 6001 }, {}],
    ['is canceled in the store', {}, { status_id: 5 }],
    ['is archived', {}, { is_deleted: true }],
    ['is of another application', {}, { external_source: 'somebody else' }],
    ['is of a source with another prefix', {}, { external_order_id: 'B-1' }],
  ])('is nothing to tell where it %s', async (_what, columns, fields) => {
    const fr = await addTried(columns);
    listed(6001, fr.number, fields);
    await runChanged();
    expect(await toldOf(fr.id)).toEqual(expect.not.arrayContaining(['second_order']));
  });

  it('is nothing to tell where no attempt was made under that number', async () => {
    const id = await addAcknowledged(shop.db, shop.sourceId);
    listed(7001, (await requestOf(shop.db, id)).number);
    await runChanged();
    expect(await toldOf(id)).toEqual(['']);
  });
});
