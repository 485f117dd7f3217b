import { Big } from 'big.js';
import type { RoutingSettings } from '../source/fulfillment.ts';
import { countryCodeOf, destination } from './country.ts';
import type { Line, OrderDocument } from './document.ts';

/** What a source has of one SKU. */
export interface CandidateItem {
  /** Its stock less what earlier requests have taken; below 0 counts as 0. */
  available: number;
  /** Decimal text in the store's currency; null when unknown. */
  price: string | null;
  brand: string | null;
  /** Names from the top level down; each level counts. */
  categories: readonly string[];
  archived: boolean;
}

/** A source that an order may go to. */
export interface Candidate {
  source: string;
  rules: RoutingSettings;
  /** By SKU, byte for byte; a SKU that is missing here is one that the source does not have. */
  items: ReadonlyMap<string, CandidateItem>;
}

/** Why a source may not ship to where the order goes, or null when it may. */
export function countryReason(candidate: Candidate, order: OrderDocument): string | null {
  const { countries } = candidate.rules;
  if (countries.length === 0) return null;
  const code = countryCodeOf(destination(order));
  if (code === null)
    return `ships to ${countries.join(', ')} only, and the order's address names no country that we know`;
  return countries.includes(code) ? null : `ships to ${countries.join(', ')} only, and the order goes to ${code}`;
}

/** Why a source may not ship one SKU in this quantity, whatever else it ships; empty when it may. */
export function skuReasons(candidate: Candidate, sku: string, quantity: number): string[] {
  const item = candidate.items.get(sku);
  if (!item) return [`${sku} is not in its inventory`];
  if (item.archived) return [`${sku} is archived`];
  const reasons = [listReason(sku, 'brand', item.brand === null ? [] : [item.brand], candidate.rules.brands)];
  reasons.push(listReason(sku, 'category', item.categories, candidate.rules.categories));
  const available = Math.max(0, item.available);
  if (available < quantity) {
    reasons.unshift(`${sku} is out of stock (wanted ${quantity}, available ${available})`);
  }
  return reasons.filter((reason) => reason !== null);
}

interface ListRule {
  include: string[];
  exclude: string[];
}

function listReason(sku: string, what: string, names: readonly string[], rule: ListRule): string | null {
  const isIn = (list: string[]) => names.find((name) => list.some((other) => fold(other) === fold(name)));
  const excluded = isIn(rule.exclude);
  if (excluded !== undefined) return `${sku} is of ${what} ${excluded}, which is excluded`;
  if (rule.include.length === 0 || isIn(rule.include) !== undefined) return null;
  const own = names.length === 0 ? `has no ${what}` : `is of ${what} ${names.join(' > ')}`;
  return `${sku} ${own}, and only ${rule.include.join(', ')} may be shipped`;
}

function fold(name: string): string {
  return name.trim().toLowerCase();
}

/** What a line costs: the order's unit price, or where it gives none the item's; null when both are unknown. */
export function lineTotal(candidate: Candidate, line: Line): Big | null {
  const price = line.unitPrice ?? candidate.items.get(line.sku)?.price ?? null;
  return price === null ? null : new Big(price).times(line.quantity);
}

/** Why these lines together are too little for a source; empty when they are enough. */
export function minimumReasons(candidate: Candidate, lines: readonly Line[]): string[] {
  const { minimumOrderTotal, minimumQuantity } = candidate.rules;
  const reasons: string[] = [];
  const quantity = lines.reduce((sum, line) => sum + line.quantity, 0);
  if (quantity < minimumQuantity) reasons.push(`minimum quantity is ${minimumQuantity}, this order has ${quantity}`);
  const totals = lines.map((line) => ({ sku: line.sku, total: lineTotal(candidate, line) }));
  const known = totals.reduce((sum, { total }) => (total ? sum.plus(total) : sum), new Big(0));
  // Prices are never below 0, so what is known may be enough by itself.
  if (known.gte(minimumOrderTotal)) return reasons;
  const unknown = [...new Set(totals.filter(({ total }) => total === null).map(({ sku }) => sku))];
  const minimum = `minimum order total is ${money(new Big(minimumOrderTotal))}`;
  reasons.push(
    unknown.length === 0
      ? `${minimum}, this order has ${money(known)}`
      : `${minimum}, this order has ${money(known)} without ${unknown.join(', ')}, whose price is unknown`,
  );
  return reasons;
}

function money(value: Big): string {
  const text = value.toFixed();
  return (text.split('.')[1] ?? '').length > 2 ? text : value.toFixed(2);
}
