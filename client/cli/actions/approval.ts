import { readArchiveDifference } from '../../../database/archive.ts';
import type { ArchiveDifference } from '../../../database/archive.ts';
import { decideRun, findWaitingRun } from '../../jobs.ts';
import { requireSource } from '../../session.ts';
import { requireYes } from '../confirm.ts';
import { isInteractive, printJson, printLine, printTable } from '../output.ts';
import type { OutputOptions } from '../output.ts';
import { withSource } from '../with-session.ts';

interface DecideOptions extends OutputOptions {
  show?: true;
  yes?: true;
}

export function decide(name: string, decision: 'approve' | 'reject', options: DecideOptions): Promise<void> {
  return withSource(name, async (session) => {
    const source = await requireSource(session, name);
    const run = await findWaitingRun(session, source.id, name);
    const difference = await readArchiveDifference(await session.database(), {
      sourceId: source.id,
      runId: run.id,
      firstImport: false,
    });
    if (options.show) return options.json ? printJson({ runId: run.id, ...difference }) : printDifference(difference);
    if (!options.json) await printDifference(difference);
    // Without a terminal the command itself is the decision, as it is for scripts that read the difference with --show.
    if (decision === 'approve' && !options.yes && isInteractive()) await confirmApproval(difference);
    const { answer, pending } = await decideRun(session, run, decision);
    const decided = decision === 'approve' ? 'approved' : 'rejected';
    if (options.json) printJson({ runId: run.id, decision: decided, ...(pending ? { pending } : {}), ...difference });
    else printLine(answer);
  });
}

async function confirmApproval(difference: ArchiveDifference): Promise<void> {
  const no = 'Nothing was decided; the run goes on waiting.';
  await requireYes({
    question: `Archive ${difference.archive} items and let ${difference.zero} lose all their stock?`,
    otherwise: { message: no, hint: 'Add --yes.' },
    no,
    hint: 'Say yes, or use reject.',
  });
}

async function printDifference(difference: ArchiveDifference): Promise<void> {
  const { archive, zero, pool, brands, mostValuable } = difference;
  printLine(`${archive} of ${pool} items would be archived, ${zero} would lose all their stock.`);
  await printTable(
    ['brand', 'items'],
    brands.map((row) => [row.brand ?? '(none)', row.items]),
  );
  printLine('The most valuable of them:');
  await printTable(
    ['SKU', 'title', 'quantity', 'price', 'value', 'change'],
    mostValuable.map((row) => [row.sku, row.title, row.quantity, row.price, row.value, row.change]),
  );
}
