import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { itInLong } from '../helpers/it-in-long.ts';
import { startProcess } from '../helpers/processes.ts';
import { startSystem } from '../helpers/system.ts';
import type { TestSystem } from '../helpers/system.ts';
import { waitFor } from '../helpers/wait.ts';
import { jsonCommands, openSupplier } from './fr-support.ts';
import type { Supplier } from './fr-support.ts';
import { sessionOf, stopSystem } from './support.ts';
import type { RunDocument } from './support.ts';

type Document = Record<string, unknown>;

let system: TestSystem;
beforeAll(async () => {
  system = await startSystem(['--products', '1']);
});
afterAll(() => stopSystem(system));

const { run, failure } = jsonCommands(() => system);
/** What a list that is drawn anew shows last: each drawing begins with the heads of its columns. */
const lastDrawing = (output: string) => output.slice(output.toLowerCase().lastIndexOf('number'));
const keysOf = (...words: string[]) => expect.arrayContaining(words.flatMap((each) => each.split(' ')));

describe('a request from submit to cancel', () => {
  let shop: Supplier;
  beforeAll(async () => {
    shop = await openSupplier(system, 'desk', '  autoSend: false\n  holdHours: 3');
  });

  it('is taken in, processed, held, released and sent', async () => {
    const document = { ...shop.document('D-1'), totalCost: '25.10' };
    const submitted = await run(['fr', 'submit', '-'], document);
    expect(submitted).toMatchObject({ exitCode: 0, document: { outcome: 'accepted', processing: 'unprocessed' } });
    expect((await run(['fr', 'explain', 'D-1'])).document['explanation']).toContain('bcsource fr process D-1');
    expect((await run(['fr', 'process', 'D-1'])).document).toMatchObject({ outcome: 'done' });
    await shop.reach('D-1', 'processing');
    const heldUntil = new Date(Date.now() + 90 * 60_000);
    expect((await run(['fr', 'hold', 'D-1', '--until', heldUntil.toISOString()])).exitCode).toBe(0);
    const preview = (await run(['fr', 'preview', 'D-1'])).document;
    expect(preview).toMatchObject({
      sendAt: heldUntil.toISOString(),
      body: { external_order_id: 'D-1', customer_id: 0 },
    });
    for (const check of preview['checks'] as Document[])
      expect(check).toEqual({ code: expect.any(String), ok: true, message: expect.any(String) });
    expect((await run(['fr', 'release', 'D-1'])).exitCode).toBe(0);
    await shop.reach('D-1', 'acknowledged');
  });

  it('is shown with its timeline, and what comes too late is refused', async () => {
    const document = { ...shop.document('D-1'), totalCost: '25.10' };
    const { bigcommerceOrderId } = await shop.reach('D-1', 'acknowledged');

    const shown = (await run(['fr', 'show', 'D-1'])).document;
    expect(Object.keys(shown)).toEqual(
      keysOf(
        'number source processing shipping reason explanation nextStepAt bigcommerceOrderId lines shipments timeline workflowId webUrl',
      ),
    );
    expect(shown).toMatchObject({
      ...{ number: 'D-1', source: 'desk', processing: 'acknowledged', shipping: 'open', reason: null },
      ...{ nextStepAt: null, bigcommerceOrderId, workflowId: 'fr:desk:D-1', shipments: [] },
      lines: [{ id: '1', sku: 'S-1', quantity: 1, shippedQuantity: 0 }],
    });
    const timeline = shown['timeline'] as Document[];
    expect(timeline.map(({ event, by }) => [event, by])).toEqual([
      ['accepted', 'cli'],
      ['processed', 'cli'],
      ['held', 'cli'],
      ['released', 'cli'],
      ['sending', 'workflow'],
      ['acknowledged', 'store'],
    ]);
    for (const event of timeline) expect(Object.keys(event)).toEqual(keysOf('at event by detail'));

    // The last of the stock is gone, as into its own order.
    await shop.control('PATCH', 'products/1', { inventory_level: 0 });
    const { stdout } = await system.cli(['fr', 'preview', 'D-1']);
    await shop.control('PATCH', 'products/1', { inventory_level: 10 });
    expect(stdout).toContain(`D-1 was sent already as BigCommerce order ${bigcommerceOrderId}; nothing would be`);
    expect(stdout).not.toMatch(/problem|stock/);

    const late = await failure(['fr', 'hold', 'D-1', '--for', '2h']);
    expect(late).toMatchObject({ exitCode: 1, code: 'too_late' });
    expect(late.message).toContain(`already sent as BigCommerce order ${bigcommerceOrderId}`);
    expect(await failure(['fr', 'amend', '-'], { ...document, note: 'late' })).toMatchObject({ code: 'too_late' });
    expect((await run(['fr', 'cancel', 'D-1'])).document).toMatchObject({ outcome: 'done' });
    expect(await shop.orders()).toMatchObject([{ id: bigcommerceOrderId, fields: { status_id: 5 } }]);
    expect((await run(['fr', 'cancel', 'D-1'])).exitCode).toBe(0);
  });

  it('is told with many others by filter', async () => {
    const numbers = ['M-1', 'M-2', 'M-3'];
    await shop.submit(...numbers.map((number) => shop.document(number, { note: 'many' })));
    expect(await failure(['fr', 'cancel', '--source', 'desk', '--text', 'M-'])).toMatchObject({ exitCode: 2 });
    const { document } = await run(['fr', 'process', '--source', 'desk', '--text', 'M-', '--yes']);
    expect(document).toMatchObject({ done: 3, refused: 0, pending: 0 });
    const canceled = await run(['fr', 'cancel', 'M-1', 'D-1', 'M-2', '--source', 'desk', '--yes']);
    expect(canceled).toMatchObject({ exitCode: 0, document: { done: 3 } });
    const chosen = ['--state', 'processing', 'canceled', '--limit', '3'];
    const { document: listed } = await run<Document[]>(['fr', 'list', '--source', 'desk', ...chosen]);
    expect(listed.map(({ number, processing }) => [number, processing])).toEqual([
      ['M-3', 'processing'],
      ['M-2', 'canceled'],
      ['M-1', 'canceled'],
    ]);
    for (const row of listed) {
      expect(Object.keys(row)).toEqual(
        keysOf('number source processing shipping reason explanation nextStepAt bigcommerceOrderId createdAt'),
      );
    }
    const lines = await system.cli(['fr', 'list', '--source', 'desk', '--json=lines']);
    expect(lines.jsonLines().map(({ number }) => number)).toEqual(['M-3', 'M-2', 'M-1', 'D-1']);
  });

  itInLong('is listed by age and by the code of its failure, also while somebody watches', async () => {
    await shop.submit(shop.document('L-1', { lines: [{ sku: 'NONE', quantity: 1 }] }), shop.document('L-2'));
    expect((await run(['fr', 'process', 'L-1'])).exitCode).toBe(0);
    expect((await run(['fr', 'release', 'L-1'])).exitCode).toBe(0);
    await shop.reach('L-1', 'failed');
    await sql`update fulfillment_requests set created_at = now() - interval '3 hours' where number = 'L-2'`.execute(
      system.database.db,
    );
    const listed = async (...filter: string[]) =>
      (await run<Document[]>(['fr', 'list', '--source', 'desk', ...filter])).document.map(({ number }) => number);
    expect(await listed('--older-than', '2h')).toEqual(['L-2']);
    expect(await listed('--code', 'sku_not_found')).toEqual(['L-1']);
    expect(await listed('--code', 'out_of_stock')).toEqual([]);
    const list = ['fr', 'list', '--source', 'desk', '--code', 'sku_not_found', '--watch'];
    const watched = await startProcess('client/cli/main.js', list, system.environment, /L-1/);
    expect((await run(['fr', 'cancel', 'L-1', 'L-2', '--yes'])).document).toMatchObject({ done: 2 });
    await waitFor('the next drawing', () => !lastDrawing(watched.output()).includes('L-1'));
    await watched.stop('SIGINT');
  });

  it('is found by the id of its order where runs are looked at', async () => {
    const { bigcommerceOrderId } = await shop.reach('D-1', 'canceled');
    const client = await (await sessionOf(system)).temporal();
    const found = await waitFor('the search attributes', async () => {
      const ids = [];
      for await (const { workflowId } of client.workflow.list({ query: `BcOrderId = '${bigcommerceOrderId}'` }))
        ids.push(workflowId);
      return ids.length > 0 && ids;
    });
    expect(found).toContain('fr:desk:D-1');
  });

  it('is not chosen by a number and a filter at once: nobody could know which of them counts', async () => {
    await shop.submit(shop.document('B-1'));
    for (const filter of [['--all'], ['--state', 'failed'], ['--older-than', '2020-01-01'], ['--code', 'out_of_stock']])
      expect(await failure(['fr', 'cancel', 'B-1', ...filter])).toMatchObject({ exitCode: 2, code: 'invalid_input' });
    expect(await shop.reach('B-1', 'unprocessed')).toMatchObject({ cancelRequestedAt: null });
    expect(await failure(['fr', 'hold', 'B-1', '--until', '2027-02-30'])).toMatchObject({ exitCode: 2 });
    expect(await failure(['fr', 'hold', 'B-1', '--for', '99999999d'])).toMatchObject({ exitCode: 2 });
    expect((await run(['fr', 'cancel', 'B-1', 'B-1'])).document).toMatchObject({ number: 'B-1', outcome: 'done' });
  });

  it('that does not exist or cannot be taken in is refused', async () => {
    expect(await failure(['fr', 'show', 'nobody'])).toMatchObject({ exitCode: 3, code: 'not_found' });
    expect(await failure(['fr', 'submit', '-'], { ...shop.document('X-1'), source: 'nobody' })).toMatchObject({
      exitCode: 3,
      code: 'source_not_found',
    });
    expect(await failure(['fr', 'submit', '-'], shop.document('D-1', { note: 'other' }))).toMatchObject({
      exitCode: 2,
      code: 'number_taken',
    });
    const bad = await failure(['fr', 'submit', '-'], shop.document('X-2', { lines: [{ sku: '', quantity: 0 }] }));
    expect(bad).toMatchObject({ exitCode: 2, code: 'invalid_input' });
    expect(bad).toHaveProperty('problems.length', 2);
  });
});

describe('a request that fails', () => {
  it('is mended by amend; an order of somebody else with its number is adopted or left', async () => {
    const shop = await openSupplier(system, 'mending', '  autoSend: true');
    await shop.submit(shop.document('F-1', { lines: [{ sku: 's-1', quantity: 1 }] }));
    await shop.reach('F-1', 'failed');
    expect((await run(['fr', 'show', 'F-1'])).document['reason']).toMatchObject({
      ...{ code: 'sku_not_found', message: expect.stringContaining('S-1') },
      hint: expect.stringContaining('bcsource fr amend'),
    });
    // Temporal is away when it is amended: the same command again goes on with it.
    const away = { TEMPORAL_ADDRESS: '127.0.0.1:1' };
    const mended = JSON.stringify(shop.document('F-1'));
    expect((await system.cli(['fr', 'amend', '-', '--json'], mended, away)).exitCode).not.toBe(0);
    expect((await run(['fr', 'show', 'F-1'])).document).toMatchObject({ processing: 'failed' });
    expect((await run(['fr', 'amend', '-'], shop.document('F-1'))).document).toMatchObject({ outcome: 'same' });
    await shop.reach('F-1', 'acknowledged');

    const id = await shop.orderByHand('F-2');
    await shop.submit(shop.document('F-2'));
    const failed = await shop.reach('F-2', 'failed');
    expect([failed.reasonCode, failed.reasonMessage]).toEqual(['order_conflict', expect.stringContaining(`${id}`)]);
    expect(await failure(['fr', 'adopt', 'F-2', '--order', '999999'])).toMatchObject({
      exitCode: 3,
      code: 'not_found',
    });
    expect((await run(['fr', 'adopt', 'F-2', '--order', `${id}`])).exitCode).toBe(0);
    expect(await shop.reach('F-2', 'acknowledged')).toMatchObject({ bigcommerceOrderId: id });
    expect(await shop.orders()).toHaveLength(2);
  });
});

describe('a request on its way to the store', () => {
  it('waits as a store asks that has had enough of us, and is one order all the same', async () => {
    const shop = await openSupplier(system, 'busy', '  autoSend: true');
    const refusal = { kind: 'status', status: 429, headers: { 'x-rate-limit-time-reset-ms': '900' }, times: 2 };
    await shop.control('PUT', 'faults', { ...refusal, method: 'POST', path: '/v2/orders' });
    await shop.submit(shop.document('T-1'));
    await shop.reach('T-1', 'acknowledged');
    expect(await shop.orders()).toHaveLength(1);
  });

  it('makes its customer once, and finds it the next time', async () => {
    const shop = await openSupplier(system, 'maker', '  autoSend: true\n  customer: create');
    await shop.submit(shop.document('C-1'));
    await shop.reach('C-1', 'acknowledged');
    await shop.submit(shop.document('C-2'));
    await shop.reach('C-2', 'acknowledged');
    expect(await shop.control('GET', 'state')).toMatchObject({ customers: 1 });
    const customers = (await shop.orders()).map(({ fields }) => fields['customer_id']);
    expect([customers.length, new Set(customers).size, customers[0]]).toEqual([2, 1, expect.any(Number)]);
    expect(customers[0]).not.toBe(0);
  });
});

describe('a run of the job', () => {
  itInLong('starts the workflow anew of a request that lost it', async () => {
    const shop = await openSupplier(system, 'lost', '  autoSend: true\n  schedule: { cron: "0 0 1 1 *" }');
    await shop.submit(shop.document('W-1'));
    await shop.reach('W-1', 'processing');
    const client = await (await sessionOf(system)).temporal();
    await waitFor('its checks', async () => (await shop.reach('W-1', 'processing')).checkedAt !== null);
    await client.workflow.getHandle('fr:lost:W-1').terminate('by mistake');
    const { document } = await run<RunDocument>(['send', 'lost', '--wait']);
    expect(document.counts).toMatchObject({ due: 1, sent: 1 });
    await shop.reach('W-1', 'acknowledged');
  });

  it('sends what is ready, counts it, and leaves what is held', async () => {
    const shop = await openSupplier(system, 'scheduled', '  autoSend: true\n  schedule: { cron: "0 0 1 1 *" }');
    await shop.submit(
      shop.document('R-1'),
      shop.document('R-2', { lines: [{ sku: 'NONE', quantity: 1 }] }),
      shop.document('R-3'),
    );
    await run(['fr', 'hold', 'R-3', '--for', '2h']);
    const { exitCode, document } = await run<RunDocument>(['send', 'scheduled', '--wait']);
    expect([exitCode, document.status]).toEqual([0, 'completed']);
    expect(document).toMatchObject({ workflowId: 'send:scheduled', webUrl: expect.stringContaining('http') });
    expect(document.counts).toEqual({ due: 2, sent: 1, failed: 1, held: 1, waiting: 0 });
    await shop.reach('R-1', 'acknowledged');
    await shop.reach('R-2', 'failed');
    expect(await failure(['send', 'nobody'])).toMatchObject({ exitCode: 3, code: 'source_not_found' });
  });
});

describe('an order', () => {
  it('is routed to a source, or stays open and says why until it can be routed', async () => {
    const shop = await openSupplier(system, 'routed', '  autoSend: true');
    await shop.import();
    const { source: _, ...order } = shop.document('O-1', { lines: [{ sku: 'S-2', quantity: 2 }] });
    expect((await run(['order', 'preview', '-'], order)).document).toMatchObject({ routing: { routed: true } });
    const submitted = await run(['order', 'submit', '-'], order);
    expect(submitted).toMatchObject({
      exitCode: 0,
      document: { state: 'routed', frs: [{ number: 'O-1', source: 'routed' }] },
    });
    await shop.reach('O-1', 'acknowledged');
    const shown = (await run(['order', 'show', 'O-1'])).document;
    expect(shown).toMatchObject({
      state: 'routed',
      frs: [{ processing: 'acknowledged', workflowId: 'fr:routed:O-1' }],
    });

    // The stock that O-1 took counts as taken, though no import has seen it yet.
    const next = await run(['order', 'submit', '-'], { ...order, number: 'O-2' });
    expect(next).toMatchObject({ exitCode: 0, document: { state: 'open', routing: { routed: false } } });
    expect(JSON.stringify(next.document['routing'])).toContain('available 0');
    await shop.control('PATCH', 'products/2', { inventory_level: 2 });
    await shop.import();
    expect((await run(['order', 'route', 'O-2'])).document).toMatchObject({ number: 'O-2', state: 'routed' });
    const { document: listed } = await run<Document[]>(['order', 'list']);
    expect(listed.map(({ number, state }) => [number, state])).toEqual([
      ['O-2', 'routed'],
      ['O-1', 'routed'],
    ]);
    const traced = await run(['mapping', 'test', 'routed', '--fr', 'O-1']);
    expect(traced.document['fields']).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ field: 'billing_address.country_iso2', raw: 'US', result: 'US' }),
        expect.objectContaining({ field: 'status_id', from: 'constant' }),
      ]),
    );
  });
});
