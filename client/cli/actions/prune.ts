import { countOld, pruneOld } from '../../../database/prune.ts';
import type { ExitCode } from '../../errors.ts';
import { interruption } from '../perform.ts';
import { printFields, printJson, printLine } from '../output.ts';
import type { OutputOptions } from '../output.ts';
import { withSession } from '../with-session.ts';

/** Deletes what the retention settings do not keep; ends early at Ctrl-C, with whole batches done. */
export function prune(options: OutputOptions & { dryRun?: true | undefined }): Promise<ExitCode> {
  return withSession(async (session) => {
    const db = await session.database();
    const scope = { retention: session.settings.retention, now: new Date() };
    const signal = interruption();
    const { deleted, isDone } = options.dryRun
      ? { deleted: await countOld(db, scope), isDone: true }
      : await pruneOld(db, scope, () => !signal.aborted);
    if (options.json) printJson({ dryRun: options.dryRun === true, isDone, deleted, keepDays: scope.retention });
    else {
      printLine(options.dryRun ? 'Would be deleted:' : isDone ? 'Deleted:' : 'Interrupted. Deleted so far:');
      printFields(deleted);
    }
    return isDone ? 0 : 130;
  });
}
