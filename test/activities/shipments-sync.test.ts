import { beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { SECOND_ORDER, addEvent } from '../../database/fr-changes.ts';
import { readWatermark } from '../../database/shipments.ts';
import { json, text } from '../bigcommerce/server.ts';
import { addAcknowledged, requestOf } from '../database/shipping.ts';
import { useShippingStore, v2Date } from './shipping-store.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

const { orders, asked, oddly, db, sourceId, activities, begin, addOrders, runChanged, setUp } = useShippingStore();

describe('many orders that changed within two minutes', () => {
  it.each([
    ['by a clock like ours', 0],
    ['by a clock an hour ahead', HOUR_MS],
  ])('are each asked for once in a run of many slices (%s)', async (_name, aheadMs) => {
    await addOrders(600, { aheadMs });
    expect(await runChanged()).toBeGreaterThan(2);
    expect(asked).toHaveLength(600);
    expect(new Set(asked).size).toBe(600);
  });

  it('are asked for once more in the next run where the clock is ahead, and then no more', async () => {
    await addOrders(20, { aheadMs: HOUR_MS });
    await runChanged();
    await sql`update fulfillment_requests set asked_at = asked_at - interval '5 seconds',
      order_seen_at = order_seen_at - interval '5 seconds' where source_id = ${sourceId()}`.execute(db());
    await runChanged();
    expect(asked).toHaveLength(40);
    await runChanged();
    expect(asked).toHaveLength(40);
  });
});

it('what was asked for is told in words for one and for many', async () => {
  await addOrders(1);
  const { sentence } = await activities().askForDue(await begin());
  expect(sentence).toBe('Asked for 1 request: 0 have changed, 0 new shipments.');
  await addOrders(1);
  expect((await activities().askForDue(await begin())).sentence).toMatch(/^Asked for 2 requests: /);
});

describe('an order that the store cannot answer for', () => {
  const flagsOf = async (ids: number[]) => {
    const rows = await Promise.all(ids.map((id) => requestOf(db(), id)));
    return rows.map(({ flags, asked_at: at }) => [flags.join(), at !== null]);
  };
  it('fails the slice while it may be an outage; what was read is written, and the next run reads from there again', async () => {
    const ids = await addOrders(3);
    oddly.set(`orders/${orders[0]!.id}/shipments`, text('', 500));
    const runId = await begin();
    await expect(activities(3).readChanged(runId, undefined)).rejects.toMatchObject({
      code: 'store_unavailable',
    });
    expect(await flagsOf(ids)).toEqual([
      ['', false],
      ['', true],
      ['', true],
    ]);
    expect(await readWatermark(db(), sourceId())).toBeNull();
  });

  it.each([
    ['5xx for its shipments', '/shipments', text('', 500)],
    ['something odd for its shipments', '/shipments', json({ a: 1 })],
    ['something odd for the order itself', '', json({ id: 1 })],
  ])('is set aside for 20 minutes when the store goes on answering for others: %s', async (_name, part, answer) => {
    const ids = await addOrders(3);
    oddly.set(`orders/${orders[0]!.id}${part}`, answer);
    // As with an archived one: lists do not show it, so it has to be asked for by itself.
    if (part === '') orders.shift();
    await activities(4).askForDue(await begin());
    expect(await flagsOf(ids)).toEqual([
      ['unreadable', true],
      ['', true],
      ['', true],
    ]);
    const { asked_at: at, next_check_at: next } = await requestOf(db(), ids[0]!);
    expect(next!.getTime() - at!.getTime()).toBe(20 * MINUTE_MS);
  });

  it('is set aside after a longer time where nothing else was to be asked', async () => {
    const [id] = await addOrders(1);
    oddly.set(`orders/${orders[0]!.id}/shipments`, text('', 500));
    const runId = await begin();
    await expect(activities(7).readChanged(runId, undefined)).rejects.toMatchObject({ code: 'store_unavailable' });
    expect((await requestOf(db(), id!)).flags).toEqual([]);
    await activities(8).readChanged(runId, undefined);
    expect((await requestOf(db(), id!)).flags).toEqual(['unreadable']);
  });
});

describe('an order that carries the number of a request and is not its own', () => {
  const externalSource = 'bigcommerce-source';
  const listed = (id: number, number: string, fields: Record<string, unknown> = {}) =>
    orders.push({
      ...{ id, status_id: 11, external_order_id: `A-${number}`, external_source: externalSource },
      ...{ date_modified: v2Date(Date.now()), ...fields },
    });

  async function addTried(columns: Record<string, unknown>): Promise<{ id: number; number: string }> {
    const id = await addAcknowledged(db(), sourceId(), { columns });
    const { number } = await requestOf(db(), id);
    const tried = { fr_id: id, external_order_id: `A-${number}`, begun_at: new Date(), outcome: 'absent' as const };
    await db().insertInto('send_attempts').values(tried).execute();
    return { id, number };
  }

  const toldOf = async (id: number) => {
    const { flags } = await requestOf(db(), id);
    const events = db().selectFrom('fr_events').select('detail').where('fr_id', '=', id);
    return [flags.join(), ...(await events.orderBy('id').execute()).map(({ detail }) => detail)];
  };

  beforeEach(() => setUp({ fulfillment: { externalSource, externalOrderIdPrefix: 'A-' } }));

  it('is told once of one that is canceled, and of one that has another order', async () => {
    const canceled = await addTried({ processing: 'canceled', bigcommerce_order_id: null });
    const sent = await addTried({});
    listed(5001, canceled.number);
    listed(5002, sent.number);
    await runChanged();
    await runChanged();
    expect(await toldOf(canceled.id)).toEqual(['second_order', 'BigCommerce order 5001']);
    expect(await toldOf(sent.id)).toEqual(['second_order', 'BigCommerce order 5002']);
    expect((await requestOf(db(), canceled.id)).explanation).toMatch(
      /\. But BigCommerce order 5001 of it is in the store and is not canceled: cancel it there\.$/,
    );
    expect((await requestOf(db(), sent.id)).explanation).toMatch(
      /\. The store has a second order of it, BigCommerce order 5002: cancel that one there, not its own\.$/,
    );
    const { rows } = await sql<{ late: number | null }>`
      select (counts ->> 'lateOrders')::float8 as late from job_runs where source_id = ${sourceId()} order by started_at, id`.execute(
      db(),
    );
    expect(rows.map(({ late }) => late)).toEqual([2, null]);
  });

  it('is told by the run also where its sender has found it before; the flag is one', async () => {
    const { id, number } = await addTried({ flags: ['second_order'] });
    await addEvent(db(), id, {
      ...{ at: new Date(), event: SECOND_ORDER, by: 'workflow', detail: 'BigCommerce order 5003' },
    });
    listed(5003, number);
    await runChanged();
    expect(await toldOf(id)).toEqual(['second_order', 'BigCommerce order 5003', 'BigCommerce order 5003']);
  });

  it('is told where it was tried before externalSource was changed', async () => {
    const { id, number } = await addTried({});
    await db().updateTable('send_attempts').set({ external_source: 'before' }).where('fr_id', '=', id).execute();
    listed(5004, number, { external_source: 'before' });
    listed(5005, number);
    await runChanged();
    expect(await toldOf(id)).toEqual(['second_order', 'BigCommerce order 5004']);
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
    const id = await addAcknowledged(db(), sourceId());
    listed(7001, (await requestOf(db(), id)).number);
    await runChanged();
    expect(await toldOf(id)).toEqual(['']);
  });
});
