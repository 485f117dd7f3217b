import { mapItem, traceItem } from '../../../domain/catalog/map-item.ts';
import type { InventoryItemFields, ItemTrace, MapResult } from '../../../domain/catalog/map-item.ts';
import { readProduct } from '../../../domain/catalog/product-schema.ts';
import type { CatalogProduct } from '../../../domain/catalog/product-schema.ts';
import type { ItemContext } from '../../../domain/catalog/record.ts';
import { compileInventoryTemplate } from '../../../domain/mapping/inventory-template.ts';
import type { CompiledInventoryTemplate } from '../../../domain/mapping/inventory-template.ts';
import type { Problem } from '../../../domain/mapping/language.ts';
import { mappingSetsSchema, templateSchema } from '../../../domain/mapping/template.ts';

export type Fields = Record<string, unknown>;

export function makeVariant(fields: Fields = {}): Fields {
  return { id: 11, sku: 'AB-1', price: null, inventory_level: 4, purchasing_disabled: false, upc: '', ...fields };
}

export function makeProduct(fields: Fields = {}, variants: Fields[] = [makeVariant()]): CatalogProduct {
  const base = { id: 1, name: 'Lamp', price: 12.5, retail_price: 20, cost_price: 5, inventory_tracking: 'variant' };
  const read = readProduct({ ...base, is_visible: true, availability: 'available', ...fields, variants });
  if (!read.ok) throw new Error(read.reason);
  return read.product;
}

export function makeContext(fields: Partial<ItemContext> = {}): ItemContext {
  return {
    storeCurrency: 'USD',
    weightFactorKg: '0.45359237',
    dimensionFactorCm: '2.54',
    brands: new Map([[7, 'ACME']]),
    categories: new Map([
      [1, { name: 'Home', parentId: 0 }],
      [2, { name: 'Light', parentId: 1 }],
      [3, { name: 'Lamps', parentId: 2 }],
      [4, { name: 'Desk', parentId: 3 }],
    ]),
    untrackedQuantity: 0,
    unpurchasable: 'keep',
    metrics: new Map(),
    ...fields,
  };
}

export function compile(mapping: unknown, sets: unknown = {}): CompiledInventoryTemplate {
  const result = compileInventoryTemplate(templateSchema.parse(mapping), mappingSetsSchema.parse(sets));
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.template;
}

export function problemsOf(mapping: unknown, sets: unknown = {}): Problem[] {
  const result = compileInventoryTemplate(templateSchema.parse(mapping), mappingSetsSchema.parse(sets));
  return result.ok ? [] : result.problems;
}

interface Given {
  product?: Fields;
  variant?: Fields;
  context?: Partial<ItemContext>;
  sets?: unknown;
}

export async function mapWith(mapping: unknown, given: Given = {}): Promise<MapResult> {
  const product = makeProduct(given.product, [makeVariant(given.variant)]);
  return mapItem(compile(mapping, given.sets), makeContext(given.context), product, product.variants[0]!);
}

export async function itemOf(mapping: unknown, given: Given = {}): Promise<InventoryItemFields> {
  const result = await mapWith(mapping, given);
  if (!result.ok) throw new Error(`${result.code}: ${result.reason}`);
  return result.item;
}

export async function traceOf(mapping: unknown, given: Given = {}): Promise<ItemTrace> {
  const product = makeProduct(given.product, [makeVariant(given.variant)]);
  return traceItem(compile(mapping, given.sets), makeContext(given.context), product, product.variants[0]!);
}
