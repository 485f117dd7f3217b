import { inventoryLanguage } from '../catalog/inventory-language.ts';
import { ALWAYS_NEEDED, PRODUCT_FIELDS } from '../catalog/product-fields.ts';
import type { InventoryRecord } from '../catalog/record.ts';
import { compileTemplate } from './compile.ts';
import type { CompileResult, CompiledTemplate } from './compile.ts';
import type { MappingSets, Template } from './template.ts';

export type { ItemContext } from '../catalog/record.ts';

/** An inventory template ready to run, and what it asks of the store. */
export interface CompiledInventoryTemplate {
  compiled: CompiledTemplate<InventoryRecord>;
  /** Whether `mapItem` answers with a promise. */
  hasExpressions: boolean;
  /** Fields that land in an item's attributes. */
  extraFields: string[];
  /** Values for `include_fields`; undefined when an expression can see the whole product. Variants are always needed. */
  productFields: string[] | undefined;
  needsImages: boolean;
}

/**
 * Checks an inventory template and makes it ready to run; what it leaves out gets the default. Never throws: it answers
 * with all problems, each with the path of its node below `mapping`.
 */
export function compileInventoryTemplate(
  mapping: Template,
  mappingSets: MappingSets = {},
): CompileResult<CompiledInventoryTemplate> {
  const result = compileTemplate(mapping, { language: inventoryLanguage, mappingSets });
  if (!result.ok) return result;
  const compiled = result.template;
  const { needs, hasExpressions } = compiled;
  const extraFields = compiled.fields.map(({ name }) => name).filter((name) => !inventoryLanguage.targets.has(name));
  const productFields = needs && [...new Set([...ALWAYS_NEEDED, ...[...needs].filter(isProductField)])];
  return {
    ok: true,
    template: {
      compiled,
      hasExpressions,
      extraFields,
      productFields: productFields ?? undefined,
      needsImages: needs === null || needs.has('images'),
    },
  };
}

function isProductField(need: string): boolean {
  return PRODUCT_FIELDS.has(need) || need === 'categories';
}
