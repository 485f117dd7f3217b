import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FeedScene } from '../../activities/read-page.ts';
import type { ImportContext } from '../../activities/import-context.ts';
import type { PageMapper } from '../../activities/page-mapper.ts';
import { createPagedReader, sizeThatFits } from '../../activities/paged-reader.ts';
import { createStoreClient } from '../../bigcommerce/client.ts';
import { QuotaGovernor } from '../../bigcommerce/quota.ts';
import { json, startStub } from '../bigcommerce/server.ts';
import type { StubServer } from '../bigcommerce/server.ts';

// The built one: its thread is started from a file.
const built = '../../dist/activities/page-mapper.js';
const { createPageMapper } = (await import(built)) as { createPageMapper: () => PageMapper };

const mapping = {
  ...{ storeCurrency: 'USD', weightFactorKg: '1', dimensionFactorCm: '1', untrackedQuantity: 0, unpurchasable: 'keep' },
  ...{ metrics: new Map(), brands: new Map(), categories: new Map() },
};
const context = {
  ...{ settings: { mapping: {} }, mapping, selection: { fields: undefined, images: false } },
} as unknown as ImportContext;
const product = (id: number) => ({
  ...{ id, name: 'Mug', inventory_tracking: 'none', variants: [{ id: id + 1000, sku: `S-${id}` }] },
});

describe('a list that heeds only page numbers', () => {
  let store: StubServer;
  beforeAll(async () => {
    store = await startStub();
  });
  afterAll(() => store.close());

  interface Habits {
    cap: number;
    tells: boolean;
    stuck?: boolean;
  }

  /** Serves 23 products, the highest id first, and reads them all. */
  async function readAll(habits: Habits): Promise<{ products: number; items: number }> {
    const all = Array.from({ length: 23 }, (_, index) => product(23 - index));
    store.answer = (request, response) => {
      const query = new URL(request.url!, 'http://stub').searchParams;
      const limit = Math.min(habits.cap, Number(query.get('limit')));
      const page = habits.stuck ? 1 : Number(query.get('page'));
      const data = all.slice((page - 1) * limit, page * limit);
      json({ data, meta: habits.tells ? { pagination: { total: all.length } } : {} })(request, response);
    };
    const governor = new QuotaGovernor();
    const client = { apiUrl: store.url, storeHash: 'a', accessToken: 'token', governor, priority: 'import' as const };
    const { signal } = new AbortController();
    const parts = { pages: createPageMapper(), context, store: createStoreClient(client), signal };
    const range = { rangeNo: 0, upTo: null, complete: false, pageSize: 10, cursor: 0 };
    const reader = createPagedReader(parts as unknown as FeedScene, range);
    const sums = { products: 0, items: 0 };
    for (let cursor = 0, ended = false; !ended;) {
      const { page, lastId, ends } = await reader.pageAfter(cursor);
      sums.products += page.products;
      sums.items += page.items.count;
      [cursor, ended] = [lastId ?? cursor, ends];
    }
    return sums;
  }

  it.each<Habits>([
    { cap: 250, tells: true },
    { cap: 250, tells: false },
    { cap: 4, tells: true },
    { cap: 4, tells: false },
  ])('is read whole: %j', async (habits) => {
    await expect(readAll(habits)).resolves.toEqual({ products: 23, items: 23 });
  });

  it('and not even these is no feed', async () => {
    await expect(readAll({ cap: 250, tells: false, stuck: true })).rejects.toThrow('the same page again');
  });

  it('begins a page at the place that was reached, whatever the size', () => {
    expect([sizeThatFits(0, 250), sizeThatFits(250, 125), sizeThatFits(250, 62), sizeThatFits(7, 5)]).toEqual([
      250, 125, 50, 1,
    ]);
  });
});
