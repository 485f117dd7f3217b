import { countryBook } from '../../../domain/fulfillment/country-book.ts';
import type { CountryBook } from '../../../domain/fulfillment/country-book.ts';
import { frDocumentSchema } from '../../../domain/fulfillment/document.ts';
import type { FrDocument } from '../../../domain/fulfillment/document.ts';
import { buildOrder } from '../../../domain/fulfillment/order-body.ts';
import type { BuildOrderInput, BuiltOrder } from '../../../domain/fulfillment/order-body.ts';
import { compileOrderTemplate } from '../../../domain/fulfillment/order-language.ts';
import type { CompiledOrderTemplate } from '../../../domain/fulfillment/order-language.ts';
import type { ProductFact, ResolvedLine, VariantFact } from '../../../domain/fulfillment/resolved-line.ts';
import type { Problem } from '../../../domain/mapping/language.ts';
import { mappingSetsSchema, templateSchema } from '../../../domain/mapping/template.ts';
import { fulfillmentSchema } from '../../../domain/source/fulfillment.ts';

export type Fields = Record<string, unknown>;

export const countries: CountryBook = countryBook([
  {
    name: 'United States',
    iso2: 'US',
    iso3: 'USA',
    states: [
      { name: 'California', code: 'CA' },
      { name: 'New York', code: 'NY' },
    ],
  },
  { name: 'Canada', iso2: 'CA', iso3: 'CAN', states: [{ name: 'Québec', code: 'QC' }] },
  { name: 'United Kingdom', iso2: 'GB', iso3: 'GBR', states: [] },
  { name: 'Denmark', iso2: 'DK', iso3: 'DNK', states: null },
]);

export const address = {
  firstName: 'Ann',
  lastName: 'Lee',
  company: 'Acme',
  address1: '1 Main Street',
  city: 'Fresno',
  stateCode: 'CA',
  postalCode: '93650',
  countryCode: 'US',
  email: 'ann@example.com',
  phone: '555 0100',
};

/** A request whose shipping address is empty unless one is given. */
export function makeDocument(fields: Fields = {}): FrDocument {
  const base = { number: 'PO-1', source: 'acme', billingAddress: address, lines: [{ sku: 'AB-1', quantity: 2 }] };
  return frDocumentSchema.parse({ ...base, ...fields });
}

export function makeVariant(fields: Partial<VariantFact> = {}): VariantFact {
  const base = { variantId: 34, productId: 12, inventoryLevel: 5, purchasingDisabled: false, optionValues: [] };
  return { ...base, purchasingDisabledMessage: null, ...fields };
}

export function makeProduct(fields: Partial<ProductFact> = {}): ProductFact {
  const rules = { orderQuantityMinimum: 0, orderQuantityMaximum: 0, requiredModifiers: [] };
  const stock = { inventoryTracking: 'variant', inventoryLevel: 0, availability: 'available' } as const;
  return { id: 12, name: 'Lamp', type: 'physical', ...stock, ...rules, ...fields };
}

export interface GivenLine extends Partial<ResolvedLine> {
  variant?: Partial<VariantFact>;
  facts?: Partial<ProductFact>;
}

export function makeLine({ variant, facts, ...fields }: GivenLine = {}): ResolvedLine {
  const base = { lineId: '1', sku: 'AB-1', quantity: 2, unitPrice: null, nearMatches: [] };
  return { ...base, matches: [makeVariant(variant)], product: makeProduct(facts), ...fields };
}

export function compile(mapping: unknown = {}, sets: unknown = {}): CompiledOrderTemplate {
  const result = compileOrderTemplate(templateSchema.parse(mapping), mappingSetsSchema.parse(sets));
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.template;
}

export function problemsOf(mapping: unknown, sets: unknown = {}): Problem[] {
  const result = compileOrderTemplate(templateSchema.parse(mapping), mappingSetsSchema.parse(sets));
  return result.ok ? [] : result.problems;
}

export interface Given {
  document?: Fields;
  lines?: GivenLine[];
  settings?: Fields;
  mapping?: unknown;
  customer?: BuildOrderInput['customer'];
  externalOrderId?: string;
}

export function build(given: Given = {}): Promise<BuiltOrder> {
  return buildOrder({
    document: makeDocument(given.document),
    template: compile(given.mapping),
    settings: fulfillmentSchema.parse(given.settings ?? {}),
    countries,
    lines: (given.lines ?? [{}]).map(makeLine),
    customer: given.customer ?? { kind: 'guest' },
    externalOrderId: given.externalOrderId ?? 'PO-1',
  });
}

/** The body of an order whose checks all pass. */
export async function bodyOf(given: Given = {}): Promise<Record<string, unknown>> {
  const { body, checks } = await build(given);
  const failures = checks.filter(({ ok }) => !ok);
  if (body === null || failures.length > 0) throw new Error(JSON.stringify(failures));
  return body;
}

/** `code: message` of each check that fails. */
export async function failuresOf(given: Given = {}): Promise<string[]> {
  const { checks } = await build(given);
  return checks.filter(({ ok }) => !ok).map(({ code, message }) => `${code}: ${message}`);
}
