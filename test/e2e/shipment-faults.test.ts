import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { readWatermark } from '../../database/shipments.ts';
import { completeCounts } from '../../domain/run-counts.ts';
import { isLong } from '../helpers/form.ts';
import { startSystem } from '../helpers/system.ts';
import type { TestSystem } from '../helpers/system.ts';
import { openSupplier } from './supplier.ts';
import type { Supplier } from './supplier.ts';
import { stopSystem } from './support.ts';
import type { RunDocument } from './support.ts';

const SHIPMENTS = { pattern: '/shipments' };
const TRACKED = { tracking_number: '1Z' };

describe('a run of Get Shipments in a store', () => {
  let system: TestSystem;
  beforeAll(async () => {
    system = await startSystem(['--products', '0']);
  });
  afterAll(() => stopSystem(system));

  async function openWith(name: string, requests: Record<string, number[]>) {
    const supplier = await openSupplier(system, name);
    await supplier.apply();
    return { supplier, orders: await supplier.send(requests) };
  }

  const watermarkOf = async ({ request }: Supplier) =>
    (await readWatermark(system.database.db, (await request('PO-1')).sourceId))?.toISOString();

  const syncByCommand = async ({ name }: Supplier) => {
    const result = await system.cli(['shipments', 'sync', name, '--wait', '--json']);
    return { exitCode: result.exitCode, run: result.json<RunDocument>() };
  };

  it.each([
    ['html', { kind: 'html' }],
    ...(isLong ? [['outage', { kind: 'status', status: 503 }] as const, ['cut', { kind: 'cut-body' }] as const] : []),
  ])('that is ill for a while (%s) asks on, and writes each package once', async (name, fault) => {
    const { supplier, orders } = await openWith(`ill-${name}`, { 'PO-1': [1], 'PO-2': [1] });
    for (const id of Object.values(orders)) await supplier.ship(id, TRACKED);
    await supplier.control('PUT', 'faults', { ...fault, ...SHIPMENTS, times: 2 });
    const { status, counts } = await supplier.sync();
    expect({ status, ...completeCounts('shipments', counts) }).toMatchObject({
      ...{ status: 'completed', shipments: 2, unreadable: 0 },
    });
    for (const number of Object.keys(orders))
      expect(await supplier.request(number)).toMatchObject({ shipping: 'shipped' });
    const changes = await sql`
      select from shipment_changes c join v_shipments v on (c.document ->> 'bigcommerceShipmentId')::bigint =
        v.bigcommerce_shipment_id and c.document ->> 'source' = v.source where v.source = ${supplier.name}`.execute(
      system.database.db,
    );
    expect(changes.rows).toHaveLength(2);
  });

  it('that refuses its token ends with exit code 4; the watermark stays, and the next run finds everything', async () => {
    const { supplier, orders } = await openWith('revoked', { 'PO-1': [1], 'PO-2': [1] });
    await supplier.sync();
    const before = await watermarkOf(supplier);
    for (const id of Object.values(orders)) await supplier.ship(id, TRACKED);
    const modifiedAt = new Date(Date.now() + 2_000).toISOString();
    for (const id of Object.values(orders)) await supplier.control('PATCH', `orders/${id}`, { modifiedAt });
    await supplier.control('PUT', 'faults', { kind: 'status', status: 401, ...SHIPMENTS, after: 1 });
    const { exitCode, run } = await syncByCommand(supplier);
    expect([exitCode, run.status, run.reason!.code]).toEqual([4, 'failed', 'credential_refused']);
    expect(await watermarkOf(supplier)).toBe(before);
    // What was read is kept.
    expect(run.counts).toMatchObject({ asked: 1, shipments: 1 });
    await supplier.control('DELETE', 'faults');
    expect(await supplier.sync()).toMatchObject({ status: 'completed', counts: { shipments: 1, corrected: 0 } });
    for (const number of Object.keys(orders))
      expect(await supplier.request(number)).toMatchObject({ shipping: 'shipped' });
    expect((await watermarkOf(supplier))! > before!).toBe(true);
  });

  it('that answers one order oddly for good sets it aside with a flag, and goes on with all others', async () => {
    const { supplier, orders } = await openWith('odd', { 'PO-1': [1], 'PO-2': [1], 'PO-3': [1] });
    for (const id of Object.values(orders)) await supplier.ship(id, TRACKED);
    await supplier.control('PUT', 'faults', { kind: 'garbage', pattern: `/orders/${orders['PO-1']}/shipments` });
    const run = await supplier.sync();
    expect(run).toMatchObject({ status: 'completed', counts: { shipments: 2, unreadable: 1 } });
    expect(await supplier.request('PO-1')).toMatchObject({ shipping: 'open', flags: ['unreadable'] });
    expect(await supplier.request('PO-3')).toMatchObject({ shipping: 'shipped' });
    await supplier.control('DELETE', 'faults');
    await supplier.sync({ all: true });
    expect(await supplier.request('PO-1')).toMatchObject({ shipping: 'shipped', flags: [] });
  });

  it('that knows nothing of an order any more keeps what was shipped, and flags it', async () => {
    const { supplier, orders } = await openWith('gone', { 'PO-1': [2], 'PO-2': [1] });
    await supplier.ship(orders['PO-1']!, TRACKED, [[0, 1]]);
    await supplier.sync();
    await supplier.ship(orders['PO-1']!, TRACKED);
    await supplier.control('PUT', 'faults', { kind: 'status', status: 404, ...SHIPMENTS });
    expect(await supplier.sync({ all: true })).toMatchObject({
      status: 'completed',
      counts: { corrected: 0, deletedOrders: 2 },
    });
    // Told once.
    expect((await supplier.sync({ all: true })).counts).not.toHaveProperty('deletedOrders');
    expect(await supplier.request('PO-1')).toMatchObject({ shipping: 'partially_shipped', flags: ['order_deleted'] });
    await supplier.control('PUT', 'faults', { kind: 'status', status: 204, ...SHIPMENTS });
    await supplier.sync({ all: true });
    expect(await supplier.request('PO-2')).toMatchObject({ shipping: 'open', flags: [] });
    await supplier.control('DELETE', 'faults');
    await supplier.sync({ all: true });
    expect(await supplier.request('PO-1')).toMatchObject({ shipping: 'shipped', flags: [] });
  });

  it("that has given an order's number to somebody else marks nothing as shipped", async () => {
    const { supplier, orders } = await openWith('foreign', { 'PO-1': [1], 'PO-2': [1] });
    await supplier.ship(orders['PO-2']!, TRACKED);
    // As after a restore: the number of PO-1 is now the order of PO-2.
    await sql`
      update fulfillment_requests set bigcommerce_order_id = ${orders['PO-2']} where id = ${(await supplier.request('PO-1')).id}`.execute(
      system.database.db,
    );
    expect(await supplier.sync({ all: true })).toMatchObject({
      status: 'completed',
      counts: { shipments: 1, foreignOrders: 1 },
    });
    // The order that was made for it is there as well, and no request's any more.
    const flags = ['second_order', 'order_foreign'];
    expect(await supplier.request('PO-1')).toMatchObject({ shipping: 'open', flags });
    expect(await supplier.request('PO-2')).toMatchObject({ shipping: 'shipped', flags: [] });
  });

  it.each([['fast', 3_600_000], ...(isLong ? [['slow', -3_600_000] as const] : [])])(
    'whose clock is an hour off (%s) is asked by its own clock',
    async (name, offset) => {
      const { supplier, orders } = await openWith(`clock-${name}`, { 'PO-1': [1], 'PO-2': [1] });
      const touch = (id: number, ms: number) => {
        const modifiedAt = new Date(Date.now() + offset + ms).toISOString();
        return supplier.control('PATCH', `orders/${id}`, { modifiedAt });
      };
      for (const id of Object.values(orders)) await touch(id, 0);
      await supplier.sync();
      await supplier.ship(orders['PO-1']!, TRACKED);
      await touch(orders['PO-1']!, 5_000);
      await supplier.sync();
      expect(await supplier.request('PO-1')).toMatchObject({ shipping: 'shipped' });
      const shown = (await supplier.control<{ modifiedAt: number }>('GET', `orders/${orders['PO-1']}`)).modifiedAt;
      expect(await watermarkOf(supplier)).toBe(new Date(Math.floor(shown / 1000) * 1000).toISOString());
    },
  );
});
