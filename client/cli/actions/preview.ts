import { traceRequest } from '../../../activities/fr-trace.ts';
import { previewFeed, previewSku } from '../../../activities/preview.ts';
import type { LeftOut, Preview, PreviewedItem } from '../../../activities/preview.ts';
import type { FieldTrace } from '../../../domain/mapping/run.ts';
import { ClientError, knownError, naming, shortened } from '../../errors.ts';
import { requireRequest } from '../../fulfillment-requests.ts';
import { requireSource } from '../../session.ts';
import { colors, printJson, printLine } from '../output.ts';
import type { OutputOptions } from '../output.ts';
import { withSource } from '../with-session.ts';

export function preview(name: string, options: OutputOptions & { limit: number }): Promise<void> {
  return withSource(name, async (session) => {
    const source = await requireSource(session, name);
    printPreview(await previewFeed(await session.dependencies(), source, options.limit), options);
  });
}

interface TestOptions extends OutputOptions {
  sku?: string | undefined;
  fr?: string | undefined;
}

/** Shows how a template maps: the inventory template on one SKU, or the order template on one request. */
export function testMapping(name: string, options: TestOptions): Promise<void> {
  const { sku, fr } = options;
  if (sku !== undefined && fr === undefined) return testItem(name, sku, options);
  if (fr !== undefined && sku === undefined) return testRequest(name, fr, options);
  throw new ClientError('wrong_usage', 'one required option of --sku and --fr', 'Add --sku SKU, or --fr NUMBER.', 2);
}

function testItem(name: string, sku: string, options: OutputOptions): Promise<void> {
  return withSource(name, async (session) => {
    const source = await requireSource(session, name);
    const found = await previewSku(await session.dependencies(), source, sku);
    if (found.items.length === 0) throw nothingToShow(name, sku, found.left);
    printPreview(found, options);
  });
}

function nothingToShow(name: string, sku: string, [left, ...others]: LeftOut[]): ClientError {
  const quoted = JSON.stringify(shortened(sku));
  if (!left) return knownError('not_found', `The store of ${name} has no variant with SKU ${quoted}, byte for byte.`);
  const place = left.variantId === undefined ? '' : `, variant ${left.variantId}`;
  return new ClientError(
    left.variantId === undefined ? 'product_unreadable' : 'variant_unreadable',
    `SKU ${quoted} is of product ${left.productId}${place} in the store of ${name}: ${left.reason}.`,
    'Mend it in BigCommerce. Until then an import refuses it by itself and leaves its item as it is.',
    1,
    { leftOut: [left, ...others] },
  );
}

function testRequest(name: string, number: string, options: OutputOptions): Promise<void> {
  return withSource(name, async (session) => {
    await requireSource(session, name);
    const fr = await requireRequest(session, number, name);
    const deps = await session.dependencies();
    const fields = await naming(fr, () => traceRequest(deps, fr));
    if (options.json) return printJson({ number: fr.number, source: fr.source, fields });
    printLine(colors.bold(`${fr.number} of ${fr.source}, as a BigCommerce order`));
    printFieldTraces(fields);
  });
}

function printPreview(preview: Preview, options: OutputOptions): void {
  if (options.json) {
    const items = preview.items.map(({ productId, variantId, trace }) => ({
      productId,
      variantId,
      fields: trace.fields,
      result: trace.result,
    }));
    return printJson({ items, leftOut: preview.left });
  }
  for (const item of preview.items) printItem(item);
  for (const { productId, variantId, reason } of preview.left) {
    const place = variantId === undefined ? '' : `, variant ${variantId}`;
    printLine(`${colors.yellow('left out')} product ${productId}${place}: ${reason}`);
  }
}

function printItem({ productId, variantId, trace }: PreviewedItem): void {
  const verdict = trace.result.ok ? '' : colors.red(` refused (${trace.result.code}): ${trace.result.reason}`);
  printLine(colors.bold(`Product ${productId}, variant ${variantId}${verdict}`));
  printFieldTraces(trace.fields);
}

const NAME_WIDTH = 12;

function printFieldTraces(fields: readonly FieldTrace[]): void {
  const width = Math.max(NAME_WIDTH, ...fields.map(({ field }) => field.length));
  const indent = ''.padEnd(width);
  for (const { field, raw, steps, result, refusal } of fields) {
    printLine(`  ${field.padEnd(width)} ${shown(raw)}`);
    for (const step of steps) {
      const note = step.applied
        ? shown(step.value)
        : colors.dim(`not applied: ${step.note ?? 'its condition does not hold'}`);
      printLine(`  ${indent}   ${step.rule} → ${note}`);
    }
    if (refusal) printLine(`  ${indent} ${colors.red(`refused (${refusal.code}): ${refusal.reason}`)}`);
    else if (steps.length > 0) printLine(`  ${indent} = ${shown(result)}`);
  }
}

const LONGEST_SHOWN = 90;

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? '-';
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
}
