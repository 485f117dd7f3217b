import { sql } from 'kysely';
import type { Database } from '../../database/connect.ts';
import type { ReconciledRequest } from '../../database/shipments.ts';
import type { ShippedItem } from '../../domain/shipments/shipment.ts';

export const AT = new Date('2026-11-24T08:00:00Z');
const DAY_MS = 86_400_000;
let last = 0;

export interface RequestOptions {
  /** Ordered quantities, a line each. */
  lines?: number[];
  ageDays?: number;
  columns?: Record<string, unknown>;
}

/** An acknowledged request of a source; its line ids are `l1`, `l2`, ... */
export async function addAcknowledged(db: Database, sourceId: number, options: RequestOptions = {}): Promise<number> {
  const { lines = [3], ageDays = 1, columns = {} } = options;
  const number = ++last;
  const { id } = await db
    .insertInto('fulfillment_requests')
    .values({
      ...{ source_id: sourceId, number: `PO-${number}`, document: '{}', digest: 'x', processing: 'acknowledged' },
      ...{ bigcommerce_order_id: 1000 + number, explanation: `Sent: BigCommerce order ${1000 + number}.` },
      ...{ created_at: new Date(AT.getTime() - ageDays * DAY_MS), changed_at: AT, checks: '[]' },
      ...columns,
    } as never)
    .returning('id')
    .executeTakeFirstOrThrow();
  await sql`
    insert into fr_lines (fr_id, position, line_id, sku, quantity)
    select ${id}, u.position, 'l' || u.position, 'SKU-' || u.position, u.quantity
    from unnest(${lines}::integer[]) with ordinality as u (quantity, position)`.execute(db);
  return id;
}

export type DraftShipment = ReconciledRequest['reconciled']['shipments'][number];

export function makeShipment(id: number, quantities: number[], fields: Partial<DraftShipment['fields']> = {}) {
  const items = quantities.flatMap((quantity, index): ShippedItem[] => {
    const line = { lineId: `l${index + 1}`, sku: `SKU-${index + 1}`, orderProductId: index + 1, productId: null };
    return quantity === 0 ? [] : [{ ...line, quantity, reason: null }];
  });
  const known = { trackingNumber: `1Z${id}`, trackingLink: null, trackingCarrier: 'ups', shippingProvider: 'ups' };
  const rest = { shippingMethod: null, shippedAt: '2026-11-24T07:00:00.000Z', comments: null, cost: '4.5' };
  const shipment = { fields: { ...known, ...rest, attributes: {}, ...fields }, items, flags: [], problems: [] };
  return { bigcommerceShipmentId: id, ...shipment } as DraftShipment;
}

/** A request as reading its shipments finds it; its state follows from `ordered` and the items. */
export function makeReconciled(
  frId: number,
  ordered: number[],
  shipments: DraftShipment[],
  changes: Partial<ReconciledRequest> & { reconciled?: never; with?: Partial<ReconciledRequest['reconciled']> } = {},
): ReconciledRequest {
  const { with: more = {}, reconciled: _, ...rest } = changes;
  const shippedByLine = new Map(ordered.map((_quantity, index) => [`l${index + 1}`, 0]));
  for (const { items } of shipments) {
    for (const item of items) {
      if (item.lineId !== null) shippedByLine.set(item.lineId, shippedByLine.get(item.lineId)! + item.quantity);
    }
  }
  const isAll = ordered.every((quantity, index) => shippedByLine.get(`l${index + 1}`)! >= quantity);
  const isAny = [...shippedByLine.values()].some((quantity) => quantity > 0);
  const shipping = isAll ? 'shipped' : isAny ? 'partially_shipped' : 'open';
  return {
    frId,
    reconciled: { shipments, shippedByLine, shipping, flags: [], canceled: null, isActive: !more.canceled, ...more },
    check: { nextCheckAt: new Date(AT.getTime() + 60_000), step: 1 },
    ...{ orderProducts: [], orderModifiedAt: AT, storeStatusId: 11, at: AT },
    ...rest,
  };
}

/** Where each row of a table stands and who wrote it: equal means that nobody touched it. */
export async function tracesOf(db: Database, table: string): Promise<unknown[]> {
  const { rows } = await sql`select xmin::text, ctid::text from ${sql.id(table)} order by ctid`.execute(db);
  return rows;
}

export const requestOf = (db: Database, id: number) =>
  db.selectFrom('fulfillment_requests').selectAll().where('id', '=', id).executeTakeFirstOrThrow();

export const shippedOf = async (db: Database, id: number) => {
  const lines = db.selectFrom('fr_lines').select('shipped_quantity').where('fr_id', '=', id).orderBy('position');
  return (await lines.execute()).map((line) => line.shipped_quantity);
};

export const eventsOf = async (db: Database, id: number) => {
  const events = db.selectFrom('fr_events').select(['event', 'detail']).where('fr_id', '=', id).orderBy('id');
  return (await events.execute()).map(({ event, detail }) => `${event}: ${detail}`);
};
