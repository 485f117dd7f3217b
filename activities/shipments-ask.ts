import { activityInfo } from '@temporalio/activity';
import pLimit from 'p-limit';
import type { StoreClient } from '../bigcommerce/client.ts';
import type { Executor } from '../database/connect.ts';
import { readOrderById } from '../bigcommerce/order-changes.ts';
import type { ChangedOrder } from '../bigcommerce/order-changes.ts';
import { StoreError } from '../bigcommerce/failures.ts';
import { listOrderProducts } from '../bigcommerce/orders.ts';
import { listShipments } from '../bigcommerce/shipments.ts';
import { loadShipping, markUnreadable, saveReconciled } from '../database/shipments.ts';
import type {
  DueRequest,
  OrderProductRow,
  ReconciledRequest,
  ShippingFacts,
  StoredShipment,
} from '../database/shipments.ts';
import type { StoredSource } from '../database/sources.ts';
import { shipmentFingerprint } from '../domain/shipments/fingerprint.ts';
import { mapShipment } from '../domain/shipments/map-shipment.ts';
import { hasUnknownOrderProducts } from '../domain/shipments/match-lines.ts';
import { isNews } from '../domain/shipments/news.ts';
import { reconcile } from '../domain/shipments/reconcile.ts';
import type { ReconciledShipment } from '../domain/shipments/reconcile.ts';
import { lastRunFor, nextCheck } from '../domain/shipments/schedule.ts';
import type { FetchedShipment } from '../domain/shipments/shipment.ts';
import type { CompiledShipmentTemplate } from '../domain/shipments/shipment-language.ts';
import type { ShipmentsSettings } from '../domain/source/fulfillment.ts';
import type { WorkerDependencies } from './dependencies.ts';
import { signalOfActivity } from './heartbeat.ts';

/** What asking for shipments works with. */
export interface AskScene {
  deps: WorkerDependencies;
  source: StoredSource;
  settings: ShipmentsSettings;
  template: CompiledShipmentTemplate;
  client: StoreClient;
  /** The database's: what one worker has asked for must be known to another, whose clock may differ. */
  clock: () => Date;
}

/** A request and its order as the store lists it now; undefined where no list shows it, so that it has to be asked for. */
export interface ToAsk {
  fr: DueRequest;
  order: ChangedOrder | undefined;
  /** When the list was asked for, by the database's clock: what it says may be older than a webhook's look since. */
  listedAt: Date;
}

/** Notes what a batch came to in the transaction that writes it: neither is there without the other. */
export type NoteCounts = (trx: Executor, counts: Record<string, number>) => Promise<void>;

/** The governor of the store sets the pace; more at once only fills memory. */
const ASKED_AT_ONCE = 8;
/** No attempt takes so long: what was read so long ago was read by a worker that was frozen since. */
const LONGEST_LOOK_MS = 5 * 60_000;
/** Each of its looks costs the run those seconds. */
const ASIDE_MS = 20 * 60_000;

/** So often a store is asked anew for one order that it answers oddly: with its pauses some seven seconds. */
const PATIENT_ATTEMPTS = 4;
/** So often where it answers for no order of a batch, but for the list before: that may be an outage, for some two minutes. */
const PATIENT_ATTEMPTS_ALONE = 8;

/**
 * Asks for the shipments of these requests and writes what differs, in one transaction. What was read is written also
 * when another request fails, which is answered as `failed`. A request whose order is answered oddly again and again
 * is set aside with a flag until its next check, so that it does not hold up all others. Safe to repeat.
 */
export async function askForShipments(
  scene: AskScene,
  toAsk: ToAsk[],
  note: NoteCounts = () => Promise.resolve(),
): Promise<{ failed: unknown }> {
  const { db } = scene.deps;
  const facts = await loadShipping(
    db,
    toAsk.map(({ fr }) => fr.id),
  );
  const limit = pLimit(ASKED_AT_ONCE);
  const lastRunAt = lastRunFor(scene.settings.schedule, scene.clock());
  const settled = await Promise.allSettled(
    toAsk.map((each) => limit(() => ask(scene, facts.get(each.fr.id)!, { ...each, lastRunAt }))),
  );
  const read = settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  await saveReconciled(db, read, {
    notOlderThanMs: LONGEST_LOOK_MS,
    alongside: (trx, counts) => note(trx, { asked: read.length, ...counts }),
  });
  const failures = settled.flatMap((each, index) =>
    each.status === 'rejected' ? [{ id: toAsk[index]!.fr.id, error: each.reason as unknown }] : [],
  );
  const odd = failures.filter(({ error }) => isOdd(error, activityInfo().attempt, read.length > 0));
  if (odd.length > 0) await setAside(scene, odd, note);
  const [rest] = failures.filter((each) => !odd.includes(each));
  return { failed: rest?.error };
}

/** Whether the failure is about this order, not about the store: the store goes on answering, and for it never well. */
function isOdd(error: unknown, attempt: number, areOthersAnswered: boolean): error is StoreError {
  if (!(error instanceof StoreError)) return false;
  // No attempt follows these: whoever waited for one would fail each run on the same order.
  if (error.code === 'request_rejected' || error.code === 'not_found') return true;
  if (attempt < PATIENT_ATTEMPTS) return false;
  if (error.code === 'unexpected_answer') return true;
  return error.code === 'store_unavailable' && (areOthersAnswered || attempt >= PATIENT_ATTEMPTS_ALONE);
}

async function setAside(
  { deps, clock }: AskScene,
  odd: readonly { id: number; error: unknown }[],
  note: NoteCounts,
): Promise<void> {
  const at = clock();
  const nextCheckAt = new Date(at.getTime() + ASIDE_MS);
  await deps.db.transaction().execute(async (trx) => {
    for (const { id, error } of odd) {
      await markUnreadable(trx, id, { at, nextCheckAt, detail: `${(error as StoreError).message}.` });
    }
    await note(trx, { asked: odd.length, unreadable: odd.length });
  });
}

async function ask(
  scene: AskScene,
  facts: ShippingFacts,
  { fr, order: listed, listedAt, lastRunAt }: ToAsk & { lastRunAt: Date | null },
): Promise<ReconciledRequest> {
  const { client, settings, clock } = scene;
  const at = listed ? listedAt : clock();
  const options = { signal: signalOfActivity() };
  const order = listed ?? (await readOrderById(client, facts.bigcommerceOrderId, options));
  const isForeign = order !== null && facts.orderExternalId !== null && order.externalOrderId !== facts.orderExternalId;
  const rows = isForeign || order === null ? [] : await listShipments(client, order.id, options);
  const shipments = await Promise.all((rows ?? []).map((row) => mapShipment(scene.template, row)));
  const isGone = order === null || rows === null;
  const reconcileWith = (orderProducts: readonly OrderProductRow[]) =>
    reconcile({
      ...{ lines: facts.lines, orderProducts, shipments },
      ...{ shippingBefore: facts.shipping, hadPackages: facts.stored.length > 0 },
      // The status of somebody else's order says nothing of ours.
      ...{ orderStatusId: isForeign ? null : (order?.statusId ?? null), isDeleted: isGone || order.isDeleted },
    });
  const known = reconcileWith(facts.orderProducts);
  const isSame = () => !isNews(fr, order?.modifiedAt ?? null) && areStored(known.shipments, facts.stored);
  const newProducts = await readNewProducts(scene, facts, { shipments, isSame });
  const reconciled = newProducts ? reconcileWith(withNew(facts.orderProducts, newProducts)) : known;
  // Of an order that says nothing of itself, what is stored stays, and so do its intervals.
  const shipping = isGone || isForeign ? facts.shipping : reconciled.shipping;
  const shippedAt = shipping === 'shipped' ? (facts.shippedAt ?? at) : null;
  const changed = shipping !== facts.shipping;
  const check = nextCheck({
    step: changed ? 0 : facts.checkStep,
    now: at,
    shipping,
    shippedAt,
    ...{ recheckDays: settings.recheckDays, lastRunAt },
  });
  return {
    ...{ frId: facts.id, reconciled, at, isForeign, isGone, check: { nextCheckAt: check.at, step: check.step } },
    ...{
      orderProducts: newProducts ?? [],
      orderModifiedAt: order?.modifiedAt ?? null,
      storeStatusId: order?.statusId ?? null,
    },
  };
}

/** Whether all of these packages are stored as they are. */
function areStored(shipments: readonly ReconciledShipment[], stored: readonly StoredShipment[]): boolean {
  const kept = stored.filter(({ removedAt }) => removedAt === null);
  const fingerprints = new Map(kept.map((each) => [each.bigcommerceShipmentId, each.fingerprint]));
  return shipments.every((each) => fingerprints.get(each.bigcommerceShipmentId) === shipmentFingerprint(each));
}

/** As they are remembered: lines that the order had are kept beside those that it has, as packages may still name them. */
function withNew(known: readonly OrderProductRow[], found: readonly OrderProductRow[]): OrderProductRow[] {
  return [...new Map([...known, ...found].map((each) => [each.orderProductId, each])).values()];
}

/**
 * The lines of the order where they are not known: asked for once, and again when a shipment names one that is new. Not while
 * order and packages are the same (`isSame`) as when that did not help: the order does not have that line.
 */
async function readNewProducts(
  { client }: AskScene,
  facts: ShippingFacts,
  { shipments, isSame }: { shipments: readonly FetchedShipment[]; isSame: () => boolean },
): Promise<OrderProductRow[] | null> {
  const isKnown = facts.productsRead && (!hasUnknownOrderProducts(shipments, facts.orderProducts) || isSame());
  if (shipments.length === 0 || isKnown) return null;
  const products = await listOrderProducts(client, facts.bigcommerceOrderId, { signal: signalOfActivity() });
  return products.map(({ id, productId, variantId, sku, quantity }) => ({
    ...{ orderProductId: id, productId, variantId, sku, quantity },
  }));
}
