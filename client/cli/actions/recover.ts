import { usageError } from '../../errors.ts';
import { recover as recoverSystem } from '../../recover.ts';
import { createProgress, isInteractive, printFields, printJson } from '../output.ts';
import type { OutputOptions } from '../output.ts';
import { withSession } from '../with-session.ts';

/** Makes Temporal what the database says; asks first, because no other system may work on the same stores meanwhile. */
export async function recover(options: OutputOptions & { yes?: true | undefined }): Promise<void> {
  if (!options.yes) await confirmRecovery();
  return withSession(async (session) => {
    const progress = createProgress();
    const recovery = await recoverSystem(session, (sentence) => progress.show(sentence)).finally(() => progress.end());
    if (options.json) return printJson(recovery);
    printFields({
      'runs ended': recovery.endedRuns.length,
      'sources with schedules': recovery.sources,
      'requests under way': recovery.requests,
      'shipments feed goes on behind': recovery.feedCursor,
      'search attributes made': recovery.registered.join(', ') || 'none',
    });
  });
}

async function confirmRecovery(): Promise<void> {
  const warning = 'No worker of the old system may run any more: it would send requests that this one sends too.';
  if (!isInteractive()) throw usageError(warning, 'Make sure of it, then add --yes.');
  const { confirm, isCancel } = await import('@clack/prompts');
  const answer = await confirm({ message: `${warning} Are all of them stopped?`, initialValue: false });
  if (isCancel(answer) || !answer) throw usageError('Nothing was done.', 'Say yes, or add --yes.');
}
