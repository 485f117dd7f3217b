import { describe, expect, it } from '@jest/globals';
import { countDoubled, countLost } from '../../database/alarm-facts.ts';
import { tellSecondOrder } from '../../database/fr-changes.ts';
import { AT, addAcknowledged } from './shipping.ts';
import { useSource } from './use-source.ts';

const shop = useSource({ each: true });

const HOUR_MS = 3_600_000;
const add = (columns: Record<string, unknown>) => addAcknowledged(shop.db, shop.sourceId, { columns });

describe('orders that are lost', () => {
  const before = new Date(AT.getTime() - HOUR_MS);
  const lost = { created_at: AT, flags: ['unreadable', 'order_deleted'] };

  it('are those that are still to be shipped', async () => {
    await add({ ...lost, number: 'GONE' });
    await add({ ...lost, number: 'FOREIGN', flags: ['order_foreign'], shipping: 'partially_shipped' });
    await add({ ...lost, shipping: 'shipped' });
    await add({ ...lost, processing: 'canceled' });
    await add({ ...lost, flags: ['second_order'] });
    await add({ ...lost, created_at: new Date(before.getTime() - 1) });
    expect(await countLost(shop.db, shop.sourceId, before)).toEqual({ count: 2, numbers: ['GONE', 'FOREIGN'] });
  });

  it('are doubled for a while after a second one was found', async () => {
    for (const [number, processing, foundAt] of [
      ['SENT', 'acknowledged', AT],
      ['CANCELED', 'canceled', AT],
      ['LONG AGO', 'acknowledged', new Date(before.getTime() - 1)],
    ] as const) {
      const id = await add({ number, processing });
      await tellSecondOrder(shop.db, id, { orderId: 7001, at: foundAt, by: 'store' });
    }
    await add(lost);
    expect(await countDoubled(shop.db, shop.sourceId, before)).toEqual({ count: 2, numbers: ['SENT', 'CANCELED'] });
  });
});
