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
 * cannot be understood refuses this item, with the field and the reason.
 */
export function mapItem(
  template: CompiledInventoryTemplate,
  context: ItemContext,
  product: CatalogProduct,
  variant: CatalogVariant,
): MapResult | Promise<MapResult> {
  const record: InventoryRecord = { product, variant, context };
  if (!template.compiled.hasExpressions) return mapRecord(template, record, undefined, null);
  return evaluateExpressions(template.compiled, record).then((values) => mapRecord(template, record, values, null));
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
  const values = await evaluateExpressions(template.compiled, record);
  const result = mapRecord(template, record, values, fields);
  return { fields, result };
}

function mapRecord(
  template: CompiledInventoryTemplate,
  record: InventoryRecord,
  expressions: ExpressionValues | undefined,
  traces: FieldTrace[] | null,
): MapResult {
  const item = emptyItem();
  const known = item as unknown as Record<string, unknown>;
  const { extraFields } = template;
  const results = extraFields.length === 0 ? known : {};
  const refused = runTemplate(template.compiled, record, results, expressions, traces);
  if (refused) return refusalOf(refused);
  if (results !== known) {
    for (const [name, value] of Object.entries(results)) {
      if (extraFields.includes(name)) item.attributes[name] = value;
      else known[name] = value;
    }
  }
  return { ok: true, item };
}

function refusalOf({ field, refusal }: FieldRefusal): MapResult {
  return { ok: false, code: refusal.code, reason: `${field} ${refusal.reason}`, field };
}

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
    attributes: {},
  };
}
