import { describe, expect, it } from '@jest/globals';
import { addFlag } from '../../database/fr-changes.ts';
import { listShipmentChanges, listShipmentRows, markUnreadable, saveReconciled } from '../../database/shipments.ts';
import type { ReconciledRequest } from '../../database/shipments.ts';
import { runNotice } from '../../domain/notices/run-notice.ts';
import type { ToldRun } from '../../domain/notices/run-notice.ts';
import { AT, addAcknowledged, makeReconciled, makeShipment, requestOf } from './shipping.ts';
import { useSource } from './use-source.ts';

const shop = useSource();

const save = (...batch: ReconciledRequest[]) => saveReconciled(shop.db, batch);

describe('what somebody should look at', () => {
  it.each([
    ['isGone', 'deletedOrders', 'order_deleted'],
    ['isForeign', 'foreignOrders', 'order_foreign'],
  ] as const)('is an order that %s, counted once as %s and told, before all has shipped', async (what, count, flag) => {
    const add = (columns = {}) => addAcknowledged(shop.db, shop.sourceId, { columns });
    const ids = [await add(), await add({ shipping: 'partially_shipped' })];
    const past = [await add({ shipping: 'shipped' }), await add({ processing: 'canceled' })];
    const found = [...ids, ...past].map((id) => makeReconciled(id, [3], [], { [what]: true }));
    const counts = await save(...found);
    expect(counts).toMatchObject({ changed: 4, [count]: 2 });
    expect(Object.keys(await save(...found))).toEqual(['changed', 'shipments', 'corrected', 'unmatched']);
    const run = { id: 'r', source: 'acme', job: 'shipments', workflowId: 'w', status: 'completed', counts };
    const { notice, isProblem } = runNotice(run as unknown as ToldRun, new Date());
    expect(isProblem).toBe(true);
    expect(notice.lines.at(-1)).toMatch(/^2 order/);
    expect(notice.commands[0]).toBe(`bcsource fr list --source acme --flag ${flag}`);
  });

  it('is an archived order once, though its packages change afterwards', async () => {
    const id = await addAcknowledged(shop.db, shop.sourceId);
    const archived = (shipped: number) =>
      save(makeReconciled(id, [3], [makeShipment(66, [shipped])], { with: { flags: ['order_deleted'] } }));
    expect(await archived(1)).toMatchObject({ changed: 1, deletedOrders: 1 });
    expect(await archived(2)).toEqual({ changed: 1, shipments: 0, corrected: 1, unmatched: 0 });
  });

  it('has what could not be mapped of a package, as long as that is so', async () => {
    const id = await addAcknowledged(shop.db, shop.sourceId);
    const found = (...problems: string[]) => {
      const shipment = makeShipment(65, [1]);
      shipment.problems.push(...problems);
      if (problems.length > 0) shipment.flags.push('mapping_failed');
      return makeReconciled(id, [3], [shipment], { with: { flags: shipment.flags } });
    };
    const stored = async () => (await listShipmentRows(shop.db, { frId: id }, 1))[0]!.shipment.problems;
    await save(found('cost is below zero: -3'));
    expect(await stored()).toEqual(['cost is below zero: -3']);
    // Another value that cannot be mapped either: the field is as empty as before.
    await expect(save(found('cost is below zero: -4'))).resolves.toMatchObject({ changed: 1, corrected: 1 });
    expect(await stored()).toEqual(['cost is below zero: -4']);
    await expect(save(found('cost is below zero: -4'))).resolves.toMatchObject({ changed: 0 });
    await save(found());
    expect(await stored()).toEqual([]);
    const feed = await listShipmentChanges(shop.db, { since: 0, sourceId: shop.sourceId, limit: 9 });
    expect(feed.slice(-3).map(({ shipment }) => shipment.problems)).toEqual([
      ...[['cost is below zero: -3'], ['cost is below zero: -4'], []],
    ]);
  });

  it.each([
    [['unmatched_items'], '1Z', 'But a package holds something that is no line of it'],
    [['no_tracking'], null, 'But a package has no tracking number'],
    [
      ['mapping_failed', 'no_tracking'],
      null,
      'But a package has no tracking number; a field of a package could not be mapped',
    ],
  ] as const)('is said of %j, as long as it is so', async (flags, trackingNumber, told) => {
    const id = await addAcknowledged(shop.db, shop.sourceId);
    const { number, bigcommerce_order_id: order } = await requestOf(shop.db, id);
    const said = async (...now: readonly string[]) => {
      await save(
        makeReconciled(id, [3], [makeShipment(67, [1], { trackingNumber })], { with: { flags: now as never } }),
      );
      return (await requestOf(shop.db, id)).explanation;
    };
    const plain = `Sent: BigCommerce order ${order}; 1 of 3 items shipped.`;
    expect(await said()).toBe(plain);
    expect(await said(...flags)).toBe(`${plain} ${told}: see \`bcsource fr show ${number}\`.`);
    expect(await said()).toBe(plain);
  });

  it('is said of an order whose only package was deleted, and not where it is told already', async () => {
    const id = await addAcknowledged(shop.db, shop.sourceId);
    const { number, bigcommerce_order_id: order } = await requestOf(shop.db, id);
    const flagged = { with: { flags: ['no_tracking' as const] } };
    await save(makeReconciled(id, [1], [makeShipment(68, [1], { trackingNumber: null })], flagged));
    expect((await requestOf(shop.db, id)).explanation).toBe('Shipped: 1 package without a tracking number.');
    await save(makeReconciled(id, [1], [], flagged));
    expect((await requestOf(shop.db, id)).explanation).toBe(
      `Sent: BigCommerce order ${order}. But its order was marked as shipped, and no package of it is left: see \`bcsource fr show ${number}\`.`,
    );
  });

  it('is said of an order that cannot be read, once, until it can be', async () => {
    const id = await addAcknowledged(shop.db, shop.sourceId);
    const { number, explanation } = await requestOf(shop.db, id);
    const look = { at: AT, nextCheckAt: AT, detail: 'The store answered oddly.' };
    for (const _again of [1, 2]) await markUnreadable(shop.db, id, look);
    expect((await requestOf(shop.db, id)).explanation).toBe(
      `${explanation} What the store answers of its order cannot be read: see \`bcsource fr show ${number}\`.`,
    );
    await addFlag(shop.db, id, 'lines_differ');
    await save(makeReconciled(id, [3], []));
    expect(await requestOf(shop.db, id)).toMatchObject({
      flags: ['lines_differ'],
      explanation: `${explanation} But the lines of its order differ from its own: see \`bcsource fr show ${number}\`.`,
    });
    await markUnreadable(shop.db, id, look);
    await save(makeReconciled(id, [3], [], { isGone: true }));
    expect((await requestOf(shop.db, id)).flags).toEqual(['lines_differ', 'order_deleted']);
    const canceled = { processing: 'canceled', reason_code: 'canceled_by_store', explanation: 'Canceled.' };
    const ended = await addAcknowledged(shop.db, shop.sourceId, { columns: canceled });
    await markUnreadable(shop.db, ended, look);
    expect(await requestOf(shop.db, ended)).toMatchObject({ explanation: 'Canceled.', flags: ['unreadable'] });
  });
});
