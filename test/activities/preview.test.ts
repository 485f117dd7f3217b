import { expect, it } from '@jest/globals';
import { previewFeed } from '../../activities/preview.ts';
import { inventorySchema } from '../../domain/source/inventory.ts';
import { json } from '../bigcommerce/server.ts';
import { addSource } from '../database/builders.ts';
import { useStubStore } from './stub-store.ts';

const scene = useStubStore((db) => addSource(db, 'odd'));

const product = (id: unknown) => ({
  ...{ id, name: `Product ${String(id)}`, price: 10, type: 'physical', is_visible: true, images: [] },
  variants: [{ id: 1, sku: `S-${String(id)}` }],
});

/** A store that lists these pages one after the other. */
function serve(pages: unknown[][]): void {
  scene.store().answer = (request, response) => {
    const { pathname, searchParams } = new URL(request.url!, 'http://stub');
    if (pathname.endsWith('/v2/store')) {
      const units = { weight_units: 'KGS', dimension_units: 'Centimeters' };
      return json({ id: 'x', name: 'Stub', currency: 'USD', ...units })(request, response);
    }
    const after = Number(searchParams.get('id:greater') ?? 0);
    const page = pathname.endsWith('/catalog/products') ? pages[Math.floor(after / 10)] : undefined;
    return json({ data: page ?? [], meta: { pagination: { total: 9 } } })(request, response);
  };
}

it('a feed is previewed past products whose id is a text or cannot be read, and those are named', async () => {
  const settings = { inventory: inventorySchema.parse({}) };
  const source = { id: scene.sourceId(), name: 'odd', storeHash: 'abc', settings };
  const deps = scene.deps();
  serve([
    [product(1), product('10'), product(null)],
    [product(20), product({})],
  ]);
  const preview = await previewFeed(deps, source, 9);
  expect(preview.items.map(({ productId }) => productId)).toEqual([1, 10, 20]);
  expect(preview.left).toMatchObject([{ productId: null }, { productId: null }]);

  // A store that does not heed where to go on gives the same page again and again.
  serve(Array.from({ length: 3 }, () => [product(7), product(8)]));
  expect((await previewFeed(deps, source, 9)).items.map(({ productId }) => productId)).toEqual([7, 8]);
});
