import { compileTemplate } from '../mapping/compile.ts';
import type { CompileResult, CompiledTemplate } from '../mapping/compile.ts';
import type { Problem, Target, TemplateLanguage } from '../mapping/language.ts';
import type { MappingSets, Template } from '../mapping/template.ts';
import { defaultShipmentTemplate } from './default-shipment-template.ts';
import { instantOf } from './instant.ts';
import { SHIPMENT_ROOTS, resolveShipmentPath } from './shipment-paths.ts';
import type { ShipmentRecord } from './shipment-record.ts';

export type CompiledShipmentTemplate = CompiledTemplate<ShipmentRecord>;

const TEXT: Target = { kind: 'text', blankIsNull: true };

const TARGETS: ReadonlyMap<string, Target> = new Map<string, Target>([
  ['trackingNumber', TEXT],
  ['trackingLink', TEXT],
  ['trackingCarrier', TEXT],
  ['shippingProvider', TEXT],
  ['shippingMethod', TEXT],
  // Becomes an instant after its rules: see map-shipment.ts.
  ['shippedAt', TEXT],
  ['comments', TEXT],
  // The store says 0 where nobody wrote what it cost.
  ['cost', { kind: 'money', zeroIsNull: true }],
]);

/** What shipments templates can say: what is kept of a shipment, from the fields that the V2 API gives it. */
export const shipmentLanguage: TemplateLanguage<ShipmentRecord> = {
  targets: TARGETS,
  extras: { kind: 'any' },
  reserved: new Set(['attributes', 'bigcommerceShipmentId', 'flags', 'items', 'removed', 'removedAt']),
  defaults: defaultShipmentTemplate,
  resolvePath: resolveShipmentPath,
  expressions: {
    roots: SHIPMENT_ROOTS,
    needsOf: () => [],
    input: ({ values }) => values,
    functions: () => ({}),
    functionNames: new Set(),
  },
};

/**
 * Checks a shipments template and makes it ready to run; what it leaves out gets the default. Never throws: it answers
 * with all problems, each with the path of its node below `mapping`.
 */
export function compileShipmentTemplate(
  mapping: Template,
  mappingSets: MappingSets = {},
): CompileResult<CompiledShipmentTemplate> {
  const result = compileTemplate(mapping, { language: shipmentLanguage, mappingSets });
  const problems = [...(result.ok ? [] : result.problems), ...instantProblems(mapping)];
  return problems.length > 0 ? { ok: false, problems } : result;
}

function instantProblems({ shippedAt }: Template): Problem[] {
  const value = typeof shippedAt === 'object' && shippedAt !== null ? shippedAt.value : null;
  if (value === undefined || value === null || (typeof value === 'string' && instantOf(value) !== null)) return [];
  return [{ path: ['shippedAt', 'value'], reason: 'is no instant, such as 2026-03-11T17:22:08Z' }];
}
