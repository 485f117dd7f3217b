import { describe, expect, it } from '@jest/globals';
import { tellSecondOrder } from '../../database/fr-changes.ts';
import { saveReconciled } from '../../database/shipments.ts';
import type { ReconciledRequest } from '../../database/shipments.ts';
import { AT, addAcknowledged, eventsOf, makeReconciled, makeShipment, requestOf, shippedOf } from './shipping.ts';
import { useSource } from './use-source.ts';

const shop = useSource();

const save = (...batch: ReconciledRequest[]) => saveReconciled(shop.db, batch);

describe('what the store says of an order', () => {
  it('is kept where the order is gone or somebody else has its number', async () => {
    for (const [option, flag] of [
      ['isGone', 'order_deleted'],
      ['isForeign', 'order_foreign'],
    ] as const) {
      const id = await addAcknowledged(shop.db, shop.sourceId, { columns: { flags: ['lines_differ'] } });
      const noTracking = { with: { flags: ['no_tracking' as const] } };
      const shipped = makeReconciled(id, [3], [makeShipment(50, [1], { trackingNumber: null })], noTracking);
      await save(shipped);
      const canceled = { code: 'canceled_by_store', message: 'x', hint: 'y' } as const;
      const unread = makeReconciled(id, [3], [], { [option]: true, with: { canceled }, storeStatusId: 5 });
      await expect(save(unread)).resolves.toMatchObject({ changed: 1, corrected: 0 });
      expect(await requestOf(shop.db, id)).toMatchObject({
        ...{ processing: 'acknowledged', shipping: 'partially_shipped' },
        ...{ flags: ['lines_differ', 'no_tracking', flag], store_status_id: option === 'isGone' ? 5 : 11 },
      });
      expect(await shippedOf(shop.db, id)).toEqual([1]);
      await expect(save(unread)).resolves.toMatchObject({ changed: 0 });
      await save({ ...shipped, reconciled: { ...shipped.reconciled, flags: [] } });
      expect((await requestOf(shop.db, id)).flags).toEqual(['lines_differ']);
    }
  });

  it.each([
    ['isGone', 'the order is archived in the store or gone from it: ask the supplier whether it is shipped'],
    ['isForeign', "the order of that number is somebody else's now: ask the supplier what has become of ours"],
  ] as const)('is said where it is lost (%s), until all has shipped or it is back', async (option, lost) => {
    const id = await addAcknowledged(shop.db, shop.sourceId);
    const { bigcommerce_order_id: order } = await requestOf(shop.db, id);
    const sentence = async () => (await requestOf(shop.db, id)).explanation;
    const unread = makeReconciled(id, [3], [], { [option]: true });
    await save(unread);
    expect(await sentence()).toBe(`Sent: BigCommerce order ${order}, but ${lost}.`);
    await save(makeReconciled(id, [3], [makeShipment(70, [1])]));
    expect(await sentence()).toBe(`Sent: BigCommerce order ${order}; 1 of 3 items shipped.`);
    await save(unread);
    expect(await sentence()).toBe(`Sent: BigCommerce order ${order}; 1 of 3 items shipped, but ${lost}.`);
    await save(makeReconciled(id, [3], [makeShipment(70, [3])]));
    await save(unread);
    expect(await sentence()).toMatch(/^Shipped: 1 package/);
    const told = `order lost: ${lost.replace(/^t/, 'T')}.`;
    expect((await eventsOf(shop.db, id)).filter((event) => event.startsWith('order'))).toEqual([
      ...[told, 'order found again: The store shows its order again.', told],
    ]);
  });

  it('keeps in mind that the store has a second order of it', async () => {
    const id = await addAcknowledged(shop.db, shop.sourceId);
    const { bigcommerce_order_id: order } = await requestOf(shop.db, id);
    const second = 'The store has a second order of it, BigCommerce order 7001: cancel that one there, not its own.';
    const found = { orderId: 7001, at: AT, by: 'store' };
    for (const _again of [1, 2]) await tellSecondOrder(shop.db, id, found);
    const { explanation, flags } = await requestOf(shop.db, id);
    expect([explanation, flags]).toEqual([`Sent: BigCommerce order ${order}. ${second}`, ['second_order']]);
    await save(makeReconciled(id, [3], [makeShipment(71, [1])]));
    expect((await requestOf(shop.db, id)).explanation).toBe(
      `Sent: BigCommerce order ${order}; 1 of 3 items shipped. ${second}`,
    );
    const canceled = { code: 'canceled_by_store', message: 'Canceled there.', hint: 'Ask.' } as const;
    await save(makeReconciled(id, [3], [makeShipment(71, [1])], { with: { canceled }, storeStatusId: 5 }));
    expect((await requestOf(shop.db, id)).explanation).toBe(
      'Canceled by the store: Canceled there. But BigCommerce order 7001 of it is in the store and is not canceled: cancel it there.',
    );
  });

  it('brings back what the store had canceled and has active again, and nothing that somebody else canceled', async () => {
    const ended = { processing: 'canceled', canceled_at: AT, reason_message: 'x', reason_hint: 'y' };
    const id = await addAcknowledged(shop.db, shop.sourceId, {
      columns: { ...ended, reason_code: 'canceled_by_store' },
    });
    const other = await addAcknowledged(shop.db, shop.sourceId, { columns: ended });
    const active = (frId: number) => makeReconciled(frId, [3], [makeShipment(frId, [1])]);
    await expect(save(active(id), active(other))).resolves.toMatchObject({ changed: 2 });
    const { bigcommerce_order_id: order, ...back } = await requestOf(shop.db, id);
    expect(back).toMatchObject({
      ...{ processing: 'acknowledged', canceled_at: null, reason_code: null, reason_message: null, reason_hint: null },
      ...{ flags: ['reinstated'], explanation: `Sent: BigCommerce order ${order}; 1 of 3 items shipped.` },
    });
    expect(await eventsOf(shop.db, id)).toContain('reinstated by the store: Its order is active again.');
    expect(await requestOf(shop.db, other)).toMatchObject({ processing: 'canceled', flags: [] });
    await expect(save(active(id))).resolves.toMatchObject({ changed: 0 });
  });

  it.each([{ isGone: true }, { isForeign: true }, { with: { isActive: false } }])(
    'leaves canceled what is %j',
    async (changes) => {
      const columns = { processing: 'canceled', reason_code: 'canceled_by_store' };
      const id = await addAcknowledged(shop.db, shop.sourceId, { columns });
      await save(makeReconciled(id, [3], [], changes));
      expect(await requestOf(shop.db, id)).toMatchObject({ processing: 'canceled' });
    },
  );

  it('cancels what was sent, once, and nothing else', async () => {
    const canceled = {
      code: 'canceled_by_store',
      message: 'The order was canceled in the store.',
      hint: 'Ask.',
    } as const;
    const id = await addAcknowledged(shop.db, shop.sourceId);
    const found = (frId: number) => makeReconciled(frId, [3], [], { with: { canceled }, storeStatusId: 5 });
    await expect(save(found(id))).resolves.toMatchObject({ changed: 1 });
    await expect(save(found(id))).resolves.toMatchObject({ changed: 0 });
    expect(await requestOf(shop.db, id)).toMatchObject({
      ...{
        processing: 'canceled',
        canceled_at: AT,
        reason_code: 'canceled_by_store',
        reason_message: canceled.message,
      },
      explanation: 'Canceled by the store: The order was canceled in the store.',
    });
    expect(await eventsOf(shop.db, id)).toEqual(['canceled by the store: The order was canceled in the store.']);
    const columns = { processing: 'failed', explanation: 'Failed.' };
    const other = await addAcknowledged(shop.db, shop.sourceId, { columns });
    await save(found(other));
    expect(await requestOf(shop.db, other)).toMatchObject({ ...columns, canceled_at: null, reason_code: null });
    const shipped = makeReconciled(other, [3], [makeShipment(55, [1])], { with: { canceled } });
    await expect(save(shipped)).resolves.toMatchObject({ changed: 1, shipments: 1 });
    expect(await requestOf(shop.db, other)).toMatchObject({ ...columns, shipping: 'partially_shipped' });
    expect(await eventsOf(shop.db, other)).toEqual(['partially shipped: 1 of 3 items shipped.']);
  });

  it('says of a request without a package that the store says so', async () => {
    const id = await addAcknowledged(shop.db, shop.sourceId);
    await save(
      makeReconciled(id, [3], [], { with: { shipping: 'shipped', flags: ['no_tracking'] }, storeStatusId: 10 }),
    );
    expect(await requestOf(shop.db, id)).toMatchObject({ shipping: 'shipped', flags: ['no_tracking'] });
    expect((await requestOf(shop.db, id)).explanation).toMatch(/^Shipped: the store says so/);
  });
});
