import type { StoreClient } from './client.ts';
import { StoreError } from './failures.ts';
import { LARGEST_PAGE, getV3Page } from './pages.ts';
import type { PageOptions } from './pages.ts';
import { readFields, readId, readList, readText } from './read.ts';
import { unexpected } from './v2-pages.ts';

export interface Customer {
  id: number;
  email: string;
  /** Null or empty: not limited to any. */
  channelIds: number[] | null;
  originChannelId: number | null;
}

export interface CustomerAddress {
  firstName: string;
  lastName: string;
  company?: string | null;
  address1: string;
  address2?: string | null;
  city: string;
  /** The full name. */
  state?: string | null;
  postalCode?: string | null;
  /** ISO 3166-1, two letters. */
  countryCode: string;
  phone?: string | null;
}

export interface NewCustomer {
  email: string;
  firstName: string;
  lastName: string;
  company?: string | null;
  phone?: string | null;
  address?: CustomerAddress | null;
  /** The store's default channel when left out. */
  channelId?: number | undefined;
  /** Whether BigCommerce greets the customer by e-mail. */
  welcomeMail: boolean;
}

const CUSTOMERS = 'v3/customers';

/**
 * The customers with this e-mail address, whatever its letter case; several, because it is unique a channel only.
 * Throws StoreError, `unexpected_answer` when the store ignores the filter and has more customers than a page shows.
 */
export async function findCustomers(
  client: StoreClient,
  email: string,
  options: PageOptions = {},
): Promise<Customer[]> {
  const wanted = email.trim().toLowerCase();
  if (wanted === '') return [];
  const query = { 'email:in': email.trim(), limit: LARGEST_PAGE };
  const { data } = await getV3Page(client, CUSTOMERS, query, options);
  const found = data.flatMap((row) => readCustomer(row) ?? []);
  const matches = found.filter((customer) => customer.email.trim().toLowerCase() === wanted);
  if (matches.length === 0 && data.length >= LARGEST_PAGE) {
    throw unexpected(CUSTOMERS, 'BigCommerce answered a request for one e-mail address with other customers');
  }
  return matches;
}

/**
 * Makes a customer, or finds the one that is there already: after a duplicate (422) and after a lost or unreadable
 * answer it looks the e-mail address up. Safe to repeat, because an e-mail address is unique in its
 * channel. Throws StoreError, `customer_rejected` where BigCommerce does not want the customer.
 */
export async function createCustomer(client: StoreClient, customer: NewCustomer): Promise<Customer> {
  const failed = await tryToMake(client, customer);
  if (!(failed instanceof StoreError)) return failed;
  const existing = mayExist(failed) ? await findCustomers(client, customer.email).catch(() => []) : [];
  const [mine] = existing.filter((found) => isOfChannel(found, customer.channelId)).sort((a, b) => a.id - b.id);
  if (mine) return mine;
  throw failed.code === 'request_rejected' ? refusalOf(failed) : failed;
}

async function tryToMake(client: StoreClient, customer: NewCustomer): Promise<Customer | StoreError> {
  try {
    const answer = await client.call('POST', CUSTOMERS, { body: [bodyOf(customer)] });
    const made = readCustomer(readList(readFields(answer)['data'])[0]);
    return made ?? unexpected(CUSTOMERS, 'BigCommerce made a customer and did not tell its id', 'POST');
  } catch (error) {
    if (error instanceof StoreError) return error;
    throw error;
  }
}

/** The refusal of a customer, told apart from that of an order. */
function refusalOf(error: StoreError): StoreError {
  const message = `BigCommerce refused to make the customer (${error.details.status})`;
  return new StoreError('customer_rejected', message, error.details, error.readAnswer());
}

/** Orders and customers belong to channel 1 unless they say otherwise (facts: `channel_id` defaults to 1). */
const DEFAULT_CHANNEL = 1;

/** Whether a customer may order in a channel: in another it is another person's account. */
export function isOfChannel(
  { channelIds, originChannelId }: Pick<Customer, 'channelIds' | 'originChannelId'>,
  channelId = DEFAULT_CHANNEL,
): boolean {
  if (originChannelId === channelId) return true;
  if (channelIds && channelIds.length > 0) return channelIds.includes(channelId);
  return true;
}

function mayExist({ code, details }: StoreError): boolean {
  const isDuplicate = details.status === 422 || details.status === 409;
  return isDuplicate || code === 'store_unavailable' || code === 'unexpected_answer';
}

function bodyOf(customer: NewCustomer): Record<string, unknown> {
  const { channelId, address } = customer;
  return {
    ...{ email: customer.email.trim(), first_name: customer.firstName, last_name: customer.lastName },
    ...(customer.company ? { company: customer.company } : {}),
    ...(customer.phone ? { phone: customer.phone } : {}),
    ...(address && isComplete(address) ? { addresses: [addressOf(address)] } : {}),
    ...(channelId === undefined ? {} : { origin_channel_id: channelId, channel_ids: [channelId] }),
    trigger_account_created_notification: customer.welcomeMail,
  };
}

/** Without one of these BigCommerce refuses the whole customer (customers.v3, customerAddresses_CustomerPost). */
function isComplete({ firstName, lastName, address1, city, countryCode }: CustomerAddress): boolean {
  return [firstName, lastName, address1, city, countryCode].every((part) => part.trim() !== '');
}

function addressOf(address: CustomerAddress): Record<string, string> {
  const fields = {
    ...{ first_name: address.firstName, last_name: address.lastName, company: address.company },
    ...{ address1: address.address1, address2: address.address2, city: address.city },
    ...{ state_or_province: address.state, postal_code: address.postalCode },
    ...{ country_code: address.countryCode, phone: address.phone },
  };
  const given = Object.entries(fields).filter((entry): entry is [string, string] => Boolean(entry[1]));
  return Object.fromEntries(given);
}

function readCustomer(row: unknown): Customer | undefined {
  const fields = readFields(row);
  const id = readId(fields['id']);
  if (id === undefined) return undefined;
  const channels = fields['channel_ids'];
  return {
    ...{ id, email: readText(fields['email']) ?? '' },
    channelIds: Array.isArray(channels) ? channels.flatMap((channel) => readId(channel) ?? []) : null,
    originChannelId: readId(fields['origin_channel_id']) ?? null,
  };
}
