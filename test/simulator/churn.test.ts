import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startStore, type TestStore } from './helpers.ts';

interface Round {
  deleted: number[];
  touched: number[];
  created: number[];
  hidden: number[];
}

describe('a catalogue that changes while it is read', () => {
  let store: TestStore;

  beforeEach(async () => {
    store = await startStore();
  });
  afterEach(() => store.close());

  async function read(query: (page: number, last: number) => string): Promise<Set<number>> {
    const seen = new Set<number>();
    for (let page = 1; page < 100; page += 1) {
      const { body } = await store.get(
        `/v3/catalog/products?limit=10&include_fields=id&${query(page, Math.max(0, ...seen))}`,
      );
      if (body.data.length === 0) break;
      for (const product of body.data) seen.add(product.id);
    }
    return seen;
  }

  async function livingThroughout(): Promise<number[]> {
    const rounds: Round[] = (await store.control('GET', '/churn')).body.rounds;
    const created = new Set(rounds.flatMap((round) => round.created));
    const { body } = await store.control('GET', '/products');
    return body.ids.filter((id: number) => !created.has(id));
  }

  it('loses no living product for a reader by id, and some for a reader by page number', async () => {
    await store.control('POST', '/churn', { every: 1, deletes: 2, seed: 3 });
    const byId = await read((_page, last) => `id:greater=${last}`);
    expect((await livingThroughout()).filter((id) => !byId.has(id))).toEqual([]);
    await store.control('POST', '/reset', {});
    await store.control('POST', '/churn', { every: 1, deletes: 2, seed: 3 });
    const byPage = await read((page) => `page=${page}`);
    expect((await livingThroughout()).filter((id) => !byPage.has(id)).length).toBeGreaterThan(0);
  });

  it('remembers what it did, and does it as often as it was told', async () => {
    await store.control('POST', '/churn', { every: 2, deletes: 1, touches: 1, creates: 2, hides: 1, rounds: 3 });
    for (let list = 0; list < 12; list += 1) await store.get('/v3/catalog/products?limit=1');
    const { body } = await store.control('GET', '/churn');
    expect(body.rounds.map((round: { beforeList: number }) => round.beforeList)).toEqual([3, 5, 7]);
    const [first] = body.rounds;
    expect((await store.get(`/v3/catalog/products/${first.deleted[0]}`)).status).toBe(404);
    expect((await store.get(`/v3/catalog/products/${first.created[1]}`)).status).toBe(200);
    expect((await store.control('GET', '/state')).body.catalogue.count).toBe(200 - 3 + 6);
  });

  it('changes in the same way for the same seed', async () => {
    const run = async (): Promise<Round[]> => {
      await store.control('POST', '/reset', {});
      await store.control('POST', '/churn', { deletes: 3, touches: 2, seed: 9 });
      for (let list = 0; list < 5; list += 1) await store.get('/v3/catalog/products?limit=1');
      return (await store.control('GET', '/churn')).body.rounds;
    };
    expect(await run()).toEqual(await run());
  });

  it('shows a change in a page that was served before', async () => {
    const page = '/v3/catalog/products?id:in=43,52&include=variants';
    await store.get(page);
    await store.control('PATCH', '/variants/124', { inventory_level: 77 });
    await store.control('PATCH', '/products/43', { name: 'Renamed' });
    const { body } = await store.get(page);
    expect([body.data[0].name, body.data[1].variants[0].inventory_level]).toEqual(['Renamed', 77]);
  });

  it('keeps filtered lists right when products come, change and go', async () => {
    const total = async (): Promise<number> =>
      (await store.get('/v3/catalog/products?is_visible=0')).body.meta.pagination.total;
    const before = await total();
    await store.control('PATCH', '/products/43', { is_visible: false });
    await store.control('POST', '/products', { name: 'New', is_visible: false });
    expect(await total()).toBe(before + 2);
    await store.control('DELETE', '/products/43');
    await store.control('PATCH', '/products/53', { is_visible: true });
    expect(await total()).toBe(before);
  });
});
