import { compileTemplate } from '../mapping/compile.ts';
import type { CompileResult, CompiledTemplate } from '../mapping/compile.ts';
import type { Problem, Target, TemplateLanguage } from '../mapping/language.ts';
import { decimalText } from '../mapping/decimal.ts';
import type { MappingSets, Template } from '../mapping/template.ts';
import { defaultOrderTemplate } from './default-order-template.ts';
import { ORDER_ROOTS, resolveOrderPath } from './order-paths.ts';
import type { OrderRecord } from './order-record.ts';

export type CompiledOrderTemplate = CompiledTemplate<OrderRecord>;

const TEXT: Target = { kind: 'text', blankIsNull: true };
const MONEY: Target = { kind: 'money' };

const ADDRESS_FIELDS =
  'first_name last_name company street_1 street_2 city state zip country country_iso2 phone email'.split(' ');

/** Amounts that BigCommerce takes only with and without tax together (orders.v2: "If specified, ... is also required"). */
export const TAX_PAIRS = ['shipping_cost', 'handling_cost', 'wrapping_cost', 'subtotal', 'total'] as const;

const TARGETS: ReadonlyMap<string, Target> = new Map<string, Target>([
  ['status_id', { kind: 'quantity', missing: { code: 'status_missing', reason: 'is missing' } }],
  ...addressTargets('billing_address'),
  ...addressTargets('shipping_address'),
  ['shipping_address.shipping_method', TEXT],
  ['staff_notes', TEXT],
  ['customer_message', TEXT],
  ['payment_method', TEXT],
  ['external_merchant_id', TEXT],
  ...TAX_PAIRS.flatMap((name): [string, Target][] => [
    [`${name}_ex_tax`, MONEY],
    [`${name}_inc_tax`, MONEY],
  ]),
  ['discount_amount', MONEY],
]);

function addressTargets(name: string): [string, Target][] {
  return ADDRESS_FIELDS.map((field) => [`${name}.${field}`, TEXT]);
}

/** What order templates can say: fields of the V2 order, written with dots, from the request in its own words. */
export const orderLanguage: TemplateLanguage<OrderRecord> = {
  targets: TARGETS,
  extras: null,
  reserved: new Set(['customer_id', 'external_order_id', 'external_source', 'products', 'channel_id']),
  defaults: defaultOrderTemplate,
  resolvePath: resolveOrderPath,
  expressions: {
    roots: ORDER_ROOTS,
    needsOf: () => [],
    input: ({ values }) => values,
    functions: () => ({}),
    functionNames: new Set(),
  },
};

/**
 * Checks an order template and makes it ready to run; what it leaves out gets the default. Never throws: it answers with
 * all problems, each with the path of its node below `mapping`.
 */
export function compileOrderTemplate(
  mapping: Template,
  mappingSets: MappingSets = {},
): CompileResult<CompiledOrderTemplate> {
  const result = compileTemplate(mapping, { language: orderLanguage, mappingSets });
  const problems = [...(result.ok ? [] : result.problems.map(withBetterName)), ...statusProblems(mapping)];
  return problems.length > 0 ? { ok: false, problems } : result;
}

/** The document's words for what BigCommerce calls otherwise: too far apart for a spelling to suggest it. */
const OTHER_WORDS: Readonly<Record<string, string>> = {
  address1: 'street_1',
  address2: 'street_2',
  street: 'street_1',
  postalcode: 'zip',
  postcode: 'zip',
  zipcode: 'zip',
  countrycode: 'country_iso2',
  statecode: 'state',
  method: 'shipping_method',
};

function withBetterName(problem: Problem): Problem {
  const [name, ...below] = problem.path;
  if (below.length > 0 || !problem.reason.startsWith('is not a field')) return problem;
  const [, part, word] = /^(billing|shipping)_?address\.(\w+)$/i.exec(String(name)) ?? [];
  const key = word?.replaceAll('_', '').toLowerCase() ?? '';
  const meant = Object.hasOwn(OTHER_WORDS, key) ? `${part!.toLowerCase()}_address.${OTHER_WORDS[key]}` : '';
  return TARGETS.has(meant) ? { path: problem.path, reason: `is not a field; did you mean ${meant}?` } : problem;
}

/** Pending to Partially Refunded. 0 is Incomplete, which the store neither shows nor counts as an order. */
export function isOrderStatus(value: unknown): boolean {
  const text = decimalText(value);
  return text !== null && /^([1-9]|1[0-4])$/.test(text);
}

function statusProblems(mapping: Template): Problem[] {
  const field = mapping['status_id'];
  if (typeof field !== 'object' || field === null || field.value === undefined || isOrderStatus(field.value)) return [];
  return [{ path: ['status_id', 'value'], reason: 'is no status of BigCommerce: a number from 1 to 14, e.g. 11' }];
}

/** Where a field of the order comes from. */
export interface FieldOrigin {
  /** The path of the document; null for a constant or an expression. */
  path: string | null;
  /** Whether the template leaves the field to its default. */
  isDefault: boolean;
}

/** Where a field comes from under this template; null when the template leaves it empty. */
export function originOf(template: CompiledOrderTemplate, name: string): FieldOrigin | null {
  const field = template.fields.find((each) => each.name === name);
  if (!field) return null;
  const { source, rules } = field;
  const isPath = source.expression === null && source.description !== 'constant';
  const isDefault = rules.length === 0 && source.convert === null && source.description === defaultOrderTemplate[name];
  return { path: isPath ? source.description : null, isDefault };
}
