import { findRefusal } from '../database/connection-refusals.ts';
import * as hints from '../database/hints.ts';
import type { DueHint } from '../database/hints.ts';
import { listRuns } from '../database/runs.ts';
import { findByOrderIds } from '../database/shipments.ts';
import { findSource } from '../database/sources.ts';
import type { StoredSource } from '../database/sources.ts';
import { listHookedSources } from '../database/webhook-receivers.ts';
import { UNINSTALLED } from '../domain/alarms/find-stores.ts';
import type { Hint } from '../domain/webhooks.ts';
import { CORE_TASK_QUEUE, hintsWorkflowId } from '../workflows/ids.ts';
import { alignHooks } from './align-hooks.ts';
import type { WorkerDependencies } from './dependencies.ts';
import type { LiveContexts } from './live-context.ts';
import { readProductsAgain } from './partial-read.ts';
import { askForShipments } from './shipments-ask.ts';
import { sceneOf, withOrders } from './shipments-sync.ts';
import { openStore } from './stores.ts';

/** As many as one request for the list takes. */
const PRODUCTS_AT_ONCE = 250;
const ORDERS_AT_ONCE = 100;
const PUT_OFF_MINUTES = 5;

/** Activities that read again what webhooks have hinted at. */
export function hintActivities(deps: WorkerDependencies, contexts: LiveContexts) {
  const { db, log } = deps;
  return {
    /** Asks for the shipments of orders that were hinted at, as far as they are ours. Safe to repeat. */
    async followOrderHints(name: string): Promise<{ worked: number }> {
      return follow(name, 'order', ORDERS_AT_ONCE, async (source, due) => {
        const ours = source.settings['shipments'] === undefined ? [] : await findByOrderIds(db, source.id, idsOf(due));
        if (ours.length > 0) {
          const scene = await sceneOf(deps, source);
          const { failed } = await askForShipments(scene, await withOrders(scene, ours));
          if (failed) throw failed as Error;
        }
        await hints.settleHints(db, { sourceId: source.id, kind: 'order' }, due);
      });
    },

    /** Reads products again that were hinted at, through the same code as an import. Safe to repeat. */
    async followProductHints(name: string): Promise<{ worked: number }> {
      return follow(name, 'product', PRODUCTS_AT_ONCE, async (source, due) => {
        const wasImporting = await isImporting(source.id);
        // One that began meanwhile may have read the products before we did, and write them after us.
        const settle = async (done: DueHint[]) => {
          const againAfterImport = wasImporting || (await isImporting(source.id));
          await hints.settleHints(db, { sourceId: source.id, kind: 'product', againAfterImport }, done);
        };
        const hasInventory = source.settings['inventory'] !== undefined;
        const context = hasInventory ? await contexts.of(source, 'shipments') : null;
        if (context) {
          const scene = { deps, contexts, context, store: await context.openStore() };
          for await (const { ids, counts } of readProductsAgain(scene, idsOf(due))) {
            log.info({ source: name, ...counts }, 'products were read again after a hint');
            const done = new Set(ids);
            await settle(due.filter(({ id }) => done.has(id)));
          }
        } else await settle(due);
      });
    },

    /** What the store does not answer now waits for some minutes. Safe to repeat. */
    async putHintsOff(name: string, kind: Hint['kind']): Promise<void> {
      const source = await findSource(db, name);
      if (source) await hints.putOffHints(db, { sourceId: source.id, kind, minutes: PUT_OFF_MINUTES });
    },

    /** Follows hints that nobody follows: those of a receiver that died after its answer, and those that were put off. */
    async followLeftHints(): Promise<void> {
      for (const source of await hints.listHintedSources(db)) await startFollowing(deps, source);
    },

    /** Sources that have webhooks. */
    async listHookedSources(): Promise<string[]> {
      return listHookedSources(db);
    },

    /** Makes the webhooks of a source in its store what they should be. Safe to repeat. */
    async tendWebhooksOf(name: string): Promise<{ repaired: number }> {
      const source = await findSource(db, name);
      // An uninstalled app has no webhooks, and whoever asked for them would ask in vain.
      if (!source || (await findRefusal(db, source.id))?.code === UNINSTALLED) return { repaired: 0 };
      const done = await alignHooks(deps, source, await openStore(deps, source, 'import'));
      const repaired = done.filter(({ did }) => did !== 'nothing');
      if (repaired.length > 0) log.warn({ source: name, repaired }, 'webhooks were repaired');
      return { repaired: repaired.length };
    },
  };

  async function isImporting(sourceId: number): Promise<boolean> {
    return (await listRuns(db, { sourceId, job: 'inventory', status: 'running', limit: 1 })).length > 0;
  }

  async function follow(
    name: string,
    kind: Hint['kind'],
    limit: number,
    work: (source: StoredSource, due: DueHint[]) => Promise<void>,
  ): Promise<{ worked: number }> {
    const source = await findSource(db, name);
    if (!source) return { worked: 0 };
    const due = await hints.listDueHints(db, { sourceId: source.id, kind, limit });
    if (due.length > 0) await work(source, due);
    return { worked: due.length };
  }
}

function idsOf(due: readonly DueHint[]): number[] {
  return due.map(({ id }) => id);
}

/** Has the hints of a source followed; one that is under way looks once more before it ends. Safe to repeat. */
export async function startFollowing(
  { temporal }: Pick<WorkerDependencies, 'temporal'>,
  source: string,
): Promise<void> {
  await temporal.workflow.signalWithStart('followHints', {
    ...{ workflowId: hintsWorkflowId(source), taskQueue: CORE_TASK_QUEUE, args: [source] },
    ...{ signal: 'hint', signalArgs: [], staticSummary: `What webhooks of ${source} hinted at` },
  });
}
