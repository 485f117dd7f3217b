import type { Template } from '../mapping/template.ts';

/** What a field of a shipment gets that a source's mapping leaves out, so that `mapping: {}` is a complete template. */
export const defaultShipmentTemplate = {
  trackingNumber: 'tracking_number',
  trackingLink: 'link',
  trackingCarrier: 'carrier',
  shippingProvider: 'shipping_provider',
  shippingMethod: 'shipping_method',
  shippedAt: 'date_created',
  comments: 'comments',
  cost: 'merchant_shipping_cost',
} as const satisfies Template;

/** The same as the text that `source init` writes below `shipments:`, each line with what it means. */
export const shipmentTemplateYaml = `\
mapping:
  trackingNumber: tracking_number
  trackingLink: link              # the one that was typed in, or else the one that the store generated
  trackingCarrier: carrier        # tracking carrier, or else provider, its display name, method
  shippingProvider: shipping_provider
  shippingMethod: shipping_method
  shippedAt: date_created
  comments: comments
  cost: merchant_shipping_cost    # 0 means unknown
  # Any other name becomes an attribute of the shipment:
  # addressId: order_address_id
# One name for each carrier; to use it, write above: trackingCarrier: { from: carrier, lookup: carriers }
# mappingSets: { carriers: { map: { ups: UPS, upsready: UPS, usps: USPS, fedex: FedEx } } }
`;
