import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isLong } from '../helpers/form.ts';
import { itInLong } from '../helpers/it-in-long.ts';
import { startCommand } from '../helpers/processes.ts';
import { startSystem } from '../helpers/system.ts';
import type { TestSystem } from '../helpers/system.ts';
import { waitFor } from '../helpers/wait.ts';
import { CORE_TASK_QUEUE } from '../../workflows/ids.ts';
import { openShop, sessionOf, stopSystem, waitForRun } from './support.ts';
import type { ErrorDocument, RunDocument, Shop } from './support.ts';

describe('runs', () => {
  let system: TestSystem;
  beforeAll(async () => {
    system = await startSystem(['--products', '0']);
  });
  afterAll(() => stopSystem(system));

  const temporal = async () => (await sessionOf(system)).temporal();

  /** A shop whose import hangs in the middle until the fault is taken away. */
  async function stuckShop(name: string): Promise<{ shop: Shop; runId: string }> {
    const shop = await openShop(system, name, { preset: 'bulk', products: 30, variants: 1 });
    await shop.apply('  archiveMissing: true\n  pageSize: 5');
    await shop.import();
    await shop.control('PUT', 'catalogue', { products: 10 });
    await shop.control('PUT', 'faults', { kind: 'hang', path: '/v3/catalog/products', pattern: 'include=variants' });
    const runId = await shop.start();
    await waitFor('a page to hang', async () => {
      const { inFlight } = await shop.control<{ inFlight: number }>('GET', 'ledger/requests');
      return inFlight > 0;
    });
    return { shop, runId };
  }

  it('that are canceled end without waiting for the store, archive nothing and free the source', async () => {
    const { shop, runId } = await stuckShop('canceled');
    expect((await system.cli(['runs', 'cancel', runId.slice(0, 18), '--json'])).json()).toEqual({ runId, asked: true });
    const run = await waitForRun(system, shop.name, 'canceled');
    expect(run).toMatchObject({ id: runId, reason_code: 'canceled' });
    expect(Object.keys(await shop.living())).toHaveLength(30);
    // It is recorded as ended a moment before its workflow closes.
    const handle = (await temporal()).workflow.getHandle(run.workflow_id);
    await waitFor('the workflow to end canceled', async () => (await handle.describe()).status.name === 'CANCELLED');
    const { db } = system.database;
    expect(await db.selectFrom('import_pages').selectAll().where('run_id', '=', runId).execute()).toEqual([]);
    await shop.control('DELETE', 'faults');
    await shop.control('PUT', 'catalogue', { products: 30 });
    expect((await shop.import()).status).toBe('completed');
    const late = await system.cli(['runs', 'cancel', runId, '--json']);
    expect([late.exitCode, late.json<ErrorDocument>().error.code]).toEqual([1, 'too_late']);
  });

  it('that are waited for tell on standard error how far they are, and nothing on standard output before the end', async () => {
    const shop = await openShop(system, 'drawn', { preset: 'bulk', products: 30, variants: 1 });
    await shop.apply('  archiveMissing: true\n  pageSize: 5');
    await shop.control('PUT', 'faults', { kind: 'hang', path: '/v3/catalog/products', pattern: 'include=variants' });
    const command = startCommand(['inventory', 'import', shop.name, '--wait', '--json'], system.environment);
    let [told, printed] = ['', ''];
    command.stderr!.on('data', (chunk: Buffer) => (told += chunk.toString()));
    command.stdout!.on('data', (chunk: Buffer) => (printed += chunk.toString()));
    const closed = once(command, 'close');
    // The words of the workflow, and its share of what the store said that it has.
    await waitFor('the progress', () => /^\d+% Read \d+ of 30 products: \d+ items/m.test(told));
    expect(printed).toBe('');
    await (await temporal()).workflow.getHandle(`inventory:${shop.name}`).cancel();
    await closed;
    expect(JSON.parse(printed)).toMatchObject({ status: 'canceled', counts: { archived: 0 } });
  });

  it('of one source go one at a time, and the second one names the first', async () => {
    const { shop, runId } = await stuckShop('at-once');
    const second = await system.cli(['inventory', 'import', shop.name, '--wait', '--json']);
    expect(second.exitCode).toBe(5);
    expect(second.json<ErrorDocument>().error).toMatchObject({ code: 'already_running', runId });
    await shop.control('DELETE', 'faults');
    await (await temporal()).workflow.getHandle(`inventory:${shop.name}`).cancel();
    await waitForRun(system, shop.name, 'canceled');
  });

  itInLong('by hand and by schedule go one at a time too', async () => {
    const { shop, runId } = await stuckShop('beside-schedule');
    await shop.apply('  archiveMissing: true\n  schedule: { cron: "0 0 1 1 *" }');
    const triggered = await system.cli(['schedule', 'trigger', shop.name, '--json']);
    expect([triggered.exitCode, triggered.json()]).toMatchObject([0, { done: 'trigger', underWay: { runId } }]);
    const client = await temporal();
    const refused = await waitFor('the scheduled run to be refused', async () => {
      const query = `WorkflowId STARTS_WITH "inventory:${shop.name}-" AND ExecutionStatus = "Failed"`;
      for await (const execution of client.workflow.list({ query })) return execution;
      return undefined;
    });
    const failed: unknown = await client.workflow
      .getHandle(refused.workflowId)
      .result()
      .catch((error: unknown) => error);
    expect(failed).toMatchObject({ cause: { type: 'already_running', message: expect.stringContaining(runId) } });
    await client.workflow.getHandle(`inventory:${shop.name}`).cancel();
    await waitForRun(system, shop.name, 'canceled');
  });

  itInLong('by hand are refused at once where the schedule’s run is under way', async () => {
    const { shop, runId: byHand } = await stuckShop('behind-schedule');
    expect((await system.cli(['runs', 'cancel', byHand])).stdout).toContain('asked to end');
    await waitForRun(system, shop.name, 'canceled', { id: byHand });
    await shop.apply('  archiveMissing: true\n  schedule: { cron: "0 0 1 1 *" }');
    await system.cli(['schedule', 'trigger', shop.name]);
    const scheduled = await waitForRun(system, shop.name, 'running', { trigger: 'schedule' });
    const again = await system.cli(['schedule', 'trigger', shop.name]);
    expect([again.exitCode, again.stdout]).toEqual([
      0,
      expect.stringContaining(`Run ${scheduled.id} of job inventory`),
    ]);
    const refused = await system.cli(['inventory', 'import', shop.name, '--json']);
    expect(refused.exitCode).toBe(5);
    expect(refused.json<ErrorDocument>().error).toMatchObject({
      ...{ code: 'already_running', runId: scheduled.id, workflowId: scheduled.workflow_id },
      webUrl: expect.stringContaining(scheduled.id),
    });
    await expect(shop.start()).rejects.toThrow(scheduled.id);
    // Nothing of it is left for Temporal to refuse.
    await (await temporal()).workflow.getHandle(scheduled.workflow_id).terminate();
    await shop.control('DELETE', 'faults');
    expect((await shop.import()).status).toBe('completed');
  });

  it.each(isLong ? (['manual', 'schedule'] as const) : (['schedule'] as const))(
    'that somebody terminated give up their place to the next one (%s), and their record says so',
    async (trigger) => {
      const { shop, runId } = await stuckShop(`terminated-${trigger}`);
      await (await temporal()).workflow.getHandle(`inventory:${shop.name}`).terminate('at night');
      await shop.control('DELETE', 'faults');
      await shop.apply('  archiveMissing: false\n  schedule: { cron: "0 0 1 1 *" }');
      const { db } = system.database;
      await db.deleteFrom('job_runs').where('id', '!=', runId).where('status', '=', 'completed').execute();
      if (trigger === 'manual') await shop.start();
      else await system.cli(['schedule', 'trigger', shop.name]);
      await waitForRun(system, shop.name, 'completed', { trigger });
      const shown = await system.cli(['runs', 'show', runId, '--json']);
      expect(shown.json<RunDocument>()).toMatchObject({ status: 'canceled', reason: { code: 'run_lost' } });
    },
  );

  it('that somebody terminated are ended by the sweep of a minute, whoever runs next', async () => {
    const { shop, runId } = await stuckShop('terminated-swept');
    await (await temporal()).workflow.getHandle(`inventory:${shop.name}`).terminate('at night');
    await (await temporal()).workflow.execute('maintenance', { workflowId: 'sweep', taskQueue: CORE_TASK_QUEUE });
    const shown = await system.cli(['runs', 'show', runId, '--json']);
    expect(shown.json<RunDocument>()).toMatchObject({ status: 'canceled', reason: { code: 'run_lost' } });
    await shop.control('DELETE', 'faults');
  });

  it('list what they refused, skipped and warned of', async () => {
    const shop = await openShop(system, 'strange', { preset: 'shop', products: 60 });
    await shop.apply('  skipHidden: true');
    const run = await shop.import();
    const args = ['runs', 'show', run.id, '--rejected', '--skipped', '--warnings', '--json'];
    const { rejected, skipped, warnings, counts } = (await system.cli(args)).json<RunDocument>();
    const codes = Object.fromEntries(rejected!.map((row) => [row.productId ?? 0, row.code]));
    expect(codes).toMatchObject({ 31: 'sku_blank', 32: 'sku_blank', 34: 'sku_taken', 41: 'variant_unreadable' });
    expect(codes[40]).toBeDefined();
    expect(rejected).toHaveLength(counts['rejected']!);
    expect(skipped).toHaveLength(counts['skipped']!);
    expect(skipped!.map(({ productId }) => productId)).toContain(53);
    expect(warnings!.map(({ sku }) => sku)).toEqual(
      expect.arrayContaining(['Case-Sku', 'CASE-SKU', ' PAD-1 ', 'PAD-1']),
    );
    expect(await shop.item('DUP-1')).toMatchObject({ variant_id: 103, quantity: 3 });
    expect(await shop.item('HALF-BROKEN-S')).toMatchObject({ quantity: 4 });

    const listed = (await system.cli(['runs', 'list', '--source', shop.name, '--json'])).json<RunDocument[]>();
    expect(listed.map(({ runId }) => runId)).toEqual([run.id]);
    const text = await system.cli(['runs', 'show', run.id, '--rejected']);
    expect(text.stdout).toContain('sku_taken');
    expect(text.stdout).toMatch(new RegExp(`^rejected: ${counts['rejected']}$`, 'm'));
    const cut = await system.cli([...args, '--limit', '2']);
    expect(cut.json()).toMatchObject({ rejected: rejected!.slice(0, 2), cut: ['rejected', 'skipped', 'warnings'] });
    const cutText = await system.cli(['runs', 'show', run.id, '--rejected', '--limit', '2']);
    expect(cutText.stdout).toMatch(/^rejected: the first 2; there are more \(--limit\)$/m);
    const most = Math.max(...[rejected!, skipped!, warnings!].map((list) => list.length));
    expect((await system.cli([...args, '--limit', String(most)])).json()).toMatchObject({ cut: [] });
  });

  it('refuse text and numbers that Postgres cannot hold, and only that item', async () => {
    const shop = await openShop(system, 'unholdable');
    await shop.add(1);
    await shop.add(2, { name: 'With a \0 in it' });
    await shop.add(3, { inventory_level: 3_000_000_000 });
    await shop.add(4, { variants: [{ id: 4, sku: 'S\0-4' }] });
    await shop.add(5, { name: 'Half a pair \ud83d' });
    await shop.apply();
    const run = await shop.import();
    expect(run).toMatchObject({ status: 'completed', counts: { items: 1, rejected: 4 } });
    expect(await shop.living()).toEqual({ 'S-1': 5 });
  });
});
