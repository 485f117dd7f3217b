import type { StoreClient } from '../bigcommerce/client.ts';
import { findCustomers, isOfChannel } from '../bigcommerce/customers.ts';
import type { NewCustomer } from '../bigcommerce/customers.ts';
import type { FulfillmentRequest, RequestLine } from '../database/fulfillment-requests.ts';
import type { Check } from '../domain/fulfillment/checks.ts';
import { countryBook } from '../domain/fulfillment/country-book.ts';
import type { Country, CountryBook } from '../domain/fulfillment/country-book.ts';
import { buildOrder } from '../domain/fulfillment/order-body.ts';
import type { BuildOrderInput, OrderCustomer, StateCodes } from '../domain/fulfillment/order-body.ts';
import { compileOrderTemplate } from '../domain/fulfillment/order-language.ts';
import type { CompiledOrderTemplate } from '../domain/fulfillment/order-language.ts';
import type { ResolvedLine } from '../domain/fulfillment/resolved-line.ts';
import { sentLines } from '../domain/fulfillment/sent-lines.ts';
import type { SentLine } from '../domain/fulfillment/sent-lines.ts';
import type { FulfillmentSettings } from '../domain/source/fulfillment.ts';
import type { CatalogLookup } from './catalog-lookup.ts';
import { failure } from './failures.ts';

/** A request as it would be posted now. */
export interface PreparedRequest {
  /** Null when no order can be made of it; only one whose checks are all ok may be posted. */
  body: Record<string, unknown> | null;
  checks: Check[];
  sentLines: SentLine[];
  /** What each line's SKU was found to be, where it was found. */
  found: { lineId: string; productId: number; variantId: number }[];
  externalOrderId: string;
  customer: OrderCustomer;
}

export interface PrepareInput {
  fr: Pick<FulfillmentRequest, 'number' | 'document'>;
  lines: readonly Pick<RequestLine, 'lineId' | 'sku' | 'quantity' | 'unitPrice'>[];
  settings: FulfillmentSettings;
  client: StoreClient;
  catalog: CatalogLookup;
  /** Suggestions from the pool for a SKU that the store does not have. */
  nearSkus: (sku: string) => Promise<string[]>;
}

/** Finds everything that an order of the request needs in the store, and checks it. Changes nothing. Throws StoreError. */
export async function prepareRequest(input: PrepareInput): Promise<PreparedRequest> {
  const { fr, settings } = input;
  const lines = await Promise.all(input.lines.map((line) => resolveLine(line, input)));
  const externalOrderId = `${settings.externalOrderIdPrefix}${fr.number}`;
  const shared = { document: fr.document, template: templateOf(settings), settings, lines, externalOrderId };
  const customer = await customerOf(shared, input);
  const { body, checks } = await buildWithCountries({ ...shared, customer }, input);
  return {
    ...{ body, checks, externalOrderId, customer },
    sentLines: body ? sentLines(body) : [],
    found: lines.flatMap((line) => (line.matches.length === 1 ? [foundOf(line)] : [])),
  };
}

/** The two-letter codes of the states of the order's addresses, for the form fields that want them. */
export async function stateCodesOf(
  input: Pick<PrepareInput, 'fr' | 'settings' | 'client' | 'catalog'>,
): Promise<StateCodes> {
  const { fr, settings } = input;
  const shared = { document: fr.document, template: templateOf(settings), settings, lines: [], externalOrderId: '' };
  return (await buildWithCountries({ ...shared, customer: { kind: 'guest' } }, input)).stateCodes;
}

export function templateOf(settings: FulfillmentSettings): CompiledOrderTemplate {
  const compiled = compileOrderTemplate(settings.mapping, settings.mappingSets);
  if (compiled.ok) return compiled.template;
  const [first] = compiled.problems;
  throw failure(
    'mapping_failed',
    `The fulfillment template cannot be used: ${first?.path.join('.')} ${first?.reason}.`,
  );
}

function foundOf(line: ResolvedLine) {
  const [variant] = line.matches;
  return { lineId: line.lineId, productId: variant!.productId, variantId: variant!.variantId };
}

async function resolveLine(
  line: PrepareInput['lines'][number],
  { client, catalog, nearSkus }: PrepareInput,
): Promise<ResolvedLine> {
  const rows = await catalog.variants(client, line.sku);
  const matches = rows.filter((row) => row.sku === line.sku);
  const [only, ...others] = matches;
  const near = rows.filter((row) => row.sku !== line.sku && sameButForCase(row.sku, line.sku)).map((row) => row.sku);
  const suggested = only ? [] : [...new Set([...near, ...(await nearSkus(line.sku))])];
  const { lineId, sku, quantity, unitPrice } = line;
  const product = only && others.length === 0 ? await catalog.product(client, only.productId) : null;
  return { ...{ lineId, sku, quantity, unitPrice, product }, matches, nearMatches: suggested };
}

function sameButForCase(a: string, b: string): boolean {
  return a.trim().toLowerCase() === b.trim().toLowerCase();
}

/**
 * The countries that a piece of work turns out to need: which ones, only the mapping knows, so a first pass with a book
 * that knows none notes what is looked up. Throws StoreError.
 */
export async function countriesOf(
  { client, catalog }: Pick<PrepareInput, 'client' | 'catalog'>,
  firstPass: (noting: CountryBook) => Promise<unknown>,
): Promise<Country[]> {
  const wanted = new Set<string>();
  await firstPass({ find: (key) => void wanted.add(key) });
  const keys = [...wanted].filter((key) => key.trim() !== '');
  const found = await Promise.all(keys.map((key) => catalog.country(client, key)));
  return found.flatMap((country) => country ?? []);
}

async function buildWithCountries(
  input: Omit<BuildOrderInput, 'countries'>,
  store: Pick<PrepareInput, 'client' | 'catalog'>,
) {
  const countries = await countriesOf(store, (noting) => buildOrder({ ...input, countries: noting }));
  return buildOrder({ ...input, countries: countryBook(countries) });
}

async function customerOf(
  input: Omit<BuildOrderInput, 'countries' | 'customer'>,
  { client, settings }: PrepareInput,
): Promise<OrderCustomer> {
  if (settings.customer === 'guest') return { kind: 'guest' };
  const email = await billingEmail(input);
  if (email === null) return settings.customer === 'create' ? { kind: 'to_be_created' } : { kind: 'missing' };
  const found = await findCustomers(client, email);
  const known = found.find((customer) => isOfChannel(customer, settings.channelId));
  if (known) return { kind: 'id', id: known.id };
  return settings.customer === 'create' ? { kind: 'to_be_created' } : { kind: 'missing' };
}

/** The customer that is made of the billing address as the order will carry it. */
export function customerDraft(
  body: Readonly<Record<string, unknown>>,
  { channelId, welcomeMail }: Pick<FulfillmentSettings, 'channelId' | 'welcomeMail'>,
): NewCustomer {
  const billing = body['billing_address'] as Record<string, string | undefined>;
  const { first_name = '', last_name = '', email = '', company = null, phone = null } = billing;
  const address = {
    ...{ firstName: first_name, lastName: last_name, company, phone },
    ...{ address1: billing['street_1'] ?? '', address2: billing['street_2'] ?? null, city: billing['city'] ?? '' },
    ...{ state: billing['state'] ?? null, postalCode: billing['zip'] ?? null },
    countryCode: billing['country_iso2'] ?? '',
  };
  return { firstName: first_name, lastName: last_name, email, company, phone, address, channelId, welcomeMail };
}

/** The e-mail address that the order will carry: the template may have changed the document's. */
export async function billingEmail(input: Omit<BuildOrderInput, 'countries' | 'customer'>): Promise<string | null> {
  const { body } = await buildOrder({ ...input, lines: [], customer: { kind: 'guest' }, countries: countryBook([]) });
  const address = body?.['billing_address'] as { email?: unknown } | undefined;
  return typeof address?.email === 'string' && address.email !== '' ? address.email : null;
}
