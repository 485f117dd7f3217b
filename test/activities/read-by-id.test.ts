import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { completeVariants } from '../../activities/complete-variants.ts';
import { readProductsById } from '../../activities/read-by-id.ts';
import { createStoreClient } from '../../bigcommerce/client.ts';
import type { StoreClient } from '../../bigcommerce/client.ts';
import { QuotaGovernor } from '../../bigcommerce/quota.ts';
import { createPageSizer } from '../../domain/page-size.ts';
import { json, startStub, text } from '../bigcommerce/server.ts';
import type { StubServer } from '../bigcommerce/server.ts';

let server: StubServer;
let store: StoreClient;
beforeAll(async () => {
  server = await startStub();
});
afterAll(() => server.close());
beforeEach(() => {
  const governor = new QuotaGovernor();
  const place = { apiUrl: server.url, storeHash: 'a', accessToken: 'token' };
  store = createStoreClient({ ...place, governor, priority: 'import' });
  server.knocks.length = 0;
});
const { signal } = new AbortController();
const queryOf = (url: string) => new URL(url, 'http://stub').searchParams;

describe('products that are asked for by their ids', () => {
  const selection = { fields: undefined, images: false };
  const ids = Array.from({ length: 20 }, (_, index) => index + 1);

  /** Serves at most `most` products at once, and of those asked for only the odd ones exist. */
  function serve(most: number): void {
    server.answer = (request, response) => {
      const asked = queryOf(request.url!).get('id:in')!.split(',').map(Number);
      if (asked.length > most) return text('', 504)(request, response);
      const data = asked.filter((id) => id % 2 === 1).map((id) => ({ id, variants: [{ id }] }));
      json({ data, meta: { pagination: { total: data.length } } })(request, response);
    };
  }

  it('are asked for in halves where the store cannot serve them at once, and it remembers', async () => {
    serve(6);
    const scene = { store, selection, sizer: createPageSizer(20, 20), signal };
    const read = await readProductsById(scene, ids);
    expect(read.products).toMatchObject(ids.filter((id) => id % 2 === 1).map((id) => ({ id })));
    expect(read.ids).toEqual(ids);
    expect(scene.sizer.size).toBeLessThan(20);
    expect(server.knocks).toHaveLength(2 + 4);
  });

  it('are given up where even few of them are too many', async () => {
    serve(0);
    const scene = { store, selection, sizer: createPageSizer(20, 20), signal };
    await expect(readProductsById(scene, ids)).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(server.knocks).toHaveLength(4);
  });
});

describe('a list of variants that may be short', () => {
  const product = { id: 7, variants: Array.from({ length: 50 }, (_, index) => ({ id: index + 1 })) };

  it('is completed from its own list', async () => {
    const own = [...product.variants, { id: 51 }];
    server.answer = json({ data: own, meta: { pagination: { total: 51, total_pages: 1 } } });
    await expect(completeVariants(store, [product], signal)).resolves.toEqual([{ id: 7, variants: own }]);
  });

  it('stays as it came where its product was deleted meanwhile', async () => {
    server.answer = text('', 404);
    await expect(completeVariants(store, [product], signal)).resolves.toEqual([product]);
  });
});
