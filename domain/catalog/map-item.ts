import type { CompiledInventoryTemplate } from '../mapping/inventory-template.ts';
import type { ExpressionValues, FieldRefusal, FieldTrace } from '../mapping/run.ts';
import { evaluateExpressions, runTemplate } from '../mapping/run.ts';
import type { CatalogProduct, CatalogVariant } from './product-schema.ts';
import type { InventoryRecord, ItemContext } from './record.ts';

/** An inventory item as its source says it. Money and measures are canonical decimal text such as "12.5"; null is unknown. */
export interface InventoryItemFields {
  sku: string;
  title: string;
  description: string | null;
  /** Whole units, never below 0. */
  quantity: number;
  price: string | null;
  msrp: string | null;
  cost: string | null;
  currency: string | null;
  brand: string | null;
  /** Names, top first. */
  categories: string[];
  imageUrl: string | null;
  weightKg: string | null;
  widthCm: string | null;
  heightCm: string | null;
  depthCm: string | null;
  upc: string | null;
  /** Fields of the template that are none of the above. */
  attributes: Record<string, unknown>;
}

export type MapResult =
  { ok: true; item: InventoryItemFields } | { ok: false; code: string; reason: string; field: string };

/** How an item came to be, field by field in the order of evaluation; `result` is what `mapItem` gives. */
export interface ItemTrace {
  fields: FieldTrace[];
  result: MapResult;
}

/**
 * Maps one variant of a product, always from its raw values. Answers at once for a template without expressions and with
 * a promise for one that `hasExpressions` (JSONata is asynchronous); `await` suits both. Never throws for bad data: what
 * cannot be understood refuses this item, with the field and the reason. What the variants of a product have in common is
 * taken from a `sibling`, an item of the same product, where there is one; the same lists and attributes then, not equal ones.
 */
export function mapItem(
  template: CompiledInventoryTemplate,
  context: ItemContext,
  product: CatalogProduct,
  variant: CatalogVariant,
  sibling: InventoryItemFields | null = null,
): MapResult | Promise<MapResult> {
  const record: InventoryRecord = { product, variant, context };
  if (!template.compiled.hasExpressions) return mapRecord(template, record, { sibling });
  return evaluateExpressions(template.compiled, record).then((expressions) =>
    mapRecord(template, record, { sibling, expressions }),
  );
}

/** Maps an item as `mapItem` does and tells each step of each field, also of those after a refusal. */
export async function traceItem(
  template: CompiledInventoryTemplate,
  context: ItemContext,
  product: CatalogProduct,
  variant: CatalogVariant,
): Promise<ItemTrace> {
  const record: InventoryRecord = { product, variant, context };
  const fields: FieldTrace[] = [];
  const expressions = await evaluateExpressions(template.compiled, record);
  const result = mapRecord(template, record, { expressions, traces: fields });
  return { fields, result };
}

interface Given {
  sibling?: InventoryItemFields | null;
  expressions?: ExpressionValues;
  traces?: FieldTrace[];
}

function mapRecord(
  template: CompiledInventoryTemplate,
  record: InventoryRecord,
  { sibling = null, expressions, traces }: Given,
): MapResult {
  const item = emptyItem();
  const known = item as unknown as Record<string, unknown>;
  const { extraFields } = template;
  if (extraFields.length === 0) {
    const siblingResults = sibling as unknown as Record<string, unknown> | null;
    const refused = runTemplate(template.compiled, record, known, expressions, traces, siblingResults);
    return refused ? refusalOf(refused) : { ok: true, item };
  }
  const results: Record<string, unknown> = {};
  const siblings = sibling && { ...sibling, ...sibling.attributes };
  const refused = runTemplate(template.compiled, record, results, expressions, traces, siblings);
  if (refused) return refusalOf(refused);
  const attributes: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(results)) {
    if (extraFields.includes(name)) attributes[name] = value;
    else known[name] = value;
  }
  const isCommon = sibling !== null && extraFields.every((name) => attributes[name] === sibling.attributes[name]);
  item.attributes = isCommon ? sibling.attributes : attributes;
  return { ok: true, item };
}

function refusalOf({ field, refusal }: FieldRefusal): MapResult {
  return { ok: false, code: refusal.code, reason: `${field} ${refusal.reason}`, field };
}

const NO_ATTRIBUTES: Record<string, unknown> = Object.freeze({});

function emptyItem(): InventoryItemFields {
  return {
    sku: '',
    title: '',
    description: null,
    quantity: 0,
    price: null,
    msrp: null,
    cost: null,
    currency: null,
    brand: null,
    categories: [],
    imageUrl: null,
    weightKg: null,
    widthCm: null,
    heightCm: null,
    depthCm: null,
    upc: null,
    attributes: NO_ATTRIBUTES,
  };
}
