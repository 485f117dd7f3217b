import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { itInLong } from '../helpers/it-in-long.ts';
import { startSystem } from '../helpers/system.ts';
import type { TestSystem } from '../helpers/system.ts';
import { waitFor } from '../helpers/wait.ts';
import { openShop, sessionOf, stopSystem, waitForRun } from './support.ts';
import type { ErrorDocument, RunDocument, Shop } from './support.ts';

interface Difference {
  runId: string;
  decision?: string;
  archive: number;
  zero: number;
  pool: number;
  brands: { brand: string | null; items: number }[];
  mostValuable: { sku: string; value: string; change: string }[];
}

const GUARDED = '  archiveMissing: true\n  archiveGuard: { share: 0.2, minimum: 5 }';

describe('a run that would take much away', () => {
  let system: TestSystem;
  beforeAll(async () => {
    system = await startSystem(['--products', '0']);
  });
  afterAll(() => stopSystem(system));

  const ids = Array.from({ length: 20 }, (_, index) => index + 1);

  async function shopOf(name: string): Promise<Shop> {
    const shop = await openShop(system, name);
    for (const id of ids) await shop.add(id, { price: id });
    await shop.apply(GUARDED);
    await shop.import();
    return shop;
  }

  /** A shop whose run waits because 6 of 20 items are gone. */
  async function waitingShop(name: string) {
    const shop = await shopOf(name);
    for (const id of ids.slice(-6)) await shop.control('DELETE', `products/${id}`);
    const run = await shop.import();
    expect(run).toMatchObject({ status: 'waiting_for_approval', reasonCode: 'waiting_for_approval' });
    return { shop, run };
  }

  async function signal(workflowId: string, name: string): Promise<void> {
    await (await (await sessionOf(system)).temporal()).workflow.getHandle(workflowId).signal(name);
  }

  it('waits with exit code 6, shows the difference, and archives when it is approved', async () => {
    const shop = await shopOf('approved');
    for (const id of ids.slice(-6)) await shop.control('DELETE', `products/${id}`);
    const waiting = await system.cli(['inventory', 'import', shop.name, '--wait', '--json']);
    expect(waiting.exitCode).toBe(6);
    expect(waiting.json<RunDocument>()).toMatchObject({
      status: 'waiting_for_approval',
      counts: { products: 14, items: 14, created: 0, updated: 0, unchanged: 14, archived: 0, rejected: 0 },
      reason: { hint: expect.stringContaining('bcsource inventory approve approved --show') },
    });
    expect(waiting.json<ErrorDocument>().error.code).toBe('waiting_for_approval');
    expect(Object.keys(await shop.living())).toHaveLength(20);

    const shown = await system.cli(['inventory', 'approve', shop.name, '--show', '--json']);
    const difference = shown.json<Difference>();
    expect(difference).toMatchObject({ archive: 6, zero: 0, pool: 20, brands: [{ items: 6 }] });
    expect(difference.mostValuable.map(({ sku, value }) => `${sku} ${Number(value)}`).slice(0, 2)).toEqual([
      'S-20 100',
      'S-19 95',
    ]);
    expect(Object.keys(await shop.living())).toHaveLength(20);

    const again = await system.cli(['inventory', 'import', shop.name, '--json']);
    expect([again.exitCode, again.json<ErrorDocument>().error.code]).toEqual([6, 'waiting_for_approval']);

    const approved = await system.cli(['inventory', 'approve', shop.name, '--json']);
    expect(approved.json<Difference>()).toMatchObject({ decision: 'approved', archive: 6 });
    const run = await waitForRun(system, shop.name, 'completed', { id: difference.runId });
    expect(run).toMatchObject({ reason: null, counts: { archived: 6 } });
    expect(Object.keys(await shop.living())).toHaveLength(14);

    const late = await system.cli(['inventory', 'approve', shop.name, '--json']);
    expect([late.exitCode, late.json<ErrorDocument>().error.code]).toEqual([3, 'not_found']);
  });

  it('says in the Web UI what it waits for, in the words of the command line', async () => {
    const { shop, run } = await waitingShop('in-words');
    const client = await (await sessionOf(system)).temporal();
    const handle = client.workflow.getHandle(run.workflowId);
    // What the Web UI asks for; a query like another.
    const detailsOf = async () =>
      (await handle.query<{ currentDetails: string }>('__temporal_workflow_metadata')).currentDetails;
    const { sentence } = await handle.query<{ sentence: string }>('explain');
    expect(sentence).toMatch(/^Waiting for a person until .*: 6 items would be archived/);
    expect(await detailsOf()).toBe(sentence);
    await signal(run.workflowId, 'approve');
    await waitForRun(system, shop.name, 'completed', run);
    await waitFor('its last words', async () => /^Done: 14 of 14 products.* 6 archived/.test(await detailsOf()));
  });

  itInLong('keeps everything when it is rejected, and asks again the next time', async () => {
    const { shop, run } = await waitingShop('rejected');
    const rejected = await system.cli(['inventory', 'reject', shop.name, '--json']);
    expect([rejected.exitCode, rejected.json<Difference>().decision]).toEqual([0, 'rejected']);
    const ended = await waitForRun(system, shop.name, 'completed', run);
    expect(ended).toMatchObject({ id: run.id, reason_code: 'rejected_by_person', counts: { archived: 0 } });
    expect(Object.keys(await shop.living())).toHaveLength(20);
    const next = await shop.import();
    expect(next.status).toBe('waiting_for_approval');
    await signal(run.workflowId, 'approve');
    await waitForRun(system, shop.name, 'completed', next);
  });

  it('hears the decision by signal too, and only while it waits', async () => {
    const { shop, run } = await waitingShop('signalled');
    await signal(run.workflowId, 'approve');
    await signal(run.workflowId, 'reject');
    expect(await waitForRun(system, shop.name, 'completed', run)).toMatchObject({
      reason: null,
      counts: { archived: 6 },
    });

    await shop.control('POST', 'faults', { kind: 'delay', path: '/v3/catalog/products', times: 1, delayMs: 800 });
    const early = await shop.start();
    await waitForRun(system, shop.name, 'running');
    await signal(run.workflowId, 'reject');
    for (const id of ids.slice(0, 6)) await shop.control('DELETE', `products/${id}`);
    await waitForRun(system, shop.name, 'waiting_for_approval', { id: early });
    await signal(run.workflowId, 'reject');
    await waitForRun(system, shop.name, 'completed', { id: early });
  });

  itInLong('is canceled while it waits and archives nothing', async () => {
    const { shop, run } = await waitingShop('called-off');
    expect((await system.cli(['runs', 'cancel', run.id, '--json'])).exitCode).toBe(0);
    const ended = await waitForRun(system, shop.name, 'canceled');
    expect(ended).toMatchObject({ reason_code: 'canceled', counts: { archived: 0 } });
    expect(Object.keys(await shop.living())).toHaveLength(20);
  });

  it('waits as well before items lose all their stock, and writes none of it until then', async () => {
    const shop = await shopOf('zeroing');
    for (const id of ids.slice(0, 6)) await shop.control('PATCH', `products/${id}`, { inventory_level: 0 });
    await shop.control('PATCH', 'products/7', { inventory_level: 3 });
    const run = await shop.import();
    expect(run.status).toBe('waiting_for_approval');
    expect(await shop.living()).toMatchObject({ 'S-1': 5, 'S-6': 5, 'S-7': 3 });
    const shown = await system.cli(['inventory', 'approve', shop.name, '--show', '--json']);
    expect(shown.json<Difference>()).toMatchObject({ archive: 0, zero: 6, pool: 20 });
    await signal(run.workflowId, 'approve');
    const ended = await waitForRun(system, shop.name, 'completed', run);
    expect(ended.counts).toMatchObject({ items: 20, updated: 7, unchanged: 13 });
    expect(await shop.living()).toMatchObject({ 'S-1': 0, 'S-6': 0, 'S-7': 3, 'S-8': 5 });
    expect((await shop.import()).counts).toMatchObject({ unchanged: 20, updated: 0 });
  });

  itInLong('does not ask for less than the minimum', async () => {
    const shop = await shopOf('little');
    for (const id of ids.slice(0, 4)) await shop.control('DELETE', `products/${id}`);
    expect(await shop.import()).toMatchObject({ status: 'completed', counts: { archived: 4 } });
  });

  itInLong('asks for an empty catalogue, however small the pool', async () => {
    const shop = await openShop(system, 'emptied');
    await shop.add(1);
    await shop.apply(GUARDED);
    await shop.import();
    await shop.control('DELETE', 'products/1');
    const run = await shop.import();
    expect(run.status).toBe('waiting_for_approval');
    await signal(run.workflowId, 'reject');
    await waitForRun(system, shop.name, 'completed', run);
    expect(await shop.living()).toEqual({ 'S-1': 5 });
  });

  it('has nothing to ask when an empty catalogue meets an empty pool', async () => {
    const shop = await openShop(system, 'new-and-empty');
    await shop.apply(GUARDED);
    expect(await shop.import()).toMatchObject({ status: 'completed', counts: { products: 0, items: 0, archived: 0 } });
  });
});
