import { listOrdersById, readModifiedOrders } from '../bigcommerce/order-changes.ts';
import type { ChangeCursor, ChangedOrder } from '../bigcommerce/order-changes.ts';
import { openClock } from '../database/clock.ts';
import { addCounts, finishCountedRun } from '../database/counted-runs.ts';
import * as runs from '../database/runs.ts';
import type { JobRun } from '../database/runs.ts';
import {
  findByOrderIds,
  flagExpired,
  listDueRequests,
  listSetAside,
  readWatermark,
  saveWatermark,
} from '../database/shipments.ts';
import { findSource } from '../database/sources.ts';
import type { StoredSource } from '../database/sources.ts';
import type { RunStatus } from '../database/tables.ts';
import { counted } from '../domain/counted.ts';
import { compileShipmentTemplate } from '../domain/shipments/shipment-language.ts';
import { isNews } from '../domain/shipments/news.ts';
import { shipmentsSchema } from '../domain/source/fulfillment.ts';
import type { ShipmentsSettings } from '../domain/source/fulfillment.ts';
import type { WorkerDependencies } from './dependencies.ts';
import { failure } from './failures.ts';
import { signalOfActivity } from './heartbeat.ts';
import { beginJobRun } from './job-run.ts';
import type { Why } from './job-run.ts';
import { noteLateOrders } from './late-orders.ts';
import { wakeDelivery } from './notifications.ts';
import { askForShipments } from './shipments-ask.ts';
import type { AskScene, ToAsk } from './shipments-ask.ts';
import { openStore } from './stores.ts';

/** Where a run of the job stands. */
export interface SyncProgress {
  sentence: string;
  asked: number;
  changed: number;
  complete: boolean;
  /** Where the list of changed orders goes on with the next slice. */
  after?: ChangeCursor;
}

/** A slice ends after about so long: its cursor is in the database, and the history stays small. */
const SLICE_MS = 15_000;
/** Changes of the same seconds as the last one seen are read again: the store's clock has whole seconds. */
const OVERLAP_MS = 120_000;
/** A first run looks back so far by our clock, which may differ from the store's; due requests cover the rest. */
const FIRST_LOOK_BACK_MS = 2 * 3_600_000;
const DUE_BATCH = 100;

const defaults = shipmentsSchema.parse({});

/** Activities of a run of Get Shipments. */
export function shipmentsSyncActivities(deps: WorkerDependencies, sliceMs = SLICE_MS) {
  const { db } = deps;
  const openScene = async (runId: string) => {
    const run = (await runs.findRun(db, runId))!;
    const source = await findSource(db, run.source);
    if (!source) throw failure('source_not_found', `Source ${run.source} was removed.`);
    return { run, ...(await sceneOf(deps, source)) };
  };
  /** Runs `work` with a client of its own, whose requests are counted whatever happens. */
  const withStore = async <T>(runId: string, work: (scene: AskScene, run: JobRun) => Promise<T>): Promise<T> => {
    const { run, client, ...scene } = await openScene(runId);
    try {
      return await work({ ...scene, client }, run);
    } finally {
      await runs.addRequests(db, runId, client.requests);
    }
  };
  const tell = async (runId: string, complete: boolean): Promise<SyncProgress> => {
    const { counts } = (await runs.findRun(db, runId))!;
    const { asked = 0, changed = 0, shipments = 0 } = counts;
    const sentence =
      `Asked for ${counted(asked, 'request', 'requests')}: ${counted(changed, 'has', 'have')} changed, ` +
      `${counted(shipments, 'new shipment', 'new shipments')}.`;
    return { sentence, asked, changed, complete };
  };
  return {
    /** Takes the lease of the job and records the run. Fails with `already_running`, naming the other run. Safe to repeat. */
    async beginSync(input: { source: string; runId: string; trigger: 'manual' | 'schedule' }): Promise<void> {
      const source = await findSource(db, input.source);
      if (!source) throw failure('source_not_found', `There is no source ${input.source}.`);
      const endLost = (id: string, status: RunStatus, why: Why) => finishCountedRun(db, id, status, why);
      await beginJobRun(deps, { ...input, job: 'shipments', source, endLost });
    },

    /**
     * Asks for the orders that have changed since the last run, as far as a slice goes, from `resumeAt` on: the overlap
     * with the run before is read once in a run, so that each slice comes further however slow the store is. The
     * watermark moves, by the store's own clock, only past orders that were written. Safe to repeat.
     */
    async readChangedOrders(runId: string, resumeAt?: ChangeCursor): Promise<SyncProgress> {
      return withStore(runId, async (scene) => {
        const until = Date.now() + sliceMs;
        const known = await readWatermark(db, scene.source.id);
        const since = new Date(known ? known.getTime() - OVERLAP_MS : Date.now() - FIRST_LOOK_BACK_MS);
        let after = resumeAt;
        do {
          const listedAt = scene.clock();
          const page = await readModifiedOrders(scene.client, { since, after, signal: signalOfActivity() });
          const { unreadable } = page;
          if (unreadable > 0) deps.log.warn({ source: scene.source.name, unreadable }, 'listed orders without an id');
          await noteLateOrders(scene, runId, page.orders);
          await takeIn(scene, runId, await changedOnes(scene, page.orders, listedAt));
          if (page.modifiedUpTo) await saveWatermark(db, scene.source.id, page.modifiedUpTo);
          after = page.next ?? undefined;
        } while (after && Date.now() < until);
        if (!after && !known) await saveWatermark(db, scene.source.id, since);
        return { ...(await tell(runId, !after)), ...(after ? { after } : {}) };
      });
    },

    /**
     * Asks for the requests whose next look is due (with `all`, for every one in the period that this run has not asked
     * for), as far as a slice goes. When the run began is read from its row: its clock tells when each was asked for, too.
     */
    async askForDue(runId: string, { all }: { all: boolean; startedAt?: string }): Promise<SyncProgress> {
      return withStore(runId, async (scene, { startedAt }) => {
        const until = Date.now() + sliceMs;
        for (;;) {
          const due = await listDueRequests(db, {
            ...{ sourceId: scene.source.id, now: scene.clock(), limit: DUE_BATCH, all, startedAt },
            lookbackDays: scene.settings.lookbackDays,
          });
          if (due.length === 0) break;
          await takeIn(scene, runId, await withOrders(scene, due));
          if (Date.now() >= until) return tell(runId, false);
        }
        const aside = await listSetAside(db, { sourceId: scene.source.id, now: scene.clock(), limit: DUE_BATCH });
        await takeIn(scene, runId, await withOrders(scene, aside));
        return tell(runId, true);
      });
    },

    /** Asks for one request, due or not, inside the lookback period or not. */
    async askForOne(runId: string, frId: number): Promise<SyncProgress> {
      return withStore(runId, async (scene) => {
        const [fr] = await listDueRequests(db, {
          ...{ sourceId: scene.source.id, now: scene.clock(), limit: 1, all: true, frId },
          ...{ lookbackDays: scene.settings.lookbackDays, startedAt: scene.clock() },
        });
        if (fr) await takeIn(scene, runId, await withOrders(scene, [fr]));
        return tell(runId, true);
      });
    },

    /** Reports the requests that have left the lookback period while they were open. Safe to repeat. */
    async reportExpired(runId: string): Promise<SyncProgress> {
      const run = (await runs.findRun(db, runId))!;
      const { settings } = await settingsOf(deps, run.source);
      const expired = await db.transaction().execute(async (trx) => {
        const query = { sourceId: run.sourceId, lookbackDays: settings.lookbackDays, now: new Date() };
        const flagged = await flagExpired(trx, query);
        // With the flags or not at all: what is flagged is not found again, and nobody would be told.
        await addCounts(trx, runId, { expired: flagged.length });
        return flagged;
      });
      for (const { number } of expired) deps.log.warn({ source: run.source, number }, 'left the lookback period open');
      return tell(runId, true);
    },

    /** Ends the run in the database: status, reason; gives the lease back. Safe to repeat. */
    async finishSync(runId: string, status: RunStatus, why: Why | null): Promise<void> {
      await finishCountedRun(db, runId, status, why);
      await wakeDelivery(deps);
    },
  };

  async function takeIn(scene: AskScene, runId: string, toAsk: ToAsk[]): Promise<void> {
    if (toAsk.length === 0) return;
    const { failed } = await askForShipments(scene, toAsk, (trx, counts) => addCounts(trx, runId, counts));
    if (failed) throw failed as Error;
  }

  /** Those of ours among the orders that say something else than when they were last read. */
  async function changedOnes(scene: AskScene, orders: ChangedOrder[], listedAt: Date): Promise<ToAsk[]> {
    const ours = await findByOrderIds(
      db,
      scene.source.id,
      orders.map((order) => order.id),
    );
    const byId = new Map(orders.map((order) => [order.id, order]));
    return (
      ours
        .map((fr) => ({ fr, order: byId.get(fr.bigcommerceOrderId)! }))
        .filter(({ fr, order }) => isNews(fr, order.modifiedAt))
        // Without a status nothing can be decided: the order itself has to say.
        .map(({ fr, order }) => ({ fr, order: order.statusId === null ? undefined : order, listedAt }))
    );
  }
}

/** Each request with its order as the store lists it now. */
export async function withOrders({ client, clock }: AskScene, due: ToAsk['fr'][]): Promise<ToAsk[]> {
  const ids = due.map((fr) => fr.bigcommerceOrderId);
  const listedAt = clock();
  const orders = await listOrdersById(client, ids, { signal: signalOfActivity() });
  return due.map((fr) => ({ fr, order: orders.get(fr.bigcommerceOrderId), listedAt }));
}

async function settingsOf(deps: WorkerDependencies, name: string) {
  const source = await findSource(deps.db, name);
  if (!source) throw failure('source_not_found', `Source ${name} was removed.`);
  const settings = { ...defaults, ...(source.settings['shipments'] as Partial<ShipmentsSettings> | undefined) };
  return { source, settings };
}

/** What asking for the shipments of a source works with. */
export async function sceneOf(deps: WorkerDependencies, source: StoredSource): Promise<AskScene> {
  const { settings } = await settingsOf(deps, source.name);
  const compiled = compileShipmentTemplate(settings.mapping, settings.mappingSets);
  if (!compiled.ok)
    throw failure('mapping_failed', 'The shipments template cannot be used any more; apply the source again.');
  const client = await openStore(deps, source, 'shipments');
  return { deps, source, settings, template: compiled.template, client, clock: await openClock(deps.db) };
}
