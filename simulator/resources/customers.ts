import { toIso } from '../dates.ts';
import { findCountry } from '../geography/countries.ts';
import { json, noContent, v3Error, type Answer } from '../http/answers.ts';
import { isRecord, type Call } from '../http/call.ts';
import { listOf } from '../http/fields.ts';
import { compileFilters, filterNames, type Filter } from '../http/filters.ts';
import { refuseUnknown, v3List } from '../http/paging.ts';
import type { Store } from '../store.ts';

export interface CustomerAddress {
  id: number;
  customer_id: number;
  [field: string]: unknown;
}

/** A customer as V3 writes it, with the parts that `include` asks for. */
export interface Customer {
  id: number;
  email: string;
  first_name: string;
  last_name: string;
  date_created: string;
  date_modified: string;
  origin_channel_id: number;
  channel_ids: number[] | null;
  addresses: CustomerAddress[];
  form_fields: { name: string; value: unknown }[];
  [field: string]: unknown;
}

/** A POST or PUT may hold at most ten customers (bigcommerce/docs customers.v3.yml). */
const MOST_CUSTOMERS = 10;
const EMAIL = /^[^@\s]+@[^@\s]+$/;
const OPTIONAL = ['company', 'phone', 'notes', 'tax_exempt_category', 'customer_group_id', 'authentication'] as const;

const ALL_PARTS = ['addresses', 'formfields', 'attributes', 'storecredit'];

const FILTERS: readonly Filter<Customer>[] = [
  { name: 'id', kind: 'number', value: (customer) => customer.id },
  { name: 'email', kind: 'text', value: (customer) => customer.email },
  { name: 'company', kind: 'text', value: (customer) => customer['company'] },
  { name: 'phone', kind: 'text', value: (customer) => customer['phone'] },
  { name: 'customer_group_id', kind: 'number', value: (customer) => customer['customer_group_id'] },
  { name: 'name', kind: 'text', value: (customer) => `${customer.first_name} ${customer.last_name}` },
  { name: 'date_created', kind: 'date', value: (customer) => customer.date_created },
  { name: 'date_modified', kind: 'date', value: (customer) => customer.date_modified },
];
const KNOWN = new Set([...filterNames(FILTERS), 'page', 'limit', 'include', 'sort', 'after', 'before']);

/** GET /v3/customers. */
export function listCustomers(call: Call): Answer {
  const refused = refuseUnknown(call.query, KNOWN);
  if (refused !== undefined) return refused;
  const tests = compileFilters(call.query, FILTERS, call.store.now());
  if ('status' in tests) return tests;
  const includes = listOf(call.query['include']);
  const found = call.store.customers.all().filter((customer) => tests.every((test) => test(customer)));
  return v3List(
    call.query,
    found.map((customer) => writeCustomer(customer, includes)),
  );
}

/** POST /v3/customers: an array; one that cannot be made means that none is. */
export function createCustomers(call: Call): Answer {
  const rows = readRows(call.body);
  if ('status' in rows) return rows;
  const errors: Record<string, string> = {};
  rows.forEach((row, position) => checkNew(row, position, rows, call.store, errors));
  if (Object.keys(errors).length > 0) {
    return v3Error(422, 'Create customers failed.', { '.customer_create': 'Error creating customers', ...errors });
  }
  const made = rows.map((row) => makeCustomer(row, call.store));
  return json({ data: made.map((customer) => writeCustomer(customer, ALL_PARTS)), meta: {} });
}

/** PUT /v3/customers: an array of customers with their ids. */
export function updateCustomers(call: Call): Answer {
  const { store } = call;
  const rows = readRows(call.body);
  if ('status' in rows) return rows;
  const missing = rows.filter((row) => store.customers.get(Number(row['id'])) === undefined);
  if (missing.length > 0)
    return v3Error(422, 'Update customers failed.', { '.customer_update': 'Customer does not exist' });
  const changed = rows.map((row) => {
    const customer = {
      ...(store.customers.get(Number(row['id'])) as Customer),
      ...row,
      date_modified: toIso(store.now()),
    };
    store.customers.put(customer.id, customer);
    return customer;
  });
  return json({ data: changed.map((customer) => writeCustomer(customer, ALL_PARTS)), meta: {} });
}

/** DELETE /v3/customers?id:in=. */
export function deleteCustomers(call: Call): Answer {
  const ids = listOf(call.query['id:in']).map(Number);
  if (ids.length === 0) return v3Error(422, 'The id:in filter is required.');
  for (const id of ids) call.store.customers.delete(id);
  return noContent();
}

function readRows(body: unknown): Record<string, unknown>[] | Answer {
  if (!Array.isArray(body) || body.length === 0 || !body.every(isRecord)) {
    return v3Error(422, 'JSON data is missing or invalid', { '.customers': 'error.expected.jsarray' });
  }
  if (body.length > MOST_CUSTOMERS) return v3Error(413, `The request exceeds ${MOST_CUSTOMERS} customers.`);
  return body;
}

function checkNew(
  row: Record<string, unknown>,
  position: number,
  rows: readonly Record<string, unknown>[],
  store: Store,
  errors: Record<string, string>,
): void {
  for (const field of ['email', 'first_name', 'last_name']) {
    if (typeof row[field] !== 'string' || row[field] === '') errors[`${position}.${field}`] = 'error.path.missing';
  }
  const email = String(row['email']).toLowerCase();
  if (row['email'] !== undefined && !EMAIL.test(email)) errors[`${position}.email`] = 'email is not valid';
  const isTaken = store.customers.all().some((customer) => customer.email.toLowerCase() === email);
  const isTwice = rows.slice(0, position).some((other) => String(other['email']).toLowerCase() === email);
  if (isTaken || isTwice) errors[`${position}.email`] = 'email is already in use';
  const addresses = Array.isArray(row['addresses']) ? row['addresses'].filter(isRecord) : [];
  addresses.forEach((address, index) => {
    for (const field of ['first_name', 'last_name', 'address1', 'city', 'country_code']) {
      if (!address[field]) errors[`${position}.addresses.${index}.${field}`] = 'error.path.missing';
    }
    if (address['country_code'] && findCountry(address['country_code']) === undefined) {
      errors[`${position}.addresses.${index}.country_code`] = 'country code is not valid';
    }
  });
}

function makeCustomer(row: Record<string, unknown>, store: Store): Customer {
  const id = store.customers.nextId();
  const now = toIso(store.now());
  const channel = Number(row['origin_channel_id'] ?? store.information.default_channel_id);
  const optional = Object.fromEntries(
    OPTIONAL.filter((name) => row[name] !== undefined).map((name) => [name, row[name]]),
  );
  const addresses = Array.isArray(row['addresses']) ? row['addresses'].filter(isRecord) : [];
  const customer: Customer = {
    ...{ id, email: String(row['email']), first_name: String(row['first_name']), last_name: String(row['last_name']) },
    ...{
      company: '',
      phone: '',
      registration_ip_address: '',
      notes: '',
      tax_exempt_category: '',
      customer_group_id: 0,
    },
    ...optional,
    ...{ date_created: now, date_modified: now, attribute_count: 0, authentication: { force_password_reset: false } },
    ...{ origin_channel_id: channel, channel_ids: null, accepts_product_review_abandoned_cart_emails: false },
    addresses: addresses.map((address) => makeAddress(address, id, store)),
    form_fields: Array.isArray(row['form_fields']) ? (row['form_fields'] as Customer['form_fields']) : [],
  };
  store.customers.put(id, customer);
  return customer;
}

function makeAddress(address: Record<string, unknown>, customerId: number, store: Store): CustomerAddress {
  const country = findCountry(address['country_code']);
  return {
    ...{
      company: '',
      address2: '',
      state_or_province: '',
      postal_code: '',
      phone: '',
      address_type: 'residential',
      form_fields: [],
    },
    ...address,
    ...{ id: store.nextPartId(), customer_id: customerId, country: country?.name ?? '' },
  };
}

function writeCustomer(customer: Customer, includes: readonly string[]): Record<string, unknown> {
  const { addresses, form_fields: formFields, ...plain } = customer;
  return {
    ...plain,
    address_count: addresses.length,
    channel_ids: customer.channel_ids ?? [customer.origin_channel_id],
    ...(includes.includes('addresses') ? { addresses } : {}),
    ...(includes.includes('formfields')
      ? { form_fields: formFields.map((field) => ({ ...field, customer_id: customer.id })) }
      : {}),
    ...(includes.includes('attributes') ? { attributes: [] } : {}),
    ...(includes.includes('storecredit') ? { store_credit_amounts: [{ amount: 0 }] } : {}),
  };
}
