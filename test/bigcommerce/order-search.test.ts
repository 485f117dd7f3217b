import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createStoreClient } from '../../bigcommerce/client.ts';
import type { StoreClient } from '../../bigcommerce/client.ts';
import { findOrdersByExternalId } from '../../bigcommerce/orders.ts';
import { QuotaGovernor } from '../../bigcommerce/quota.ts';
import { json, startStub, text } from './server.ts';
import type { StubServer } from './server.ts';

const SINCE = new Date('2026-03-02T10:00:00Z');
const MINUTE = 60_000;

let store: StubServer;
let client: StoreClient;
beforeAll(async () => {
  store = await startStub();
});
afterAll(() => store.close());
beforeEach(() => {
  const governor = new QuotaGovernor();
  client = createStoreClient({ apiUrl: store.url, storeHash: 'a', accessToken: 'token', governor, priority: 'send' });
  store.knocks.length = 0;
});

interface Row {
  id: number;
  external_order_id: string | null;
  date_created: string;
  date_modified?: string;
}

/** An order made so many minutes after `SINCE`. */
function order(id: number, number: string | null, minutes = 0): Row {
  const date = new Date(SINCE.getTime() + minutes * MINUTE).toUTCString().replace('GMT', '+0000');
  return { id, external_order_id: number, date_created: date, date_modified: date };
}

interface Heeds {
  filter?: boolean;
  maxId?: boolean;
  sort?: boolean;
  page?: boolean;
}

/** A store that heeds of a query only what it is told to. */
function serve(orders: Row[], { filter = false, maxId = true, sort = true, page = true }: Heeds = {}): void {
  store.answer = (request, response) => {
    const query = new URL(request.url!, 'http://stub').searchParams;
    const highest = maxId && query.has('max_id') ? Number(query.get('max_id')) : Infinity;
    const wanted = filter ? query.get('external_order_id') : null;
    const found = orders.filter((row) => row.id <= highest && (wanted === null || row.external_order_id === wanted));
    if (sort && query.get('sort') === 'id:desc') found.sort((a, b) => b.id - a.id);
    const start = page ? (Number(query.get('page') ?? 1) - 1) * 250 : 0;
    const rows = found.slice(start, start + 250);
    (rows.length > 0 ? json(rows) : text('', 204))(request, response);
  };
}

const find = (number = 'K') => findOrdersByExternalId(client, number, { since: SINCE });
const idsOf = async (number?: string) => (await find(number)).map(({ id }) => id);

/** Orders of others with ids downwards from `from`, a minute apart, the newest made at `SINCE` plus `count` minutes. */
const others = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => order(from - index, `other ${from - index}`, count - index));

describe('the look-up of an order by its number', () => {
  it('finds nothing in one request', async () => {
    serve(others(500, 9), { filter: true });
    await expect(find()).resolves.toEqual([]);
    expect(store.knocks).toHaveLength(1);
    const query = Object.fromEntries(store.knocks[0]!.url.searchParams);
    expect(query).toEqual({ external_order_id: 'K', sort: 'id:desc', limit: '250' });
  });

  it('reads an order leniently', async () => {
    const row = {
      id: '7',
      external_order_id: 'K',
      status_id: '11',
      is_deleted: 'true',
      external_source: null,
      new: {},
    };
    store.answer = json([{ ...row, date_created: 'Mon, 02 Mar 2026 10:00:00 +0000', date_modified: '' }]);
    await expect(find()).resolves.toEqual([
      {
        ...{ id: 7, statusId: 11, externalOrderId: 'K', externalSource: null, isDeleted: true },
        ...{ createdAt: SINCE, modifiedAt: null },
      },
    ]);
  });

  it.each(['A+B & C#1', '50%,x', 'ä/日本', ' K '])('asks for %p as it is', async (number) => {
    serve([order(1, number), order(2, 'other')], { filter: true });
    await expect(idsOf(number)).resolves.toEqual([1]);
    expect(store.knocks).toHaveLength(1);
  });

  it('takes only the same bytes where the store does not mind letter case', async () => {
    store.answer = json([order(3, 'k'), order(2, 'K'), order(1, ' K')]);
    await expect(idsOf()).resolves.toEqual([2]);
    expect(store.knocks).toHaveLength(1);
  });

  it('reads several pages of true matches', async () => {
    serve(
      Array.from({ length: 251 }, (_, index) => order(index + 1, 'K')),
      { filter: true },
    );
    await expect(idsOf()).resolves.toHaveLength(251);
  });

  it.each<[string, unknown]>([
    ['is no list', { id: 1 }],
    ['has a row without an id', [{ external_order_id: 'K' }]],
    ['has a row that is none', [null]],
  ])('is not trusted when the answer %s', async (_name, answer) => {
    store.answer = json(answer);
    await expect(find()).rejects.toMatchObject({ code: 'unexpected_answer' });
  });
});

describe('where the store ignores the filter', () => {
  const old = order(100, 'old', -61);

  it('the newest orders are read back to the time of the request', async () => {
    serve([...others(1_000, 260), order(740, 'K'), ...others(739, 30), old]);
    await expect(idsOf()).resolves.toEqual([740]);
    expect(store.knocks.map(({ url }) => url.searchParams.get('max_id'))).toEqual([null, null, '750']);
  });

  it.each([
    ['an hour before it', -61, 2],
    ['less than an hour before it', -59, 3],
  ])('the end is an order of %s', async (_name, minutes, requests) => {
    serve([order(9, 'other'), order(8, 'other', minutes)]);
    await expect(find()).resolves.toEqual([]);
    expect(store.knocks).toHaveLength(requests);
  });

  it('an order that was given an old date does not end the search', async () => {
    const imported = { ...order(1_151, 'imported', -100_000), date_modified: order(0, null, 5).date_modified! };
    serve([imported, ...others(1_150, 250), order(899, 'K'), old]);
    await expect(idsOf()).resolves.toEqual([899]);
  });

  it('it is read by page where the store ignores max_id as well', async () => {
    serve([...others(1_000, 300), order(600, 'K'), old], { maxId: false });
    await expect(idsOf()).resolves.toEqual([600]);
  });

  it('an order that nobody numbered is no match', async () => {
    serve([order(5, null), order(4, ''), old]);
    await expect(find()).resolves.toEqual([]);
  });

  it.each<[string, Row[], Heeds]>([
    ['rows are not sorted as asked', [order(5, 'x'), order(8, 'y'), old], { sort: false }],
    ['pages repeat themselves', others(1_000, 250), { page: false, maxId: false }],
    ['no end is in sight', others(20_000, 10_100), {}],
  ])('nothing is said when %s', async (_name, rows, heeds) => {
    serve(rows, heeds);
    await expect(find()).rejects.toMatchObject({ code: 'unexpected_answer' });
  });

  it('nothing is said when orders are there at first and then not', async () => {
    store.answer = (request, response) => {
      const isFirst = request.url!.includes('external_order_id');
      (isFirst ? json([order(5, 'x')]) : text('', 204))(request, response);
    };
    await expect(find()).rejects.toMatchObject({ code: 'unexpected_answer' });
  });

  it('a failure on the way is a failure', async () => {
    store.answer = (request, response) => {
      const isFirst = request.url!.includes('external_order_id');
      (isFirst ? json([order(5, 'x')]) : text('', 503))(request, response);
    };
    await expect(find()).rejects.toMatchObject({ code: 'store_unavailable' });
  });
});
