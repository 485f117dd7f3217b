import type { Template } from '../mapping/template.ts';

/** Awaiting Fulfillment; BigCommerce's own default would be Pending. */
const AWAITING_FULFILLMENT = 11;

/** What a field of the order gets that a source's mapping leaves out, so that `mapping: {}` is a complete template. */
export const defaultOrderTemplate: Template = {
  status_id: { value: AWAITING_FULFILLMENT },
  ...addressTemplate('billing_address', 'billingAddress'),
  ...addressTemplate('shipping_address', 'shippingAddress'),
  'shipping_address.shipping_method': 'shippingMethod.label',
  staff_notes: 'staffNotes',
  customer_message: 'customerMessage',
};

function addressTemplate(field: string, path: string): Template {
  return {
    [`${field}.first_name`]: `${path}.firstName`,
    [`${field}.last_name`]: `${path}.lastName`,
    [`${field}.company`]: `${path}.company`,
    [`${field}.street_1`]: `${path}.address1`,
    [`${field}.street_2`]: `${path}.address2`,
    [`${field}.city`]: `${path}.city`,
    [`${field}.state`]: `${path}.stateName`,
    [`${field}.zip`]: `${path}.postalCode`,
    [`${field}.country`]: `${path}.countryName`,
    [`${field}.country_iso2`]: `${path}.countryCode`,
    [`${field}.phone`]: `${path}.phone`,
    [`${field}.email`]: `${path}.email`,
  };
}

/** The part of it that people change, as the text that `source init` writes below `fulfillment:`. */
export const orderTemplateYaml = `\
mapping:                        # fields of the BigCommerce order; what is left out gets the usual value
  status_id: { value: 11 }      # Awaiting Fulfillment
  shipping_address.shipping_method: shippingMethod.label   # its name, or else carrier and method
  # Billing fixed to the head office, shipping to whom the request says:
  # billing_address.first_name: { value: Accounts }
  # billing_address.last_name: { value: Payable }
  # billing_address.street_1: { value: 1 Main Street }
  # payment_method: { value: Manual }
  # staff_notes: { expression: '"FR " & number & ": " & note' }
`;
