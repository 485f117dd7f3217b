import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { runInShell } from '../helpers/shell.ts';
import { itInLong } from '../helpers/it-in-long.ts';
import { startSystem } from '../helpers/system.ts';
import type { TestSystem } from '../helpers/system.ts';
import { openSupplier } from './supplier.ts';
import type { Supplier } from './supplier.ts';
import { stopSystem } from './support.ts';
import type { ErrorDocument, RunDocument } from './support.ts';

interface FrDocument {
  processing: string;
  shipping: string;
  explanation: string;
  flags: string[];
  reason: { code: string; message: string; hint: string } | null;
  lines: { id: string; sku: string; quantity: number; shippedQuantity: number }[];
  shipments: { bigcommerceShipmentId: number; trackingNumber: string | null; items: unknown[] }[];
  timeline: { event: string }[];
}

interface Change {
  cursor: number;
  kind: string;
  shipment: { number: string; bigcommerceShipmentId: number; trackingNumber: string | null; removed: boolean };
}

const UPS = { tracking_number: '1Z999AA10123456784', tracking_carrier: 'ups', shipping_method: 'UPS Ground' };

describe('shipments', () => {
  let system: TestSystem;
  let acme: Supplier;
  beforeAll(async () => {
    system = await startSystem(['--products', '0']);
    acme = await openSupplier(system, 'acme');
    await acme.apply();
  });
  afterAll(() => stopSystem(system));

  const json = async <T>(...args: string[]) => (await system.cli([...args, '--json'])).json<T>();
  const show = (number: string, source = 'acme') => json<FrDocument>('fr', 'show', number, '--source', source);
  const feed = async (since: number, source = 'acme') => {
    const args = ['shipments', 'list', '--source', source, '--since', `${since}`, '--json=lines'];
    return (await system.cli(args)).jsonLines<Change>();
  };

  it('of one package, of two, and in part come as the merchant ships them', async () => {
    const orders = await acme.send({ 'PO-1': [2], 'PO-2': [1, 1], 'PO-3': [3] });
    const first = await acme.ship(orders['PO-1']!, UPS);
    await acme.ship(orders['PO-2']!, { tracking_number: 'A' }, [[0, 1]]);
    await acme.ship(orders['PO-3']!, { tracking_number: 'C' }, [[0, 1]]);
    const run = await system.cli(['shipments', 'sync', 'acme', '--wait', '--json']);
    expect(run.exitCode).toBe(0);
    expect(run.json<RunDocument>()).toMatchObject({
      ...{ runId: expect.any(String), workflowId: 'shipments:acme', webUrl: expect.stringContaining('http') },
      ...{ status: 'completed', requests: expect.any(Number), durationMs: expect.any(Number) },
      counts: { asked: 3, changed: 3, shipments: 3, corrected: 0, unmatched: 0, expired: 0 },
    });
    expect(await show('PO-1')).toMatchObject({
      ...{ processing: 'acknowledged', shipping: 'shipped', flags: [] },
      lines: [{ id: '1', sku: 'S-1', quantity: 2, shippedQuantity: 2 }],
      shipments: [
        {
          ...{ bigcommerceShipmentId: first, trackingNumber: UPS.tracking_number, trackingCarrier: 'ups' },
          ...{ trackingLink: expect.stringContaining('1Z999'), shippingProvider: null, shippingMethod: 'UPS Ground' },
          ...{ shippedAt: expect.stringMatching(/^\d{4}-.*Z$/), items: [{ lineId: '1', sku: 'S-1', quantity: 2 }] },
        },
      ],
      timeline: expect.arrayContaining([expect.objectContaining({ event: 'shipped', by: 'store' })]),
    });
    expect(await acme.request('PO-2')).toMatchObject({ shipping: 'partially_shipped' });
    expect((await acme.request('PO-3')).explanation).toContain('1 of 3 items shipped');

    await acme.ship(orders['PO-2']!, { tracking_number: 'B' });
    await acme.ship(orders['PO-3']!, { tracking_number: 'D' });
    expect(await acme.sync()).toMatchObject({ counts: { changed: 2, shipments: 2, corrected: 0 } });
    const second = await show('PO-2');
    expect(second.shipping).toBe('shipped');
    expect(second.shipments.map((shipment) => shipment.trackingNumber)).toEqual(['A', 'B']);
    expect(await acme.request('PO-3')).toMatchObject({ shipping: 'shipped' });
    expect(await acme.sync({ all: true })).toMatchObject({ counts: { asked: 3, changed: 0, shipments: 0 } });
  });

  it('of an order that the store does not list as changed are found where its next look is due, after what has changed', async () => {
    const orders = await acme.send({ 'PO-quiet': [1], 'PO-not-yet': [1] });
    // Long enough ago that the list of changes has nothing of them.
    const modifiedAt = new Date(Date.now() - 3_600_000).toISOString();
    for (const id of Object.values(orders)) await acme.control('PATCH', `orders/${id}`, { modifiedAt });
    await acme.sync();
    await acme.control('PUT', 'settings', { shipmentTouchesOrder: false });
    for (const id of Object.values(orders)) await acme.ship(id, UPS);
    await acme.control('PUT', 'settings', { shipmentTouchesOrder: true });
    const { id } = await acme.request('PO-quiet');
    await sql`update fulfillment_requests set next_check_at = now() where id = ${id}`.execute(system.database.db);
    await acme.control('DELETE', 'ledger');
    expect(await acme.sync()).toMatchObject({ counts: { shipments: 1 } });
    expect(await acme.request('PO-quiet')).toMatchObject({ shipping: 'shipped' });
    expect(await acme.request('PO-not-yet')).toMatchObject({ shipping: 'open' });
    const { requests } = await acme.control<{ requests: { path: string }[] }>('GET', 'ledger/requests');
    const [first, ...rest] = requests.map(({ path }) => path);
    expect(first).toContain('min_date_modified');
    expect(rest).toContainEqual(expect.stringContaining(`/orders/${orders['PO-quiet']}/shipments`));
  });

  it('of one request alone are asked for by its number', async () => {
    const orders = await acme.send({ 'PO-4': [1], 'PO-5': [1] });
    await acme.ship(orders['PO-4']!, UPS);
    await acme.ship(orders['PO-5']!, UPS);
    const run = await json<RunDocument>('shipments', 'sync', 'acme', '--fr', 'PO-4', '--wait');
    expect(run.counts).toMatchObject({ asked: 1, shipments: 1 });
    expect(await acme.request('PO-4')).toMatchObject({ shipping: 'shipped' });
    expect(await acme.request('PO-5')).toMatchObject({ shipping: 'open' });
    const unknown = await system.cli(['shipments', 'sync', 'acme', '--fr', 'PO-404', '--json']);
    expect([unknown.exitCode, unknown.json<ErrorDocument>().error.code]).toEqual([3, 'not_found']);
    const both = await system.cli(['shipments', 'sync', 'acme', '--fr', 'PO-4', '--all', '--json']);
    expect([both.exitCode, both.json<ErrorDocument>().error.code]).toEqual([2, 'wrong_usage']);
    // Nobody reads the progress: the answer and the exit code are as ever.
    const quiet = await runInShell('bcsource shipments sync acme --all --wait --json 2>/dev/full', system.environment);
    expect([quiet.exitCode, JSON.parse(quiet.output)]).toEqual([0, expect.objectContaining({ status: 'completed' })]);
    expect(await json<RunDocument>('shipments', 'sync', 'acme', '--all', '--wait')).toMatchObject({
      status: 'completed',
    });
    expect(await acme.request('PO-5')).toMatchObject({ shipping: 'shipped' });
  });

  itInLong('of an order of 120 lines come in two packages, line by line', async () => {
    const { 'PO-long': orderId } = await acme.send({ 'PO-long': Array.from({ length: 120 }, () => 1) });
    await acme.ship(
      orderId!,
      UPS,
      Array.from({ length: 70 }, (_, line) => [line, 1]),
    );
    await acme.sync();
    const partly = await show('PO-long');
    expect(partly).toMatchObject({ shipping: 'partially_shipped', flags: [] });
    expect(partly.lines.map(({ shippedQuantity }) => shippedQuantity)).toEqual(
      Array.from({ length: 120 }, (_, line) => (line < 70 ? 1 : 0)),
    );
    await acme.ship(orderId!, { tracking_number: 'REST' });
    await acme.sync();
    expect((await show('PO-long')).shipments.map(({ items }) => items.length)).toEqual([70, 50]);
    expect(await acme.request('PO-long')).toMatchObject({ shipping: 'shipped' });
  });

  it('are listed as they stand, and as a feed of what became of them', async () => {
    const feeding = await openSupplier(system, 'feeding');
    await feeding.apply();
    const { 'PO-1': orderId } = await feeding.send({ 'PO-1': [2] });
    const shipment = await feeding.ship(orderId!, { tracking_carrier: 'ups' }, [[0, 1]]);
    await feeding.sync();
    const created = await feed(0, 'feeding');
    expect(created).toMatchObject([{ kind: 'created', shipment: { number: 'PO-1', trackingNumber: null } }]);
    expect(await feeding.request('PO-1')).toMatchObject({ shipping: 'partially_shipped', flags: ['no_tracking'] });

    // Typed in later.
    await feeding.control('PATCH', `orders/${orderId}/shipments/${shipment}`, { tracking_number: '1Z' });
    expect(await feeding.sync()).toMatchObject({ counts: { corrected: 1, shipments: 0 } });
    expect(await feeding.request('PO-1')).toMatchObject({ flags: [] });
    const rest = await feeding.ship(orderId!, UPS);
    await feeding.sync();
    expect(await feeding.request('PO-1')).toMatchObject({ shipping: 'shipped' });

    await feeding.control('DELETE', `orders/${orderId}/shipments/${rest}`);
    await feeding.sync();
    const reopened = await show('PO-1', 'feeding');
    expect(reopened).toMatchObject({ shipping: 'partially_shipped', lines: [{ shippedQuantity: 1 }] });
    expect(reopened.timeline.map(({ event }) => event)).toEqual(
      expect.arrayContaining(['shipment corrected', 'reopened']),
    );

    const after = await feed(created.at(-1)!.cursor, 'feeding');
    expect(after.map(({ kind, shipment: { bigcommerceShipmentId: id } }) => [kind, id])).toEqual([
      ['corrected', shipment],
      ['created', rest],
      ['removed', rest],
    ]);
    expect(after.at(-1)!.shipment.removed).toBe(true);
    expect(await feed(after.at(-1)!.cursor, 'feeding')).toEqual([]);
    expect(await feed(0, 'feeding')).toEqual([...created, ...after]);
    const listed = await json<object[]>('shipments', 'list', '--source', 'feeding');
    expect(listed).toMatchObject([
      { number: 'PO-1', bigcommerceOrderId: orderId, trackingNumber: '1Z', removed: false },
    ]);
    expect(listed).toHaveLength(1);
  });

  it('are in the views that other programs read', async () => {
    const shipments = await sql`
      select number, tracking_number, removed from v_shipments where source = 'feeding' order by created_at`.execute(
      system.database.db,
    );
    expect(shipments.rows).toEqual([
      { number: 'PO-1', tracking_number: '1Z', removed: false },
      { number: 'PO-1', tracking_number: UPS.tracking_number, removed: true },
    ]);
    const requests = await sql`
      select number, processing, shipping from v_fulfillment_requests where source = 'feeding'`.execute(
      system.database.db,
    );
    expect(requests.rows).toEqual([{ number: 'PO-1', processing: 'acknowledged', shipping: 'partially_shipped' }]);
  });

  it('of an order that the supplier has canceled, declined or refunded never come, and its request says so', async () => {
    const statuses = { canceled: 5, declined: 6, refunded: 4 };
    const orders = await acme.send({ canceled: [2], declined: [2], refunded: [2] });
    for (const [word, status_id] of Object.entries(statuses))
      await acme.control('PATCH', `orders/${orders[word]}`, { status_id });
    await acme.sync();
    for (const word of Object.keys(statuses)) {
      const found = await acme.request(word);
      expect(found).toMatchObject({ processing: 'canceled', shipping: 'open', reasonCode: `${word}_by_store` });
      expect(found.reasonHint).toMatch(/supplier/);
    }
    // The supplier thinks better of it.
    await acme.control('PATCH', `orders/${orders['declined']}`, { status_id: 11 });
    await acme.ship(orders['declined']!, UPS);
    await acme.sync();
    expect(await acme.request('declined')).toMatchObject({
      ...{ processing: 'acknowledged', shipping: 'shipped', reasonCode: null, flags: ['reinstated'] },
    });
    const { number } = await acme.request('canceled');
    const ours = await json<RunDocument>('shipments', 'sync', 'acme', '--fr', number, '--wait');
    expect(ours).toMatchObject({ status: 'completed', counts: { asked: 1, changed: 0, unreadable: 0 } });
    expect((await show('canceled')).timeline.map(({ event }) => event)).toContain('canceled by the store');
  });

  it('that somebody should look at say why, wherever they are shown', async () => {
    const odd = await openSupplier(system, 'odd');
    const applied = await odd.apply('{ mapping: { cost: comments }, schedule: { every: 12h } }');
    expect(applied).toMatchObject({ warnings: [expect.stringContaining('less often than every 12 hours')] });
    expect(await odd.apply('{ mapping: { cost: comments } }')).toMatchObject({ warnings: [] });
    const { 'PO-1': orderId } = await odd.send({ 'PO-1': [2] });
    const shipment = await odd.ship(orderId!, { ...UPS, comments: 'for free' }, [[0, 1]]);
    await odd.sync();
    expect(await odd.request('PO-1')).toMatchObject({ flags: ['mapping_failed'] });
    const why = 'cost is not an amount: "for free"';
    expect((await show('PO-1', 'odd')).shipments).toMatchObject([{ problems: [why] }]);
    const shown = await system.cli(['fr', 'show', 'PO-1', '--source', 'odd']);
    expect(shown.stdout).toContain(`problem  shipment ${shipment}: ${why}\n`);
    expect((await system.cli(['shipments', 'list', '--source', 'odd'])).stdout).toContain(`mapping_failed\t${why}\n`);
    expect(await json('shipments', 'list', '--source', 'odd')).toMatchObject([{ problems: [why] }]);

    // The request is about something else than what was packed.
    const { id } = await odd.request('PO-1');
    await sql`update fr_lines set sku = 'OTHER', product_id = null, variant_id = null, order_product_id = null
      where fr_id = ${id}`.execute(system.database.db);
    await odd.sync({ all: true });
    const unmatched = await system.cli(['fr', 'show', 'PO-1', '--source', 'odd']);
    expect(unmatched.stdout).toMatch(
      new RegExp(`problem  shipment ${shipment}: 1 x S-1: S-1 \\(order product \\d+\\) is no line of the request\\n`),
    );
    expect(unmatched.stdout).toContain(`problem  shipment ${shipment}: ${why}\n`);
  });

  it('may be missing: an order that was marked as shipped by hand counts, with a flag', async () => {
    const { 'PO-hand': orderId } = await acme.send({ 'PO-hand': [1] });
    await acme.control('PATCH', `orders/${orderId}`, { status_id: 2 });
    await acme.sync();
    expect(await acme.request('PO-hand')).toMatchObject({ shipping: 'shipped', flags: ['no_tracking'] });
    await acme.control('PATCH', `orders/${orderId}`, { isDeleted: true });
    await acme.sync({ all: true });
    expect((await acme.request('PO-hand')).flags.sort()).toEqual(['no_tracking', 'order_deleted']);
  });
});
