import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isLong } from '../helpers/form.ts';
import { startSystem } from '../helpers/system.ts';
import type { TestSystem } from '../helpers/system.ts';
import { runCommand } from '../helpers/processes.ts';
import { fileOf, openShop, sessionOf, stopSystem } from './support.ts';
import type { ErrorDocument, RunDocument } from './support.ts';

interface Report {
  ok: boolean;
  store: { name: string; currency: string; weightUnits: string; dimensionUnits: string; plan: string } | null;
  scopes: { missing: string[]; excess: string[]; advice: { scope: string; click: string }[] };
  quota: { limit: number; left: number; windowMs: number };
}

describe('bcsource source', () => {
  let system: TestSystem;
  let folder: string;
  beforeAll(async () => {
    system = await startSystem(['--products', '0', '--quota', '150/30000']);
    folder = await mkdtemp(join(tmpdir(), 'bcsource-sources-'));
  });
  afterAll(async () => {
    await stopSystem(system);
    await rm(folder, { recursive: true, force: true });
  });

  it('init writes a file that apply takes, and does not overwrite one', async () => {
    const file = join(folder, 'first.yaml');
    const written = await system.cli(['source', 'init', file, '--name', 'first', '--json']);
    expect(written.json()).toEqual({ file, name: 'first' });
    const again = await system.cli(['source', 'init', file, '--json']);
    expect([again.exitCode, again.json<ErrorDocument>().error.code]).toEqual([2, 'invalid_input']);
    const secrets = { BIGCOMMERCE_STORE_HASH: 'demo', BIGCOMMERCE_ACCESS_TOKEN: 'demo-token' };
    const applied = await runCommand(['source', 'apply', file, '--json'], { ...system.environment, ...secrets });
    const schedules = { inventory: true, refresh: false, send: false, shipments: false };
    expect(applied.json()).toEqual({ name: 'first', version: 1, changed: true, replaced: [], schedules, warnings: [] });
    const shown = await system.cli(['source', 'show', 'first']);
    expect(shown.stdout).toBe(await readFile(file, 'utf8'));
  });

  it('apply stores a version for each change, and show tells what changed', async () => {
    const apply = async (lines: string) => {
      const file = join(folder, 'versions.yaml');
      await writeFile(file, fileOf('versions', 'demo', lines));
      return (await system.cli(['source', 'apply', file, '--json'])).json<{ version: number; changed: boolean }>();
    };
    expect(await apply('  pageSize: 100')).toMatchObject({ version: 1, changed: true });
    expect(await apply('  pageSize: 100')).toMatchObject({ version: 1, changed: false });
    expect(await apply('  pageSize: 50')).toMatchObject({ version: 2, changed: true, replaced: [] });
    const show = async (...args: string[]) => system.cli(['source', 'show', 'versions', ...args]);
    expect((await show('--version', '1')).stdout).toContain('pageSize: 100');
    expect((await show('--versions', '--json')).json()).toMatchObject([{ version: 2 }, { version: 1 }]);
    const { difference } = (await show('--diff', '1', '--json')).json<{ difference: string[] }>();
    expect(difference).toEqual(expect.arrayContaining(['-   pageSize: 100', '+   pageSize: 50']));
    const missing = await show('--version', '9', '--json');
    expect([missing.exitCode, missing.json<ErrorDocument>().error.code]).toEqual([3, 'not_found']);
    const everything = [await show('--json'), await show(), await show('--diff', '1')];
    for (const { stdout, stderr } of everything) expect(stdout + stderr).not.toContain('demo-token');
    const listed = (await system.cli(['source', 'list', '--json'])).json<{ name: string }[]>();
    expect(listed.find(({ name }) => name === 'versions')).toMatchObject({ version: 2, jobs: ['inventory'] });
    const rotated = fileOf('versions', 'demo', '  pageSize: 50').replace('demo-token', 'new-token');
    const kept = (await system.cli(['source', 'apply', '-'], rotated)).stdout;
    expect(kept).toContain('keeps its settings (version 2); replaced: credential.');
    const telling = async (path: string) => {
      const file = `${rotated}notifications: [{ type: webhook, url: "http://127.0.0.1:9/${path}" }]\n`;
      return (await system.cli(['source', 'apply', '-', '--json'], file)).json();
    };
    const receivers = ['receivers of notifications'];
    expect(await telling('a')).toMatchObject({ version: 3, changed: true, replaced: receivers });
    expect(await telling('a')).toMatchObject({ version: 3, changed: false, replaced: [] });
    expect(await telling('b')).toMatchObject({ version: 3, changed: false, replaced: receivers });
  });

  it('apply refuses a wrong file with every place, and changes nothing', async () => {
    await openShop(system, 'stays').then((shop) => shop.apply());
    const wrong = fileOf('stays', 'stays', '  skipHiden: true\n  schedule: { cron: "x" }');
    const refused = await system.cli(['source', 'apply', '-', '--json'], wrong);
    expect(refused.exitCode).toBe(2);
    expect(refused.json<ErrorDocument>().error).toMatchObject({
      code: 'invalid_input',
      problems: [
        { line: 5, column: 3, path: 'inventory.skipHiden' },
        { line: 6, column: 15, path: 'inventory.schedule.cron' },
      ],
    });
    expect((await system.cli(['source', 'show', 'stays', '--json'])).json()).toMatchObject({ version: 1 });
    const nowhere = await system.cli(['source', 'apply', join(folder, 'none.yaml'), '--json']);
    expect([nowhere.exitCode, nowhere.json<ErrorDocument>().error.code]).toEqual([2, 'invalid_input']);
  });

  it('test tells store, scopes and quota', async () => {
    const shop = await openShop(system, 'testing');
    await shop.apply();
    const test = () => system.cli(['source', 'test', shop.name, '--json']);
    const readOnly = ['store_v2_information_read_only', 'store_v2_products_read_only'];
    const allow = (scopes: string[]) => shop.control('PUT', 'tokens', { tokens: { 'testing-token': scopes } });

    await allow(readOnly);
    const good = await test();
    expect(good.exitCode).toBe(0);
    expect(good.json<Report>()).toMatchObject({
      ok: true,
      store: { name: 'Northfield Supply', currency: 'USD', weightUnits: 'LBS' },
      scopes: { missing: [], excess: [] },
      quota: { limit: expect.any(Number), left: expect.any(Number), windowMs: 30_000 },
    });

    await allow([...readOnly, 'store_v2_orders']);
    const excess = await test();
    expect([excess.exitCode, excess.json<Report>().scopes.excess]).toEqual([0, ['store_v2_orders']]);
    expect(excess.json<Report>().scopes.advice[0]!.click).toContain('"Orders" to "none"');

    await allow(['store_v2_information_read_only']);
    const missing = await test();
    expect(missing.exitCode).toBe(4);
    expect(missing.json<Report & ErrorDocument>()).toMatchObject({
      ok: false,
      scopes: { missing: ['store_v2_products_read_only'] },
      error: { code: 'scope_missing' },
    });

    await allow([]);
    const other = await test();
    expect([other.exitCode, other.json<ErrorDocument>().error.hint]).toEqual([4, expect.stringContaining('storeHash')]);

    await shop.control('PUT', 'tokens', { revoke: ['testing-token'] });
    const revoked = await test();
    expect([revoked.exitCode, revoked.json<ErrorDocument>().error.code]).toEqual([4, 'credential_refused']);
    expect(revoked.json<ErrorDocument>().error.hint).toContain(`\`bcsource source test ${shop.name}\``);
    expect(revoked.stdout + revoked.stderr).not.toContain('testing-token');
  });

  it('remove needs a confirmation, forgets the credential, and purges only when told', async () => {
    const shop = await openShop(system, 'removed');
    await shop.add(1);
    await shop.apply();
    await shop.import();
    const unconfirmed = await system.cli(['source', 'remove', shop.name, '--json']);
    expect([unconfirmed.exitCode, unconfirmed.json<ErrorDocument>().error.code]).toEqual([2, 'invalid_input']);
    const unknown = await system.cli(['source', 'remove', 'nobody', '--json']);
    expect([unknown.exitCode, unknown.json<ErrorDocument>().error.code]).toEqual([3, 'source_not_found']);
    expect((await system.cli(['source', 'remove', shop.name, '--yes', '--json'])).exitCode).toBe(0);
    expect(await shop.living()).toEqual({ 'S-1': 5 });
    const gone = await system.cli(['inventory', 'list', shop.name, '--json']);
    expect([gone.exitCode, gone.json<ErrorDocument>().error.code]).toEqual([3, 'source_not_found']);
    expect((await system.cli(['source', 'remove', shop.name, '--yes', '--purge', '--json'])).exitCode).toBe(0);
    expect(await shop.living()).toEqual({});
  });

  it.each(isLong ? ['--purge', '--yes'] : ['--yes'])(
    'remove %s ends what the jobs are doing, and the name is free at once',
    async (how) => {
      const shop = await openShop(system, `freed-${how.slice(2)}`);
      await shop.add(1);
      await shop.apply();
      await shop.import();
      await shop.control('DELETE', 'products/1');
      const { id, workflowId, status } = await shop.import();
      expect(status).toBe('waiting_for_approval');
      expect((await system.cli(['source', 'remove', shop.name, '--yes', how, '--json'])).exitCode).toBe(0);
      const handle = (await (await sessionOf(system)).temporal()).workflow.getHandle(workflowId);
      expect((await handle.describe()).status.name).toBe('TERMINATED');
      const shown = await system.cli(['runs', 'show', id, '--json']);
      if (how === '--purge') expect(shown.exitCode).toBe(3);
      else {
        const reason = { code: 'canceled', message: expect.stringContaining('source was removed') };
        expect(shown.json<RunDocument>()).toMatchObject({ status: 'canceled', reason });
      }
      await shop.add(2);
      await shop.apply('  archiveMissing: false');
      expect(await shop.import()).toMatchObject({ status: 'completed', counts: { created: 1 } });
    },
  );

  it('tells which key is missing when a credential cannot be read', async () => {
    const shop = await openShop(system, 'locked');
    await shop.apply();
    const otherKey = Buffer.alloc(32, 1).toString('base64');
    const environment = { ...system.environment, BCSOURCE_ENCRYPTION_KEY: otherKey };
    const result = await runCommand(['source', 'test', shop.name, '--json'], environment);
    expect([result.exitCode, result.json<ErrorDocument>().error.code]).toEqual([2, 'secret_unreadable']);
  });
});
