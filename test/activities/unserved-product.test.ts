import { describe, expect, it } from '@jest/globals';
import { createFeedReader } from '../../activities/feed-reader.ts';
import type { FeedScene } from '../../activities/read-page.ts';
import type { ImportContext } from '../../activities/import-context.ts';
import type { PageMapper } from '../../activities/page-mapper.ts';
import { createStoreClient } from '../../bigcommerce/client.ts';
import { QuotaGovernor } from '../../bigcommerce/quota.ts';
import { json, text } from '../bigcommerce/server.ts';
import { useStubStore } from './stub-store.ts';

// The built one: its thread is started from a file.
const built = '../../dist/activities/page-mapper.js';
const { createPageMapper } = (await import(built)) as { createPageMapper: () => PageMapper };

const mapping = {
  ...{ storeCurrency: 'USD', weightFactorKg: '1', dimensionFactorCm: '1', untrackedQuantity: 0, unpurchasable: 'keep' },
  ...{ metrics: new Map(), brands: new Map(), categories: new Map() },
};
const settings = { mapping: {}, pageSize: 4 };
const context = {
  ...{ runId: 'run-1', settings, mapping, selection: { fields: undefined, images: false } },
} as unknown as ImportContext;
const HIGHEST = 8;

describe('a product that the store cannot give out', () => {
  const { db, store } = useStubStore();

  /** Serves eight products, but none of these, of which it knows the ids alone; and reads the feed. */
  async function readFeed(unserved: readonly number[]) {
    store().answer = (request, response) => {
      const query = new URL(request.url!, 'http://stub').searchParams;
      const isIdsAlone = query.get('include_fields') === 'id';
      const after = Number(query.get('id:greater'));
      const ids = Array.from({ length: HIGHEST }, (_, index) => index + 1).filter((id) => id > after);
      const page = ids.slice(0, Number(query.get('limit')));
      if (!isIdsAlone && page.some((id) => unserved.includes(id))) return text('', 500)(request, response);
      const whole = (id: number) => ({ id, name: 'Mug', variants: [{ id: id + 1000, sku: `S-${id}` }] });
      json({ data: page.map((id) => (isIdsAlone ? { id } : whole(id))) })(request, response);
    };
    const parts = { apiUrl: store().url, storeHash: 'a', accessToken: 'token', governor: new QuotaGovernor() };
    const client = createStoreClient({ ...parts, priority: 'import' });
    const { signal } = new AbortController();
    const scene = { deps: { db: db() }, pages: createPageMapper(), context, store: client, signal };
    const range = { rangeNo: 0, upTo: null, complete: false, pageSize: 1, cursor: 0, highestId: HIGHEST };
    const reader = createFeedReader(scene as unknown as FeedScene, range);
    const found = { products: 0, items: 0, refused: [] as number[], findings: [] as unknown[] };
    for (let cursor = 0, ended = false; !ended;) {
      const { page, lastId, ends } = await reader.pageAfter(cursor);
      found.products += page.products;
      found.items += page.items.count;
      found.refused.push(...page.refusedProductIds);
      found.findings.push(...page.findings);
      [cursor, ended] = [lastId ?? cursor, ends];
    }
    return found;
  }

  it('costs only itself', async () => {
    const { findings, ...found } = await readFeed([5]);
    expect(found).toEqual({ products: HIGHEST, items: HIGHEST - 1, refused: [5] });
    expect(findings).toMatchObject([
      {
        ...{ kind: 'rejected', code: 'product_unreadable', productId: 5 },
        message: expect.stringMatching(/^the store cannot give the product out: BigCommerce answered 500 to GET /),
      },
    ]);
  });

  it('is not told from a store in trouble where the next one is no better, and the place is named', async () => {
    await expect(readFeed([5, 6])).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringMatching(/answered 500 to GET .* \(products after id 4, 1 at a time\)$/),
    });
  });
});
