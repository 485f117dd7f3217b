import type { ResolvedPath } from '../mapping/language.ts';
import { parsePath, readerOf, suggestion } from '../mapping/path.ts';
import { SHIPMENT_FIELDS } from './shipment-record.ts';
import type { ShipmentRecord } from './shipment-record.ts';

const ITEM = new Set(['order_product_id', 'product_id', 'quantity']);

/** Names that a path or an expression may start with. */
export const SHIPMENT_ROOTS: ReadonlySet<string> = new Set([...SHIPMENT_FIELDS, 'link', 'carrier']);

/** Finds the reader of a path of the shipment, or says why there is none. */
export function resolveShipmentPath(path: string): ResolvedPath<ShipmentRecord> | { problem: string } {
  const steps = parsePath(path);
  if (!steps) return { problem: `is not a path such as tracking_number or items[0].quantity: ${path}` };
  const [root, ...rest] = steps;
  const name = String(root);
  if (!SHIPMENT_ROOTS.has(name)) return { problem: `there is no field ${name}${suggestion(name, SHIPMENT_ROOTS)}` };
  if (name === 'items' && !isOneItemField(rest)) {
    return { problem: 'needs one field of one item, such as items[0].quantity; use an expression for several' };
  }
  if (name !== 'items' && rest.length > 0) return { problem: `has nothing below it: ${name}` };
  const read = readerOf(steps);
  return { read: ({ values }) => read(values), needs: [] };
}

function isOneItemField([place, field, ...deeper]: (string | number)[]): boolean {
  return typeof place === 'number' && ITEM.has(String(field)) && deeper.length === 0;
}
