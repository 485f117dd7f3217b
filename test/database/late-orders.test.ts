import { expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { flagLateOrders } from '../../database/late-orders.ts';
import { AT, addAcknowledged, requestOf } from './shipping.ts';
import { useSource } from './use-source.ts';

const shop = useSource();

it('a second order is found beside orders of others, whatever these hold', async () => {
  const id = await addAcknowledged(shop.db, shop.sourceId);
  const { number } = await requestOf(shop.db, id);
  await sql`insert into send_attempts (fr_id, external_order_id, begun_at, ended_at)
    values (${id}, ${`A-${number}`}, ${AT}, ${AT})`.execute(shop.db);
  const orders = [
    { orderId: 9001, externalOrderId: 'A-\0', externalSource: '\0' },
    { orderId: 9002, externalOrderId: `A-${number}`, externalSource: 'ours' },
  ];
  const query = { sourceId: shop.sourceId, externalSource: 'ours', prefix: 'A-', orders, at: AT };
  await expect(shop.db.transaction().execute((trx) => flagLateOrders(trx, query))).resolves.toMatchObject([
    { number, orderId: 9002 },
  ]);
});
