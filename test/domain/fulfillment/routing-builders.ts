import { orderDocumentSchema } from '../../../domain/fulfillment/document.ts';
import type { OrderDocument } from '../../../domain/fulfillment/document.ts';
import { routeOrder } from '../../../domain/fulfillment/routing.ts';
import type { Candidate, CandidateItem } from '../../../domain/fulfillment/routing-rules.ts';
import { routingSchema } from '../../../domain/source/fulfillment.ts';

/** An order of these lines, each `[sku, quantity]` or `[sku, quantity, unitPrice]`. */
export function makeOrder(
  lines: readonly [sku: string, quantity: number, unitPrice?: string | undefined][],
  fields: Record<string, unknown> = {},
): OrderDocument {
  return orderDocumentSchema.parse({
    number: 'PO-1',
    billingAddress: { countryCode: 'US' },
    lines: lines.map(([sku, quantity, unitPrice]) => ({ sku, quantity, unitPrice })),
    ...fields,
  });
}

/** A source with these items; a number is a stock at a price of 10.00. */
export function makeCandidate(
  source: string,
  items: Record<string, number | Partial<CandidateItem>>,
  rules: Record<string, unknown> = {},
): Candidate {
  const item = (given: number | Partial<CandidateItem>): CandidateItem => ({
    available: 0,
    price: '10.00',
    brand: null,
    categories: [],
    archived: false,
    ...(typeof given === 'number' ? { available: given } : given),
  });
  return {
    source,
    rules: routingSchema.parse(rules),
    items: new Map(Object.entries(items).map(([sku, given]) => [sku, item(given)])),
  };
}

/** Which source takes which lines, by number; or nothing. */
export function chosen(order: OrderDocument, candidates: Candidate[]) {
  const routing = routeOrder(order, candidates);
  return routing.routed
    ? routing.parts.map(({ source, number, lineIds }) => `${number} ${source}: ${lineIds.join(' ')}`)
    : [];
}

/** Why a source cannot take an order by itself. */
export function reasons(order: OrderDocument, candidate: Candidate): string[] {
  return routeOrder(order, [candidate]).considered[0]!.reasons;
}
