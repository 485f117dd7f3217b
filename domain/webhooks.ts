/**
 * Webhooks of BigCommerce that say that something of ours may have changed. They are hints: what they name is read
 * again, nothing else is believed of them. Product and sku scopes both: a product that is tracked by variant tells of its
 * stock by the latter only.
 */
export const inventoryScopes = [
  'store/product/created',
  'store/product/updated',
  'store/product/deleted',
  'store/product/inventory/updated',
  'store/product/inventory/order/updated',
  'store/sku/created',
  'store/sku/updated',
  'store/sku/deleted',
  'store/sku/inventory/updated',
  'store/sku/inventory/order/updated',
] as const;

export const shipmentScopes = [
  'store/shipment/created',
  'store/shipment/updated',
  'store/shipment/deleted',
  'store/order/updated',
  'store/order/archived',
  'store/order/statusUpdated',
] as const;

/** The scopes that help the jobs of a source. */
export function neededScopes(settings: Readonly<Record<string, unknown>>): string[] {
  return [
    ...(settings['inventory'] === undefined ? [] : inventoryScopes),
    ...(settings['shipments'] === undefined ? [] : shipmentScopes),
  ];
}

/** What is to be read again. */
export interface Hint {
  kind: 'order' | 'product';
  id: number;
}

/** What an event hints at; null where it names nothing that we could read. */
export function hintOf(scope: string, data: unknown): Hint | null {
  const fields = recordOf(data);
  if (scope.startsWith('store/shipment/')) return hint('order', fields['orderId']);
  if (scope.startsWith('store/order/')) return hint('order', fields['id']);
  const product = recordOf(fields['inventory'])['product_id'] ?? recordOf(fields['sku'])['product_id'];
  if (scope.startsWith('store/sku/')) return hint('product', product);
  if (scope.startsWith('store/product/')) return hint('product', product ?? fields['id']);
  return null;
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function hint(kind: Hint['kind'], value: unknown): Hint | null {
  const id = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof id === 'number' && Number.isSafeInteger(id) && id > 0 ? { kind, id } : null;
}
