import { previewFeed, previewSku } from '../../../activities/preview.ts';
import type { Preview, PreviewedItem } from '../../../activities/preview.ts';
import { knownError } from '../../errors.ts';
import { requireSource } from '../../session.ts';
import { colors, printJson, printLine } from '../output.ts';
import type { OutputOptions } from '../output.ts';
import { withSession } from '../with-session.ts';

export function preview(name: string, options: OutputOptions & { limit: number }): Promise<void> {
  return withSession(async (session) => {
    const source = await requireSource(session, name);
    printPreview(await previewFeed(await session.dependencies(), source, options.limit), options);
  });
}

export function testMapping(name: string, options: OutputOptions & { sku: string }): Promise<void> {
  return withSession(async (session) => {
    const source = await requireSource(session, name);
    const found = await previewSku(await session.dependencies(), source, options.sku);
    if (found.items.length === 0) {
      throw knownError(
        'not_found',
        `The store of ${name} has no variant with SKU ${JSON.stringify(options.sku)}, byte for byte.`,
      );
    }
    printPreview(found, options);
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
  for (const { productId, reason } of preview.left)
    printLine(`${colors.yellow('left out')} product ${productId}: ${reason}`);
}

function printItem({ productId, variantId, trace }: PreviewedItem): void {
  const verdict = trace.result.ok ? '' : colors.red(` refused (${trace.result.code}): ${trace.result.reason}`);
  printLine(colors.bold(`Product ${productId}, variant ${variantId}${verdict}`));
  for (const field of trace.fields) {
    printLine(`  ${field.field.padEnd(12)} ${shown(field.raw)}`);
    for (const step of field.steps) {
      const note = step.applied
        ? shown(step.value)
        : colors.dim(`not applied: ${step.note ?? 'its condition does not hold'}`);
      printLine(`  ${''.padEnd(12)}   ${step.rule} → ${note}`);
    }
    if (field.steps.length > 0) printLine(`  ${''.padEnd(12)} = ${shown(field.result)}`);
  }
}

const LONGEST_SHOWN = 90;

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? '-';
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
}
