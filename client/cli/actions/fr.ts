import { setTimeout as pause } from 'node:timers/promises';
import { listEvents, listLines, listRequests } from '../../../database/fulfillment-requests.ts';
import type { FulfillmentRequest, RequestFilter } from '../../../database/fulfillment-requests.ts';
import { listShipmentRows } from '../../../database/shipments.ts';
import type { ShipmentDocument } from '../../../database/shipments.ts';
import { fillHint } from '../../../domain/failures.ts';
import { frWorkflowId } from '../../../workflows/ids.ts';
import { requireRequest } from '../../fulfillment-requests.ts';
import { requireSourceId } from '../../session.ts';
import type { Session } from '../../session.ts';
import { clearScreen, colors, printFields, printJson, printJsonList, printLine, printTable } from '../output.ts';
import type { OutputOptions } from '../output.ts';
import { interruption } from '../perform.ts';
import { withSession } from '../with-session.ts';
import { itemsText, whysOf } from './shipment-tell.ts';
import { filterOf } from './fr-filter.ts';
import type { FilterOptions } from './fr-filter.ts';

interface OneOptions extends OutputOptions {
  source?: string | undefined;
}

/** What other programs read of a request's reason. */
export function reasonOf(fr: FulfillmentRequest) {
  if (fr.reasonCode === null) return null;
  return { code: fr.reasonCode, message: fr.reasonMessage, hint: hintOf(fr) };
}

/** What to do, as it can be typed: hints are kept without the names that belong into them. */
function hintOf(fr: FulfillmentRequest): string | null {
  return fr.reasonHint && fillHint(fr.reasonHint, fr);
}

/** A request as `fr list` shows it. */
export function rowOf(fr: FulfillmentRequest) {
  return {
    ...{ number: fr.number, source: fr.source, processing: fr.processing, shipping: fr.shipping },
    ...{ reason: reasonOf(fr), explanation: fr.explanation, nextStepAt: fr.nextStepAt },
    ...{ bigcommerceOrderId: fr.bigcommerceOrderId, createdAt: fr.createdAt, flags: fr.flags },
  };
}

const MOST_SHIPMENTS = 1000;

function shipmentOf(shipment: ShipmentDocument) {
  const { source: _, number: __, bigcommerceOrderId: ___, items, ...rest } = shipment;
  return {
    ...rest,
    items: items.map(({ lineId, sku, quantity, reason }) => ({ lineId, sku, quantity, ...(reason ? { reason } : {}) })),
  };
}

async function documentOf(session: Session, fr: FulfillmentRequest) {
  const db = await session.database();
  const workflowId = frWorkflowId(fr.source, fr.number);
  const lines = (await listLines(db, fr.id)).map(({ lineId, sku, quantity, shippedQuantity, productId, variantId }) => {
    return { id: lineId, sku, quantity, shippedQuantity, productId, variantId };
  });
  const { createdAt, ...row } = rowOf(fr);
  const { estimatedShippingCost, estimatedDropshipFee, totalCost, totalWeightLbs, generatedAt, note } = fr.document;
  return {
    ...row,
    lines,
    shipments: (await listShipmentRows(db, { frId: fr.id }, MOST_SHIPMENTS))
      .reverse()
      .map((row) => shipmentOf(row.shipment)),
    timeline: await listEvents(db, fr.id),
    workflowId,
    webUrl: session.webUrl(workflowId),
    checks: fr.checks,
    ...{
      createdAt,
      releasedAt: fr.releasedAt,
      holdUntil: fr.holdUntil,
      sentAt: fr.acknowledgedAt,
      canceledAt: fr.canceledAt,
      forgottenAt: fr.forgottenAt,
    },
    internal: { estimatedShippingCost, estimatedDropshipFee, totalCost, totalWeightLbs, generatedAt, note },
    document: fr.document,
  };
}

export function show(number: string, options: OneOptions): Promise<void> {
  return withSession(async (session) => {
    const fr = await requireRequest(session, number, options.source);
    const document = await documentOf(session, fr);
    if (options.json) return printJson(document);
    printLine(`${colors.bold(fr.number)} of ${fr.source}: ${stateOf(fr)}`);
    // What has failed says the same under "Why" and "What to do".
    if (fr.processing !== 'failed') printLine(fr.explanation);
    if (fr.reasonCode !== null) {
      printLine(`${colors.bold('Why:')} ${fr.reasonCode}: ${fr.reasonMessage}`);
      printLine(`${colors.bold('What to do:')} ${hintOf(fr) ?? ''}`);
    }
    const { estimatedShippingCost, estimatedDropshipFee, totalCost, totalWeightLbs, generatedAt } = document.internal;
    printFields({
      ...{
        accepted: iso(fr.createdAt),
        released: iso(fr.releasedAt),
        sent: iso(fr.acknowledgedAt),
        generated: generatedAt,
      },
      ...{
        'next step': iso(fr.nextStepAt),
        'BigCommerce order': fr.bigcommerceOrderId,
        flags: fr.flags.join(', ') || null,
      },
      ...{ 'estimated shipping': estimatedShippingCost, 'dropship fee': estimatedDropshipFee, 'total cost': totalCost },
      ...{ 'weight (lbs)': totalWeightLbs, note: document.internal.note, 'Web UI': document.webUrl },
    });
    await printTable(
      ['line', 'SKU', 'quantity', 'shipped'],
      document.lines.map((line) => [line.id, line.sku, line.quantity, line.shippedQuantity]),
    );
    if (document.shipments.length > 0) {
      await printTable(
        ['shipment', 'carrier', 'tracking', 'shipped', 'items', 'flags'],
        document.shipments.map((shipment) => [
          ...[shipment.bigcommerceShipmentId, shipment.trackingCarrier, shipment.trackingNumber, shipment.shippedAt],
          ...[itemsText(shipment.items), shipment.flags.join(', ')],
        ]),
      );
      for (const shipment of document.shipments)
        for (const why of whysOf(shipment))
          printLine(`${colors.red('problem')}  shipment ${shipment.bigcommerceShipmentId}: ${why}`);
    }
    const problems = fr.processing === 'failed' ? [] : fr.checks.filter(({ ok }) => !ok);
    for (const check of problems) printLine(`${colors.red('problem')}  ${check.code}: ${check.message}`);
    await printTable(
      ['when', 'what', 'who', 'detail'],
      document.timeline.map((event) => [iso(event.at), event.event, event.by, event.detail]),
    );
  });
}

function stateOf(fr: FulfillmentRequest): string {
  const paint = { failed: colors.red, acknowledged: colors.green, canceled: colors.dim }[fr.processing as 'failed'];
  const state = `${fr.processing}, ${fr.shipping}`;
  return paint ? paint(state) : state;
}

function iso(at: Date | null): string | null {
  return at?.toISOString() ?? null;
}

export function explain(number: string, options: OneOptions): Promise<void> {
  return withSession(async (session) => {
    const fr = await requireRequest(session, number, options.source);
    const { explanation, nextStepAt } = fr;
    if (options.json)
      return printJson({
        number: fr.number,
        source: fr.source,
        processing: fr.processing,
        explanation,
        nextStepAt,
        reason: reasonOf(fr),
      });
    printLine(explanation);
    if (nextStepAt) printLine(`next step: ${nextStepAt.toISOString()}`);
  });
}

interface ListOptions extends OutputOptions, FilterOptions {
  limit: number;
  after?: number | undefined;
  watch?: true | undefined;
}

const WATCH_MS = 2_000;

export function list(options: ListOptions): Promise<void> {
  return withSession(async (session) => {
    const filter = filterOf(options);
    if (options.watch && !options.json) return watch(session, filter, options);
    return printList(session, filter, options);
  });
}

async function printList(session: Session, filter: RequestFilter, options: ListOptions): Promise<void> {
  const found = await listRequests(await session.database(), filter, { limit: options.limit, before: options.after });
  // Requests of a source that was removed are still there to be seen; a name that was never one is a mistake.
  if (found.length === 0 && filter.source !== undefined) await requireSourceId(session, filter.source);
  const rows = found.map((fr) => ({ ...rowOf(fr), cursor: fr.id }));
  if (options.json) return printJsonList(rows, options);
  await printTable(
    ['request', 'source', 'processing', 'shipping', 'order', 'created', 'explanation'],
    rows.map((row) => [
      row.number,
      row.source,
      row.processing,
      row.shipping,
      row.bigcommerceOrderId,
      iso(row.createdAt),
      row.explanation,
    ]),
  );
  if (rows.length === options.limit) printLine(`More: add --after ${rows.at(-1)!.cursor}`);
}

/** Draws the list anew until Ctrl-C. */
async function watch(session: Session, filter: RequestFilter, options: ListOptions): Promise<void> {
  const signal = interruption();
  for (;;) {
    clearScreen();
    await printList(session, filter, options);
    await pause(WATCH_MS, undefined, { signal });
  }
}
