import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { startFollowing } from '../../activities/hints.ts';
import { followRun, startJob } from '../../client/jobs.ts';
import { applySource } from '../../client/sources.ts';
import { keepEvents } from '../../database/hints.ts';
import { findSource } from '../../database/sources.ts';
import { startReceiver } from '../helpers/receivers.ts';
import { startSystem } from '../helpers/system.ts';
import type { TestSystem } from '../helpers/system.ts';
import { waitFor } from '../helpers/wait.ts';
import { CORE_TASK_QUEUE, NOTIFICATIONS_ID } from '../../workflows/ids.ts';
import { fileOf, openShop, sessionOf, stopSystem, waitForRun } from '../e2e/support.ts';
import type { Shop } from '../e2e/support.ts';
import { openSupplier } from '../e2e/supplier.ts';
import { FORBIDDEN, checkHistory, makesHistories, recordedHistories, replayAll, wordsOf } from './replay.ts';

it('every history that an older worker left replays', async () => {
  const histories = recordedHistories();
  expect(histories.length).toBeGreaterThanOrEqual(7);
  expect(await replayAll(histories.map(({ workflowId, history }) => ({ workflowId, history })))).toEqual({});
});

it.each(recordedHistories())('$workflowId holds ids and figures only', ({ text }) => {
  const words = wordsOf(text);
  expect(words).not.toMatch(FORBIDDEN);
});

if (makesHistories) {
  describe('a history of today replays, and says no more than ids and figures', () => {
    let system: TestSystem;
    beforeAll(async () => {
      system = await startSystem(['--products', '0']);
    });
    afterAll(() => stopSystem(system));

    const check = (name: string, shop: { name: string }, job = 'inventory') =>
      checkWorkflow(name, `${job}:${shop.name}`);

    async function checkWorkflow(name: string, workflowId: string): Promise<void> {
      const client = await (await sessionOf(system)).temporal();
      const handle = client.workflow.getHandle(workflowId);
      await waitFor(`${workflowId} to close`, async () => (await handle.describe()).status.name !== 'RUNNING');
      await checkHistory(name, await handle.fetchHistory());
    }

    async function shopOf(name: string, products: number): Promise<Shop> {
      const shop = await openShop(system, name, { preset: 'bulk', products, variants: 1 });
      await shop.apply('  archiveMissing: true\n  pageSize: 2\n  archiveGuard: { share: 0, minimum: 1 }');
      await shop.import();
      return shop;
    }

    const signal = async (shop: Shop, name: string) =>
      (await (await sessionOf(system)).temporal()).workflow.getHandle(`inventory:${shop.name}`).signal(name);

    async function loseOne(shop: Shop): Promise<string> {
      const { ids } = await shop.control<{ ids: number[] }>('GET', 'products');
      await shop.control('DELETE', `products/${ids[0]}`);
      const run = await shop.import();
      expect(run.status).toBe('waiting_for_approval');
      return run.id;
    }

    it('of a sweep', async () => {
      const client = await (await sessionOf(system)).temporal();
      await client.workflow.start('maintenance', { workflowId: 'sweep', taskQueue: CORE_TASK_QUEUE });
      await checkWorkflow('maintenance', 'sweep');
    });

    it('of deleting what is old', async () => {
      const client = await (await sessionOf(system)).temporal();
      await client.workflow.start('prune', { workflowId: 'prune-now', taskQueue: CORE_TASK_QUEUE });
      await checkWorkflow('prune', 'prune-now');
    });

    it('of the quick rhythm, of following hints, and of tending webhooks', async () => {
      const shop = await shopOf('quick', 3);
      const session = await sessionOf(system);
      await followRun(
        session,
        await startJob(session, 'refresh', 'quick'),
        () => undefined,
        AbortSignal.timeout(60_000),
      );
      await check('refresh-plain', shop, 'refresh');
      const { id: sourceId } = (await findSource(system.database.db, 'quick'))!;
      const event = { sourceId, webhookId: 'a', hash: '', scope: 'store/product/updated', eventAt: new Date() };
      await keepEvents(system.database.db, [{ ...event, hint: { kind: 'product', id: 77 } }]);
      const client = await session.temporal();
      await startFollowing({ temporal: client }, 'quick');
      await checkWorkflow('follow-hints', 'hints:quick');
      await client.workflow.start('tendWebhooks', { workflowId: 'tend', taskQueue: CORE_TASK_QUEUE });
      await checkWorkflow('tend-webhooks', 'tend');
    });

    it('of looking for alarms, and of a notification that is tried again', async () => {
      const receiver = await startReceiver();
      receiver.answers.push(500);
      const file = fileOf('telling', 'telling', '  archiveMissing: true');
      const shop = await openShop(system, 'telling', { preset: 'bulk', products: 1, variants: 1 });
      const session = await sessionOf(system);
      const told = `notifications: [{ type: webhook, url: "${receiver.url}", on: always }]\n`;
      await applySource(session, file + told, 'the test');
      await shop.import();
      const { db } = system.database;
      // Its next attempt lies ahead, for which its delivery waits: whoever looks for alarms wakes it.
      const failed = sql`update notification_outbox set next_attempt_at = now() where last_error is not null returning id`;
      await waitFor('a failed attempt', async () => (await failed.execute(db)).rows.length === 1);
      const client = await session.temporal();
      await client.workflow.start('watchAlarms', { workflowId: 'alarms-now', taskQueue: CORE_TASK_QUEUE });
      await checkWorkflow('watch-alarms', 'alarms-now');
      await checkWorkflow('deliver-notifications', NOTIFICATIONS_ID);
      expect(receiver.received).toHaveLength(2);
      await receiver.stop();
    });

    it('of one range', async () => check('import-plain', await shopOf('plain', 3)));

    it('of several ranges', async () => check('import-ranges', await shopOf('ranges', 40)));

    it.each(['approve', 'reject'])('of a decision by signal: %s', async (decision) => {
      const shop = await shopOf(`signal-${decision}`, 4);
      const id = await loseOne(shop);
      await signal(shop, decision);
      await waitForRun(system, shop.name, 'completed', { id });
      await check(`import-signal-${decision}`, shop);
    });

    it.each(['approve', 'reject'])('of a decision by update: %s', async (decision) => {
      const shop = await shopOf(`update-${decision}`, 4);
      const id = await loseOne(shop);
      const client = await (await sessionOf(system)).temporal();
      await client.workflow.getHandle(`inventory:${shop.name}`).executeUpdate(decision);
      await waitForRun(system, shop.name, 'completed', { id });
      await check(`import-update-${decision}`, shop);
    });

    it('of a run that is canceled while it reads', async () => {
      const shop = await shopOf('canceled', 4);
      await shop.control('PUT', 'faults', { kind: 'hang', path: '/v3/catalog/products', pattern: 'include=variants' });
      const id = await shop.start();
      await waitFor('a page to hang', async () => {
        return (await shop.control<{ inFlight: number }>('GET', 'ledger/requests')).inFlight > 0;
      });
      await (await (await sessionOf(system)).temporal()).workflow.getHandle(`inventory:${shop.name}`).cancel();
      await waitForRun(system, shop.name, 'canceled', { id });
      await check('import-canceled', shop);
    });

    it('of a store that refuses its token in the middle', async () => {
      const shop = await shopOf('refused', 40);
      await shop.control('PUT', 'faults', { kind: 'status', status: 401, pattern: 'include=variants', after: 2 });
      const run = await shop.import();
      expect(run).toMatchObject({ status: 'failed', reasonCode: 'credential_refused', counts: { archived: 0 } });
      await check('import-refused', shop);
    });

    it('of a run of Get Shipments, of one for one request, and of one that the store refuses', async () => {
      const supplier = await openSupplier(system, 'shipping');
      await supplier.apply();
      const { 'PO-1': orderId } = await supplier.send({ 'PO-1': [1] });
      await supplier.ship(orderId!, { tracking_number: '1Z' });
      expect(await supplier.sync()).toMatchObject({ status: 'completed', counts: { shipments: 1 } });
      await check('shipments-plain', supplier, 'shipments');
      await supplier.sync({ frId: (await supplier.request('PO-1')).id });
      await check('shipments-one', supplier, 'shipments');
      await supplier.control('PUT', 'faults', { kind: 'status', status: 401 });
      expect(await supplier.sync()).toMatchObject({ status: 'failed', reasonCode: 'credential_refused' });
      await check('shipments-refused', supplier, 'shipments');
    });
  });
}
