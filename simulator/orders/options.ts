import type { Modifier, Product, ProductOption, Variant } from '../catalogue/product.ts';
import { isRecord } from '../http/call.ts';
import type { OrderProductOption } from './order.ts';

/** What a line asks for, resolved to a variant and the values of its options; or what is wrong with it. */
export interface ResolvedOptions {
  readonly variant: Variant | undefined;
  readonly options: Omit<OrderProductOption, 'id'>[];
  readonly errors: OptionError[];
}

export interface OptionError {
  readonly type: 'MandatoryProductOptions' | 'InvalidProductOption' | 'InvalidProductOptionValue';
  readonly product: Record<string, unknown>;
}

type Choice = Pick<ProductOption | Modifier, 'id' | 'display_name' | 'type'> & {
  readonly option_values: readonly { id: number; label: string }[];
};

/**
 * Finds the variant that a line means, by `variant_id` or by `product_options`, and checks that every option and every
 * required modifier has a value; modifiers need one even when `variant_id` is given.
 */
export function resolveOptions(product: Product, line: Record<string, unknown>): ResolvedOptions {
  const given = readGiven(line['product_options']);
  const named = product.variants.find((variant) => variant.id === line['variant_id']);
  const values = new Map(named?.option_values.map((value) => [value.option_id, String(value.id)]));
  for (const [id, value] of given) values.set(id, value);
  const choices: Choice[] = [...product.options, ...product.modifiers];
  const errors = [...unknownOptions(product, given, choices), ...unknownValues(product, values, choices)];
  const required: Choice[] = [...product.options, ...product.modifiers.filter((modifier) => modifier.required)];
  const missing = required.filter((choice) => !values.has(choice.id));
  if (missing.length > 0) errors.push(mandatory(product, missing));
  const variant = errors.length > 0 ? undefined : (named ?? variantOf(product, values));
  if (variant === undefined && errors.length === 0) errors.push(error('InvalidProductOptionValue', product, {}));
  const options = choices.flatMap((choice) => writeChoice(choice, values.get(choice.id)));
  return { variant, options, errors };
}

function readGiven(raw: unknown): Map<number, string> {
  const rows = Array.isArray(raw) ? raw.filter(isRecord) : [];
  return new Map(rows.map((row) => [Number(row['id']), String(row['value'])]));
}

function variantOf(product: Product, values: ReadonlyMap<number, string>): Variant | undefined {
  return product.variants.find((variant) =>
    variant.option_values.every((value) => values.get(value.option_id) === String(value.id)),
  );
}

function unknownOptions(
  product: Product,
  given: ReadonlyMap<number, string>,
  choices: readonly Choice[],
): OptionError[] {
  return [...given.keys()]
    .filter((id) => choices.every((choice) => choice.id !== id))
    .map((id) => error('InvalidProductOption', product, { product_option: { id } }));
}

function unknownValues(
  product: Product,
  values: ReadonlyMap<number, string>,
  choices: readonly Choice[],
): OptionError[] {
  return choices.flatMap((choice) => {
    const value = values.get(choice.id);
    const isFree = choice.option_values.length === 0;
    if (value === undefined || isFree || choice.option_values.some((candidate) => String(candidate.id) === value))
      return [];
    return [error('InvalidProductOptionValue', product, { product_option: { id: choice.id, value } })];
  });
}

function mandatory(product: Product, missing: readonly Choice[]): OptionError {
  const rows = missing.map(({ id, display_name }) => ({ id, option_id: id, display_name }));
  return error('MandatoryProductOptions', product, { required_product_options: rows });
}

function error(type: OptionError['type'], product: Product, details: Record<string, unknown>): OptionError {
  return { type, product: { id: product.fields.id, name: product.fields.name, ...details } };
}

function writeChoice(choice: Choice, value: string | undefined): Omit<OrderProductOption, 'id'>[] {
  if (value === undefined) return [];
  const label = choice.option_values.find((candidate) => String(candidate.id) === value)?.label ?? value;
  const type = TYPES[choice.type] ?? 'Multiple choice';
  const shown = { display_name: choice.display_name, display_value: label, value, type };
  return [{ option_id: choice.id, product_option_id: choice.id, ...shown }];
}

const TYPES: Readonly<Record<string, string>> = {
  swatch: 'Swatch',
  text: 'Text field',
  checkbox: 'Checkbox',
  multi_line_text: 'Multi-line text field',
  date: 'Date field',
};
