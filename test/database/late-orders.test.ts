import { expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { flagLateOrders } from '../../database/late-orders.ts';
import { AT, addAcknowledged, requestOf } from './shipping.ts';
import { useSource } from './use-source.ts';

const shop = useSource();

/** A request with an attempt of this outcome, if any; answers its number. */
async function add(columns: Record<string, unknown>, outcome?: 'absent' | 'unknown'): Promise<string> {
  const id = await addAcknowledged(shop.db, shop.sourceId, { columns });
  const { number } = await requestOf(shop.db, id);
  if (outcome)
    await sql`insert into send_attempts (fr_id, external_order_id, begun_at, ended_at, outcome)
      values (${id}, ${`A-${number}`}, ${AT}, ${AT}, ${outcome})`.execute(shop.db);
  return number as string;
}

let lastOrder = 9000;
const orderOf = (number: string, externalSource = 'ours') => ({
  ...{ orderId: ++lastOrder, externalOrderId: `A-${number}`, externalSource },
});

async function flag(orders: ReturnType<typeof orderOf>[]): Promise<string[]> {
  const query = { sourceId: shop.sourceId, externalSource: 'ours', prefix: 'A-', orders, at: AT };
  const told = await shop.db.transaction().execute((trx) => flagLateOrders(trx, query));
  return told.map(({ number }) => number);
}

it('a second order is found beside orders of others, whatever these hold', async () => {
  const number = await add({}, 'absent');
  expect(await flag([orderOf('\0', '\0'), orderOf(number)])).toEqual([number]);
});

it('an order of a request that was canceled or failed is told of, also where a restored database knows of no attempt', async () => {
  const lost = { bigcommerce_order_id: null, explanation: 'Canceled before it was sent.' };
  const canceled = await add({ ...lost, processing: 'canceled' });
  const failed = await add({ ...lost, processing: 'failed', explanation: 'Failed.' }, 'absent');
  expect(await flag([orderOf(canceled), orderOf(failed)])).toEqual([canceled, failed]);
  const told = async (number: string) => {
    const { rows } = await sql<{ explanation: string; flags: string[] }>`
      select explanation, flags from fulfillment_requests where number = ${number}`.execute(shop.db);
    return rows[0]!;
  };
  expect((await told(canceled)).explanation).toMatch(
    /^Canceled before it was sent\. But BigCommerce order \d+ of it is in/,
  );
  expect(await told(failed)).toEqual({
    flags: ['second_order'],
    explanation: `Failed. The store has an order of it, BigCommerce order ${lastOrder}: \`bcsource fr adopt\` takes it.`,
  });
});

it('neither is an order of another program, nor one that a request is still looked for', async () => {
  const lost = { bigcommerce_order_id: null, processing: 'failed' };
  expect(await flag([orderOf(await add(lost), 'theirs'), orderOf(await add(lost, 'unknown'))])).toEqual([]);
});
