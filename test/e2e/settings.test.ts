import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { followRun, startJob } from '../../client/jobs.ts';
import { startSystem } from '../helpers/system.ts';
import type { TestSystem } from '../helpers/system.ts';
import { openShop, sessionOf, stopSystem } from './support.ts';
import type { ErrorDocument, RunDocument } from './support.ts';

describe('the settings of an inventory', () => {
  let system: TestSystem;
  beforeAll(async () => {
    system = await startSystem(['--products', '0']);
  });
  afterAll(() => stopSystem(system));

  it('skipHidden and skipDigital leave products out, and archive what was there before', async () => {
    const shop = await openShop(system, 'skipping');
    await shop.add(1);
    await shop.add(2, { is_visible: false });
    await shop.add(3, { type: 'digital' });
    await shop.apply();
    expect((await shop.import()).counts).toMatchObject({ items: 3, skipped: 0 });
    await shop.apply('  archiveMissing: true\n  skipHidden: true\n  skipDigital: true');
    const run = await shop.import();
    expect(run.counts).toMatchObject({ products: 3, items: 1, skipped: 2, archived: 2 });
    expect(await shop.living()).toEqual({ 'S-1': 5 });
    const shown = await system.cli(['runs', 'show', run.id, '--skipped', '--json']);
    const reasons = shown.json<RunDocument>().skipped!.map(({ productId, code }) => [productId, code]);
    expect(reasons).toEqual([
      [2, 'hidden'],
      [3, 'digital'],
    ]);
  });

  it('archiveMissing archives what is gone with quantity 0 and restores it when it returns', async () => {
    const shop = await openShop(system, 'archiving');
    for (const id of [1, 2]) await shop.add(id);
    await shop.apply();
    await shop.import();
    const { id } = await shop.item('S-2');
    await shop.control('DELETE', 'products/2');
    expect((await shop.import()).counts).toMatchObject({ items: 1, archived: 1, unchanged: 1 });
    expect(await shop.item('S-2')).toMatchObject({ quantity: 0, archived_at: expect.any(Date) });
    expect((await shop.import()).counts).toMatchObject({ archived: 0, unchanged: 1 });
    await shop.add(2);
    expect((await shop.import()).counts).toMatchObject({ items: 2, restored: 1, created: 0, updated: 0 });
    expect(await shop.item('S-2')).toMatchObject({ id, quantity: 5, archived_at: null });
  });

  it('are needed by its commands, which say so without asking the store', async () => {
    await openShop(system, 'sending-only');
    const connection = '{ type: api_token, storeHash: sendingonly, accessToken: sendingonly-token }';
    const file = (name: string, section: string) => `name: ${name}\nconnection: ${connection}\n${section}: {}\n`;
    for (const [name, section] of [
      ['sending-only', 'fulfillment'],
      ['stock-only', 'inventory'],
    ] as const)
      expect((await system.cli(['source', 'apply', '-'], file(name, section))).exitCode).toBe(0);
    const commands = [
      ['inventory', 'import', 'sending-only'],
      ['inventory', 'refresh', 'sending-only'],
      ['inventory', 'preview', 'sending-only'],
      ['mapping', 'test', 'sending-only', '--sku', 'A'],
      ['send', 'stock-only'],
    ];
    for (const command of commands) {
      const refused = await system.cli([...command, '--json']);
      const { code, hint } = refused.json<ErrorDocument>().error;
      expect([...command, refused.exitCode, code]).toEqual([...command, 2, 'job_not_set_up']);
      expect(hint).toContain('source apply');
    }
    const session = await sessionOf(system);
    for (const [job, name] of [
      ['inventory', 'sending-only'],
      ['refresh', 'sending-only'],
      ['send', 'stock-only'],
    ] as const) {
      const started = await startJob(session, job, name);
      const { failure } = await followRun(session, started, () => undefined, AbortSignal.timeout(30_000));
      expect([job, failure?.code]).toEqual([job, 'job_not_set_up']);
    }
  });

  it('without archiveMissing everything stays', async () => {
    const shop = await openShop(system, 'keeping');
    for (const id of [1, 2]) await shop.add(id);
    await shop.apply('  archiveMissing: false');
    await shop.import();
    await shop.control('DELETE', 'products/2');
    expect((await shop.import()).counts).toMatchObject({ items: 1, archived: 0 });
    expect(await shop.living()).toEqual({ 'S-1': 5, 'S-2': 5 });
  });

  it('a variant that is gone is archived alone, and its product counts once', async () => {
    const shop = await openShop(system, 'variants', { preset: 'bulk', products: 3, variants: 4 });
    await shop.apply();
    const { counts } = await shop.import();
    expect(counts).toMatchObject({ products: 3, items: 12, created: 12 });
    const [gone] = Object.keys(await shop.living());
    const { variant_id: variantId } = await shop.item(gone!);
    await shop.control('DELETE', `variants/${variantId as number}`);
    expect((await shop.import()).counts).toMatchObject({ products: 3, items: 11, unchanged: 11, archived: 1 });
  });

  it('pageSize is how many products are asked for at a time', async () => {
    const shop = await openShop(system, 'paging', { preset: 'bulk', products: 100, variants: 2 });
    await shop.apply('  pageSize: 7');
    expect((await shop.import()).counts).toMatchObject({ products: 100, items: 200 });
    const { requests } = await shop.control<{ requests: { path: string }[] }>('GET', 'ledger/requests');
    const pages = requests
      .map(({ path }) => new URL(path, 'http://x').searchParams)
      .filter((query) => query.has('include'));
    expect(new Set(pages.map((query) => query.get('limit')))).toEqual(new Set(['7']));
    expect(pages.length).toBeGreaterThanOrEqual(15);
  });

  it('untrackedQuantity, unpurchasable and every kind of tracking say how many there are', async () => {
    const shop = await openShop(system, 'stock');
    await shop.add(1, { inventory_tracking: 'none', inventory_level: 3 });
    await shop.add(2, {
      inventory_tracking: 'product',
      inventory_level: 8,
      variants: [
        { id: 2, sku: 'P-A', options: { S: 'A' } },
        { id: 20, sku: 'P-B', options: { S: 'B' } },
      ],
    });
    await shop.add(3, {
      inventory_tracking: 'variant',
      inventory_level: 99,
      variants: [{ id: 3, sku: 'V-A', inventory_level: 4, options: { S: 'A' } }],
    });
    await shop.add(4, { inventory_level: -7 });
    await shop.add(5, { availability: 'disabled' });
    await shop.add(6, { variants: [{ id: 6, sku: 'S-6', purchasing_disabled: true }] });
    await shop.apply();
    await shop.import();
    const all = { 'P-A': 8, 'P-B': 8, 'V-A': 4, 'S-4': 0 };
    expect(await shop.living()).toEqual({ ...all, 'S-1': 0, 'S-5': 5, 'S-6': 5 });
    const file = `name: stock
connection: { type: api_token, storeHash: stock, accessToken: stock-token }
inventory: { archiveMissing: true, untrackedQuantity: 77, unpurchasable: zero }`;
    expect((await system.cli(['source', 'apply', '-'], file)).exitCode).toBe(0);
    await shop.import();
    expect(await shop.living()).toEqual({ ...all, 'S-1': 77, 'S-5': 0, 'S-6': 0 });
  });

  it.each(['Stones', 'fathoms'])('a store that measures in %s is refused before anything is written', async (unit) => {
    const shop = await openShop(system, `units-${unit.toLowerCase()}`);
    await shop.add(1);
    await shop.control('PUT', 'store', unit === 'Stones' ? { weight_units: unit } : { dimension_units: unit });
    await shop.apply();
    const run = await shop.import();
    expect(run).toMatchObject({ status: 'failed', reasonCode: 'unit_unknown' });
    expect(run.reason).toContain(unit);
    expect(await shop.living()).toEqual({});
    const { db } = system.database;
    const { id } = await db.selectFrom('sources').select('id').where('name', '=', shop.name).executeTakeFirstOrThrow();
    expect(await db.selectFrom('brands').selectAll().where('source_id', '=', id).execute()).toEqual([]);
  });

  it('a product of 300 variants is completed when its included list is cut', async () => {
    const shop = await openShop(system, 'huge', { preset: 'shop', products: 40 });
    await shop.apply();
    const whole = (await shop.import()).counts;
    expect(Object.keys(await shop.living()).filter((sku) => sku.startsWith('HUGE-'))).toHaveLength(300);
    await shop.control('PUT', 'settings', { includedVariantsCap: 50 });
    expect((await shop.import()).counts).toMatchObject({
      unchanged: whole['items'],
      archived: 0,
      rejected: whole['rejected'],
    });
  });
});
