import type { ShipmentDocument } from '../../../database/shipments.ts';
import type { ShippedItem } from '../../../domain/shipments/shipment.ts';

/** What is in a package, in one cell. */
export function itemsText(items: readonly Pick<ShippedItem, 'quantity' | 'sku'>[]): string {
  return items.map((item) => `${item.quantity} x ${item.sku ?? '?'}`).join(', ');
}

/** Why a package is flagged, as far as the flag alone does not say it. */
export function whysOf({ problems }: Pick<ShipmentDocument, 'problems'>): string[] {
  return problems;
}
