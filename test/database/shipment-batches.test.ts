import { expect, it } from '@jest/globals';
import { listShipmentRows, saveReconciled } from '../../database/shipments.ts';
import { addAcknowledged, makeReconciled, makeShipment, requestOf, shippedOf } from './shipping.ts';
import { useSource } from './use-source.ts';

const shop = useSource();

/** A batch of requests that all have changed, each in every way: a new package, one more line, its state. */
async function makeBatch(size: number) {
  const ids = await Promise.all(
    Array.from({ length: size }, () => addAcknowledged(shop.db, shop.sourceId, { lines: [1, 1] })),
  );
  const product = { orderProductId: 5, productId: 6, variantId: null, sku: 'S', quantity: 1 };
  return (packages: number[][]) =>
    ids.map((id) => {
      const shipments = packages.map((quantities, index) => makeShipment(10 * id + index, quantities));
      return makeReconciled(id, [1, 1], shipments, { orderProducts: [product] });
    });
}

it('a batch of fifty requests is written in as many statements as one of two', async () => {
  let statements = 0;
  const counting = shop.db.withPlugin({
    transformQuery({ node }) {
      statements++;
      return node;
    },
    transformResult: ({ result }) => Promise.resolve(result),
  });
  async function statementsOf(size: number): Promise<number[]> {
    const batch = await makeBatch(size);
    const counts: number[] = [];
    // New, edited with two more, with one deleted, and as before.
    for (const packages of [[[1, 0]], [[], [0, 1], [1, 0]], [[], [0, 1]], [[], [0, 1]]]) {
      statements = 0;
      await saveReconciled(counting, batch(packages));
      counts.push(statements);
    }
    return counts;
  }
  const ofTwo = await statementsOf(2);
  expect(await statementsOf(50)).toEqual(ofTwo);
  expect(Math.max(...ofTwo)).toBeLessThan(15);
  expect(Math.min(...ofTwo)).toBeGreaterThan(2);
});

it('more than was ordered is stored as it came; the state is shipped all the same, with a flag', async () => {
  const id = await addAcknowledged(shop.db, shop.sourceId, { lines: [3, 1] });
  const over = { with: { flags: ['over_shipped' as const] } };
  await saveReconciled(shop.db, [makeReconciled(id, [3, 1], [makeShipment(7, [9])], over)]);
  expect(await shippedOf(shop.db, id)).toEqual([9, 0]);
  const partly = await requestOf(shop.db, id);
  expect(partly).toMatchObject({ shipping: 'partially_shipped', flags: ['over_shipped'] });
  // What is too much of one line is nothing of another.
  expect(partly.explanation).toContain('3 of 4 items shipped');
  await saveReconciled(shop.db, [makeReconciled(id, [3, 1], [makeShipment(7, [9]), makeShipment(8, [0, 1])], over)]);
  expect(await shippedOf(shop.db, id)).toEqual([9, 1]);
  expect(await requestOf(shop.db, id)).toMatchObject({
    ...{ shipping: 'shipped', flags: ['over_shipped'], explanation: 'Shipped: 2 packages (1Z7, 1Z8).' },
  });
  const rows = await listShipmentRows(shop.db, { frId: id }, 9);
  expect(rows.map(({ shipment }) => shipment.items.map(({ quantity }) => quantity))).toContainEqual([9]);
});

it('what was read so long ago that its reader was frozen since is not written', async () => {
  const id = await addAcknowledged(shop.db, shop.sourceId);
  const readAgo = (seconds: number) => {
    const at = new Date(Date.now() - seconds * 1000);
    return saveReconciled(shop.db, [makeReconciled(id, [3], [makeShipment(27, [1])], { at })], {
      notOlderThanMs: 300_000,
    });
  };
  await expect(readAgo(330)).resolves.toMatchObject({ changed: 0, shipments: 0 });
  expect(await shippedOf(shop.db, id)).toEqual([0]);
  await expect(readAgo(200)).resolves.toMatchObject({ changed: 1, shipments: 1 });
});
