import type { Store } from '../store.ts';
import { shippedQuantity, type OrderLine, type ShippingAddress, type Shipment, type StoredOrder } from './order.ts';
import { money, totalsOf, writeCounts } from './write-order.ts';

/** A line as `GET /v2/orders/{id}/products` writes it. */
export function writeLine(order: StoredOrder, line: OrderLine): Record<string, unknown> {
  const tax = line.priceIncTax - line.priceExTax;
  return {
    ...{
      id: line.id,
      order_id: order.id,
      product_id: line.productId,
      variant_id: line.variantId,
      order_pickup_method_id: 0,
    },
    order_address_id: order.addresses[0]?.id ?? 0,
    ...{
      name: line.name,
      name_customer: line.name,
      name_merchant: line.name,
      sku: line.sku,
      upc: line.upc,
      type: line.type,
    },
    ...{
      base_price: money(line.priceExTax),
      price_ex_tax: money(line.priceExTax),
      price_inc_tax: money(line.priceIncTax),
    },
    ...{ price_tax: money(tax), base_total: money(line.priceExTax * line.quantity) },
    ...{ total_ex_tax: money(line.priceExTax * line.quantity), total_inc_tax: money(line.priceIncTax * line.quantity) },
    ...{ total_tax: money(tax * line.quantity), discounted_total_inc_tax: money(line.priceIncTax * line.quantity) },
    ...{ weight: money(line.weight), width: money(line.width), height: money(line.height), depth: money(line.depth) },
    ...{ quantity: line.quantity, quantity_shipped: shippedQuantity(order, line.id) },
    ...{ base_cost_price: money(line.costPrice), cost_price_inc_tax: money(line.costPrice) },
    ...{ cost_price_ex_tax: money(line.costPrice), brand: line.brand },
    ...LINE_FIXED,
    product_options: line.options.map((option) => writeOption(option, line.id)),
  };
}

const LINE_FIXED = {
  cost_price_tax: '0.0000',
  is_refunded: false,
  quantity_refunded: 0,
  refund_amount: '0.0000',
  return_id: 0,
  wrapping_id: 0,
  wrapping_name: '',
  base_wrapping_cost: '0.0000',
  wrapping_cost_ex_tax: '0.0000',
  wrapping_cost_inc_tax: '0.0000',
  wrapping_cost_tax: '0.0000',
  wrapping_message: '',
  event_name: null,
  event_date: null,
  fixed_shipping_cost: '0.0000',
  ebay_item_id: '',
  ebay_transaction_id: '',
  option_set_id: null,
  parent_order_product_id: null,
  is_bundled_product: false,
  bin_picking_number: '',
  external_id: null,
  applied_discounts: [],
  configurable_fields: [],
  gift_certificate_id: null,
};

function writeOption(option: OrderLine['options'][number], lineId: number): Record<string, unknown> {
  const { display_name: name, display_value: value } = option;
  return {
    ...{ ...option, order_product_id: lineId, name, display_style: '' },
    ...{ display_name_customer: name, display_name_merchant: name },
    ...{ display_value_customer: value, display_value_merchant: value },
  };
}

/** An address as `GET /v2/orders/{id}/shipping_addresses` writes it. */
export function writeShippingAddress(
  order: StoredOrder,
  address: ShippingAddress,
  store: Store,
): Record<string, unknown> {
  const { shipping, handling } = totalsOf(order);
  const resource = `/orders/${order.id}/shippingaddresses/${address.id}/shippingquotes`;
  return {
    ...address,
    ...writeCounts(order),
    ...{ base_cost: money(shipping.exTax), cost_ex_tax: money(shipping.exTax), cost_inc_tax: money(shipping.incTax) },
    ...{ cost_tax: money(shipping.incTax - shipping.exTax), cost_tax_class_id: 0 },
    ...{ base_handling_cost: money(handling.exTax), handling_cost_ex_tax: money(handling.exTax) },
    ...{ handling_cost_inc_tax: money(handling.incTax), handling_cost_tax: money(handling.incTax - handling.exTax) },
    ...{ handling_cost_tax_class_id: 0, shipping_zone_id: 1, shipping_zone_name: 'Everywhere' },
    shipping_quotes: { url: `https://api.bigcommerce.com/stores/${store.hash}/v2${resource}`, resource },
  };
}

const PROVIDER_NAMES: Readonly<Record<string, string>> = {
  ...{ auspost: 'Australia Post', canadapost: 'Canada Post', endicia: 'Endicia', usps: 'USPS', fedex: 'FedEx' },
  ...{ royalmail: 'Royal Mail', ups: 'UPS', upsready: 'UPS Ready', upsonline: 'UPS Online', shipperhq: 'ShipperHQ' },
};

/** A shipment as `GET /v2/orders/{id}/shipments` writes it: the link is generated unless the merchant gave one. */
export function writeShipment(order: StoredOrder, shipment: Shipment): Record<string, unknown> {
  const carrier = shipment.shipping_provider || shipment.tracking_carrier;
  const isGenerated = shipment.tracking_link === '' && shipment.tracking_number !== '' && carrier !== '';
  const { form_fields: _billingFields, ...billing } = order.billing;
  const address = order.addresses.find((candidate) => candidate.id === shipment.order_address_id) ?? order.addresses[0];
  return {
    ...shipment,
    billing_address: billing,
    shipping_address: address === undefined ? billing : plainAddress(address),
    shipping_provider_display_name: PROVIDER_NAMES[shipment.shipping_provider] ?? '',
    generated_tracking_link: isGenerated
      ? `https://www.aftership.com/track/${carrier}/${encodeURIComponent(shipment.tracking_number)}`
      : '',
  };
}

function plainAddress(address: ShippingAddress): Record<string, unknown> {
  const { id: _id, order_id: _orderId, shipping_method: _method, form_fields: _fields, ...plain } = address;
  return plain;
}
