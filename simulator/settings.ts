/** How a store behaves where real stores differ or where BigCommerce's documents leave it open. */
export interface StoreSettings {
  /** Cuts the variants that `include=variants` shows; null shows all, as BigCommerce says it does (docs issue 729). */
  includedVariantsCap: number | null;
  /** When stock is deducted (bigcommerce/docs, settings.v3.yml, update_stock_behavior). */
  stockBehavior: 'order_placed' | 'order_completed_or_shipped';
  /** Whether a cancellation gives stock back (refund_order_stock_adjustment). */
  restockOnCancel: boolean;
  /** Whether a 409 keeps what earlier lines of the order took, as one retailer reports of live stores. */
  leaksStockOnConflict: boolean;
  /** How long a new order stays out of lists; how soon it shows on a live store is undocumented. */
  ordersVisibleAfterMs: number;
  /** Whether lists and look-ups show archived orders; undocumented for live stores. */
  listsArchivedOrders: boolean;
  /** Whether a shipment moves the order's date_modified: likely on live stores, but not documented. */
  shipmentTouchesOrder: boolean;
  /** Whether `external_order_id` filters orders. Off imitates a store that ignores the filter and lists everything. */
  filtersByExternalOrderId: boolean;
}

export const DEFAULT_SETTINGS: StoreSettings = {
  includedVariantsCap: null,
  stockBehavior: 'order_placed',
  restockOnCancel: false,
  leaksStockOnConflict: false,
  ordersVisibleAfterMs: 0,
  listsArchivedOrders: true,
  shipmentTouchesOrder: true,
  filtersByExternalOrderId: true,
};
