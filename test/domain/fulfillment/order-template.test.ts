import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { orderTemplateYaml } from '../../../domain/fulfillment/default-order-template.ts';
import { traceOrder } from '../../../domain/fulfillment/order-body.ts';
import { firstSourceFile } from '../../../domain/source/first-file.ts';
import { fulfillmentSchema } from '../../../domain/source/fulfillment.ts';
import { readSourceFile } from '../../../domain/source/read.ts';
import { bodyOf, compile, countries, failuresOf, makeDocument, problemsOf } from './builders-order.ts';

const reason = (mapping: unknown) =>
  problemsOf(mapping).map((problem) => `${problem.path.join('/')} ${problem.reason}`);

describe('an order template', () => {
  it('as it is shown to users changes nothing, and its examples work when they are taken in', async () => {
    const shown = (text: string) => (parse(text) as { mapping: unknown }).mapping;
    expect(await bodyOf({ mapping: shown(orderTemplateYaml) })).toEqual(await bodyOf());
    const examples = orderTemplateYaml.replace(/^( {2})# (?=[a-z_.]+[0-9]?: )/gm, '$1');
    expect(problemsOf(shown(examples))).toEqual([]);
    expect(await bodyOf({ mapping: shown(examples), document: { note: 'Hello' } })).toMatchObject({
      staff_notes: 'FR PO-1: Hello',
      payment_method: 'Manual',
      billing_address: { first_name: 'Accounts', street_1: '1 Main Street' },
    });
  });

  it.each([
    [{ 'billing_address.first_nam': 'number' }, 'did you mean billing_address.first_name?'],
    [{ 'billing_address.firstName': 'number' }, 'did you mean billing_address.first_name?'],
    [{ 'billing_address.postalCode': 'number' }, 'did you mean billing_address.zip?'],
    [{ 'shippingAddress.address1': 'number' }, 'did you mean shipping_address.street_1?'],
    [{ 'shipping_address.country_code': 'number' }, 'did you mean shipping_address.country_iso2?'],
    [{ 'billing_address.shipping_method': 'number' }, 'is not a field'],
    [{ date_created: 'generatedAt' }, 'is not a field'],
    [{ customer_id: 'number' }, 'the system fills in'],
    [{ external_order_id: 'number' }, 'the system fills in'],
    [{ external_source: 'number' }, 'the system fills in'],
    [{ products: 'lines' }, 'the system fills in'],
    [{ channel_id: { value: 1 } }, 'the system fills in'],
    [{ staff_notes: 'nmber' }, 'did you mean number?'],
    [{ staff_notes: 'billingAddress' }, 'needs one field'],
    [{ staff_notes: 'billingAddress.citty' }, 'did you mean city?'],
    [{ staff_notes: 'billingAddress.city.name' }, 'there is no field billingAddress.city.name'],
    [{ staff_notes: 'number.value' }, 'has nothing below it'],
    [{ staff_notes: 'lines' }, 'lines[0].sku'],
    [{ staff_notes: 'lines[0].price' }, 'lines[0].sku'],
    [{ staff_notes: { expression: 'numbr' } }, 'did you mean number?'],
    [{ status_id: { value: 99 } }, 'is no status'],
    [{ status_id: { value: 0 } }, 'is no status'],
    [{ status_id: { value: 11.5 } }, 'is no status'],
    [{ status_id: null }, 'cannot be left empty'],
    [{ discount_amount: { value: '5 %' } }, 'not an amount'],
    [{ staff_notes: { from: 'note', rules: [{ rule: 'cap', max: 1 }] } }, 'does not suit'],
    [{ staff_notes: { from: 'note', lookup: 'nothing' } }, 'there is no mapping set'],
  ])('%j is refused: %s', (mapping, expected) => {
    expect(reason(mapping)).toEqual([expect.stringContaining(expected)]);
  });

  it('has rules, conditions, look-ups and expressions over the whole document', async () => {
    const mapping = {
      staff_notes: {
        from: 'number',
        rules: [{ rule: 'prefix', text: 'FR ', when: { field: 'billingAddress.stateCode', equals: 'CA' } }],
      },
      customer_message: { expression: '$sum(lines.quantity) & " pieces of " & lines[0].sku' },
      payment_method: { set: { from: 'shippingMethod.carrier', map: { UPS: 'Account 7' } } },
      'shipping_address.phone': { value: '555' },
    };
    const document = { shippingMethod: { carrier: 'UPS' } };
    expect(await bodyOf({ mapping, document })).toMatchObject({
      staff_notes: 'FR PO-1',
      customer_message: '2 pieces of AB-1',
      payment_method: 'Account 7',
      shipping_addresses: [{ phone: '555' }],
    });
  });

  it('that fails says so for every field, and quotes nothing of the document', async () => {
    const mapping = {
      discount_amount: 'billingAddress.city',
      staff_notes: { expression: '$number(billingAddress.lastName)' },
      status_id: { expression: '$length(number) + 90' },
    };
    const failures = await failuresOf({ mapping });
    expect(failures).toEqual([
      'mapping_failed: staff_notes has an expression that failed',
      'mapping_failed: discount_amount is not an amount from 0',
      'mapping_failed: status_id is no status of BigCommerce from 1 to 14',
    ]);
  });

  it('whose status fails says why once', async () => {
    const mapping = { status_id: { expression: '$number(billingAddress.city)' } };
    expect(await failuresOf({ mapping })).toEqual(['mapping_failed: status_id has an expression that failed']);
  });

  it('can be traced field by field', async () => {
    const settings = fulfillmentSchema.parse({});
    const traces = await traceOrder({ document: makeDocument(), template: compile(), settings, countries });
    expect(traces.find(({ field }) => field === 'billing_address.state')).toMatchObject({
      from: 'billingAddress.stateName',
      result: 'California',
    });
  });
});

describe('the fulfillment section of a source file', () => {
  const environment = { BIGCOMMERCE_STORE_HASH: 'abc', BIGCOMMERCE_ACCESS_TOKEN: 'token' };

  it('has the places of all that is wrong with its mapping, beside what is wrong with the inventory', () => {
    const text = [
      'name: a',
      'connection: { type: oauth }',
      'inventory: { mapping: { title: nmae } }',
      'fulfillment:',
      '  holdHours: -1',
      '  mapping:',
      '    staff_notes: nmber',
      '    billing_address.zip: { from: billingAddress.postalCode, rules: [{ rule: cap, max: 1 }] }',
      '    payment_method: { from: shippingMethod.code, lookup: accounts }',
      '    customer_message: { from: note, lookup: acounts }',
      '  mappingSets: { accounts: { map: { U1: Account 7 } } }',
    ].join('\n');
    const read = readSourceFile(text, {});
    expect(read.ok ? [] : read.problems.map(({ line, column, path }) => `${line}:${column} ${path}`)).toEqual([
      '3:25 inventory.mapping.title',
      '5:3 fulfillment.holdHours',
      '7:5 fulfillment.mapping.staff_notes',
      '8:69 fulfillment.mapping.billing_address.zip.rules.0',
      '10:37 fulfillment.mapping.customer_message.lookup',
    ]);
  });

  it('as init writes it says what the defaults are', () => {
    const read = readSourceFile(firstSourceFile('acme'), environment);
    if (!read.ok) throw new Error(JSON.stringify(read.problems));
    const { mapping, ...settings } = read.settings.fulfillment!;
    expect({ ...settings, mapping: {} }).toEqual(fulfillmentSchema.parse({}));
    expect(problemsOf(mapping)).toEqual([]);
  });

  it('as init writes it is still good with every example taken in', () => {
    const text = firstSourceFile('acme').replace(/^( +)# (?=[a-z_]+[\w.]*: )/gm, '$1');
    expect(text).not.toMatch(/^ +# (schedule|billing_address)/m);
    expect(readSourceFile(text, environment)).toMatchObject({ ok: true });
  });
});
