import type { ShippedItem } from '../../../domain/shipments/shipment.ts';

type ToldItem = Pick<ShippedItem, 'quantity' | 'sku'> & { reason?: string | null };

/** What is in a package, in one cell. */
export function itemsText(items: readonly ToldItem[]): string {
  return items.map(itemText).join(', ');
}

function itemText({ quantity, sku }: ToldItem): string {
  return `${quantity} x ${sku ?? '?'}`;
}

/** Why a package is flagged, as far as the flag alone does not say it. */
export function whysOf({ items, problems }: { items: readonly ToldItem[]; problems: readonly string[] }): string[] {
  const unmatched = items.flatMap((item) => (item.reason ? [`${itemText(item)}: ${item.reason}`] : []));
  return [...unmatched, ...problems];
}
