import { listShipmentChanges, listShipmentRows } from '../../../database/shipments.ts';
import { findRequests } from '../../../database/fulfillment-requests.ts';
import type { FulfillmentRequest } from '../../../database/fulfillment-requests.ts';
import type { ExitCode } from '../../errors.ts';
import { isEndedByStore } from '../../../domain/shipments/reconcile.ts';
import { refusalOf, requestsNotFound, requireRequest } from '../../fulfillment-requests.ts';
import { startJob } from '../../jobs.ts';
import { requireSource, requireSourceId } from '../../session.ts';
import { printJson, printJsonList, printTable } from '../output.ts';
import type { OutputOptions } from '../output.ts';
import { withSession, withSource } from '../with-session.ts';
import { itemsText, whysOf } from './shipment-tell.ts';
import { printStarted, waitForRun } from './run-output.ts';

interface SyncOptions extends OutputOptions {
  all?: true | undefined;
  fr?: string | undefined;
  wait?: true | undefined;
}

/** Starts a run of Get Shipments. */
export function sync(name: string, options: SyncOptions): Promise<ExitCode> {
  return withSource(name, async (session) => {
    await requireSource(session, name);
    const fr = options.fr === undefined ? undefined : await requireRequest(session, options.fr, name);
    if (fr && !hasLivingOrder(fr))
      throw refusalOf(fr, `${fr.number} is ${fr.processing}: only what was sent can be asked for.`);
    const input = { ...(options.all ? { all: true } : {}), ...(fr ? { frId: fr.id } : {}) };
    const started = await startJob(session, 'shipments', name, input);
    if (options.wait) return waitForRun(session, name, started, options);
    if (options.json) printJson({ ...started, status: 'running' });
    else printStarted(name, started);
    return 0;
  });
}

/** Canceled by the store alone: it may think better of it. */
function hasLivingOrder({ processing, reasonCode }: FulfillmentRequest): boolean {
  return processing === 'acknowledged' || (processing === 'canceled' && isEndedByStore(reasonCode));
}

interface ListOptions extends OutputOptions {
  source?: string | undefined;
  fr?: string | undefined;
  since?: number | undefined;
  limit: number;
}

/** Shipments as they are, or with `--since` the feed of what has changed. */
export function list(options: ListOptions): Promise<void> {
  return withSession(async (session) => {
    const db = await session.database();
    // What a source that was removed had shipped stays to be read.
    const sourceId = options.source === undefined ? undefined : await requireSourceId(session, options.source);
    const { since, limit, source, fr } = options;
    if (since !== undefined) {
      const changes = await listShipmentChanges(db, { since, limit, ...(sourceId === undefined ? {} : { sourceId }) });
      return print(changes, options, ['cursor', 'kind', 'request', 'shipment', 'tracking'], (change) => [
        change.cursor,
        change.kind,
        change.shipment.number,
        change.shipment.bigcommerceShipmentId,
        change.shipment.trackingNumber,
      ]);
    }
    const found = await listShipmentRows(db, { source, number: fr }, limit);
    if (found.length === 0 && fr !== undefined && (await findRequests(db, fr, source)).length === 0)
      throw requestsNotFound([fr], source);
    const rows = found.map(({ createdAt, changedAt, shipment }) => ({ ...shipment, createdAt, changedAt }));
    const head = ['request', 'order', 'shipment', 'carrier', 'tracking', 'shipped', 'items', 'flags', 'why'];
    return print(rows, options, head, (row) => [
      ...[row.number, row.bigcommerceOrderId, row.bigcommerceShipmentId, row.trackingCarrier, row.trackingNumber],
      ...[row.shippedAt, itemsText(row.items), row.flags.join(', '), whysOf(row).join('; ')],
    ]);
  });
}

async function print<T>(
  rows: readonly T[],
  options: OutputOptions,
  head: string[],
  cells: (row: T) => (string | number | null)[],
): Promise<void> {
  if (options.json) printJsonList(rows, options);
  else await printTable(head, rows.map(cells));
}
