import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { sql } from 'kysely';
import { hintActivities } from '../../activities/hints.ts';
import { createLiveContexts } from '../../activities/live-context.ts';
import { askForDecision } from '../../database/run-decision.ts';
import { addRunContext, finishImportRun } from '../../database/runs.ts';
import { saveSource } from '../../database/sources.ts';
import { inventorySchema } from '../../domain/source/inventory.ts';
import { json, text } from '../bigcommerce/server.ts';
import { addRun, importFeed, makeItem, readPool } from '../database/builders.ts';
import { withClock } from '../helpers/with-clock.ts';
import { useStubStore } from './stub-store.ts';

const facts = { currency: 'USD', weightFactorKg: '1', dimensionFactorCm: '1', firstImport: true };
const POOL = 60;

let name: string;
let last = 0;
let pageSize = 250;
const { db, store, sourceId, deps } = useStubStore(async (db) => {
  name = `hinted-${++last}`;
  const inventory = inventorySchema.parse({
    archiveMissing: true,
    archiveGuard: { share: 1, minimum: 1000 },
    pageSize,
  });
  const draft = { name, connectionType: 'api_token' as const, storeHash: 'abc', document: 'x' };
  return (await saveSource(db, { ...draft, settings: { inventory } }, () => Promise.resolve())).id;
});
beforeEach(async () => {
  const items = Array.from({ length: POOL }, (_, index) => makeItem(index + 1, { productId: index + 1 }));
  const { scope } = await importFeed(db(), sourceId(), [items], true);
  await addRunContext(db(), scope.runId, facts);
  await finishImportRun(db(), scope.runId, 'completed', null);
});

const hint = (ids: number[]) =>
  sql`insert into hints (source_id, kind, resource_id) select ${sourceId()}, 'product', unnest(${ids}::bigint[])`.execute(
    db(),
  );
const left = async () =>
  (await db().selectFrom('hints').select('resource_id').where('source_id', '=', sourceId()).execute()).length;
const archived = async () => (await readPool(db(), sourceId())).filter(({ archivedAt }) => archivedAt).length;
const upTo = (highest: number) => Array.from({ length: highest }, (_, index) => index + 1);

/** A store that has these products alone, and that breaks down after so many requests. */
function serve(
  living: { id: number; sku: string; inventory_level?: number }[],
  requests = Number.POSITIVE_INFINITY,
): void {
  const products = living.map(({ id, sku, inventory_level = 0 }) => ({
    ...{ id, name: 'P', price: 10, inventory_tracking: 'variant', variants: [{ id, sku, inventory_level }] },
  }));
  store().knocks.length = 0;
  store().answer = (request, response) => {
    if (store().knocks.length > requests) return text('', 503)(request, response);
    if (!/\/products$/.test(store().knocks.at(-1)!.url.pathname)) return json({}, 404)(request, response);
    json({ data: products, meta: { pagination: { total: products.length } } })(request, response);
  };
}

/** One attempt of the activity. */
function follow(): Promise<{ worked: number }> {
  const all = deps();
  const { followProductHints } = hintActivities(all, createLiveContexts(all));
  return new MockActivityEnvironment().run(() => followProductHints(name)) as Promise<{ worked: number }>;
}

describe('hints at products that are gone', () => {
  it('are settled as far as the store answered, so that the next attempt goes on from there', async () => {
    await hint(upTo(POOL));
    serve([], 1 + 40);
    await expect(follow()).rejects.toMatchObject({ code: 'store_unavailable' });
    const settled = POOL - (await left());
    expect(settled).toBeGreaterThan(0);
    expect(await archived()).toBe(settled);
    serve([], 1 + 40);
    await follow();
    expect([await left(), await archived()]).toEqual([0, POOL]);
  });

  it('cost one request for all and one for each that the pool has, and none where it has no item of them', async () => {
    await hint([1, ...upTo(200).map((id) => POOL + id)]);
    serve([]);
    expect(await follow()).toEqual({ worked: 201 });
    expect(store().knocks).toHaveLength(2);
    expect([await left(), await archived()]).toEqual([0, 1]);
  });

  it('free their SKU for the product that has it now, however many are gone', async () => {
    await hint([...upTo(POOL), POOL + 1]);
    serve([{ id: POOL + 1, sku: 'SKU-1' }]);
    await follow();
    const pool = await readPool(db(), sourceId());
    expect(pool.filter(({ archivedAt }) => !archivedAt)).toMatchObject([{ sku: 'SKU-1', variantId: POOL + 1 }]);
    expect([await left(), await archived()]).toEqual([0, POOL - 1]);
  });
});

it.each([
  ['behind', -3_600_000],
  ['ahead of', 3_600_000],
])('a worker whose clock is %s all others leaves nothing of what another has read', async (_name, offMs) => {
  const read = async (quantity: number) => {
    await hint([1]);
    serve([{ id: 1, sku: 'SKU-1', inventory_level: quantity }]);
    await follow();
  };
  const quantity = async () => (await readPool(db(), sourceId())).find(({ sku }) => sku === 'SKU-1')!.quantity;
  await read(7);
  await withClock(offMs, () => read(6));
  expect(await quantity()).toBe(6);
  await read(8);
  expect(await quantity()).toBe(8);
});

describe('hints that come while an import is under way', () => {
  it('are followed, and once more when it has read the feed, though it then waits for a person', async () => {
    await hint([1]);
    serve([{ id: 1, sku: 'SKU-1' }]);
    const runId = await addRun(db(), sourceId());
    expect([await follow(), await follow()]).toEqual([{ worked: 1 }, { worked: 0 }]);
    await askForDecision(db(), runId, { code: 'waiting_for_approval', reason: 'r', hint: 'h' });
    expect([await follow(), await left()]).toEqual([{ worked: 1 }, 0]);
  });

  it('are followed once more also where it began while the store was asked', async () => {
    await hint([1]);
    serve([{ id: 1, sku: 'SKU-1' }]);
    const answer = store().answer!;
    store().answer = (request, response) => {
      void addRun(db(), sourceId(), 'began-meanwhile').then(() => answer(request, response));
    };
    await follow();
    expect(await left()).toBe(1);
    await finishImportRun(db(), 'began-meanwhile', 'completed', null);
    store().answer = answer;
    expect([await follow(), await left()]).toEqual([{ worked: 1 }, 0]);
  });
});

// A page that is no larger than a portion hides nothing of it.
describe.each([250, 20])('a store that ignores the filter by ids (pages of %i)', (size) => {
  beforeAll(() => void (pageSize = size));
  afterAll(() => void (pageSize = 250));

  it('has hints settled in portions, as an attempt has time for', async () => {
    await hint(upTo(POOL));
    const attempts: number[] = [];
    while ((await left()) > 0) {
      store().knocks.length = 0;
      store().answer = (request, response) => {
        if (store().knocks.length > 40) return text('', 503)(request, response);
        const id = Number(/products\/(\d+)/.exec(request.url!)?.[1]);
        const product = { id, name: 'P', price: 10, variants: [{ id, sku: `SKU-${id}` }] };
        json(Number.isNaN(id) ? { data: [{ id: 999 }] } : { data: product })(request, response);
      };
      await follow();
      attempts.push(await left());
    }
    expect(attempts).toHaveLength(3);
    const pool = await readPool(db(), sourceId());
    expect(pool.filter(({ title, archivedAt }) => title === 'P' && !archivedAt)).toHaveLength(POOL);
  });
});
