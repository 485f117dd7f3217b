import { recover as recoverSystem } from '../../recover.ts';
import { requireYes } from '../confirm.ts';
import { createProgress, printFields, printJson } from '../output.ts';
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
  await requireYes({
    question: `${warning} Are all of them stopped?`,
    otherwise: { message: warning, hint: 'Make sure of it, then add --yes.' },
    no: 'Nothing was done.',
  });
}
