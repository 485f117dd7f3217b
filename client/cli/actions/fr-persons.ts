import { countToForget, forgetPersons } from '../../../database/forget.ts';
import type { Forgotten } from '../../../database/forget.ts';
import { exportRequest } from '../../../database/fr-export.ts';
import { counted } from '../../../domain/counted.ts';
import type { ExitCode } from '../../errors.ts';
import { requireRequest } from '../../fulfillment-requests.ts';
import { requireSource } from '../../session.ts';
import { requireYes } from '../confirm.ts';
import { printJson, printLine } from '../output.ts';
import type { OutputOptions } from '../output.ts';
import { interruption } from '../perform.ts';
import { withSession } from '../with-session.ts';

interface ForgetOptions extends OutputOptions {
  before: Date;
  source?: string | undefined;
  dryRun?: true | undefined;
  yes?: true | undefined;
}

/** Blanks what finished requests and orders tell of people. Asks first: it cannot be undone. */
export function forget(options: ForgetOptions): Promise<ExitCode> {
  return withSession(async (session) => {
    const db = await session.database();
    const sourceId = options.source === undefined ? undefined : (await requireSource(session, options.source)).id;
    const scope = { before: options.before, now: new Date(), sourceId };
    const before = scope.before.toISOString();
    if (options.dryRun) {
      const there = await countToForget(db, scope);
      if (options.json) printJson({ before, dryRun: true, isDone: true, ...there });
      else printLine(`Would be blanked: ${sentenceOf(there, before)}.`);
      return 0;
    }
    if (!options.yes) await confirmForgetting(sentenceOf(await countToForget(db, scope), before));
    const signal = interruption();
    const { isDone, ...done } = await forgetPersons(db, scope, () => !signal.aborted);
    if (options.json) printJson({ before, dryRun: false, isDone, ...done });
    else printLine(`Names, addresses and texts of ${numbersOf(done)} are blanked.`);
    return isDone ? 0 : 130;
  });
}

function sentenceOf(forgotten: Forgotten, before: string): string {
  return `${numbersOf(forgotten)} from before ${before}`;
}

function numbersOf({ requests, orders }: Forgotten): string {
  return `${counted(requests, 'request', 'requests')} and ${counted(orders, 'order', 'orders')}`;
}

async function confirmForgetting(sentence: string): Promise<void> {
  await requireYes({
    question: `Blank names and addresses of ${sentence}?`,
    otherwise: { message: 'Blanking cannot be undone and needs a confirmation.', hint: 'Add --yes.' },
    no: 'Nothing was blanked.',
  });
}

/** Everything that is stored of one request, as one JSON document. */
export function exportOne(number: string, options: { source?: string | undefined }): Promise<void> {
  return withSession(async (session) => {
    const fr = await requireRequest(session, number, options.source);
    printJson(await exportRequest(await session.database(), fr.id));
  });
}
