import { knownError } from '../../errors.ts';
import type { ExitCode } from '../../errors.ts';
import { startJob } from '../../jobs.ts';
import { requireSource } from '../../session.ts';
import { printJson } from '../output.ts';
import type { OutputOptions } from '../output.ts';
import { withSource } from '../with-session.ts';
import { printStarted, waitForRun } from './run-output.ts';

/** Starts a run of Send Fulfillment Requests: everything of the source goes whose waits are over. */
export function send(name: string, options: OutputOptions & { wait?: true | undefined }): Promise<ExitCode> {
  return withSource(name, async (session) => {
    const source = await requireSource(session, name);
    if (source.settings['fulfillment'] === undefined) {
      throw knownError('job_not_set_up', `Source ${name} has no fulfillment settings.`);
    }
    const started = await startJob(session, 'send', name);
    if (options.wait) return waitForRun(session, name, started, options);
    if (options.json) printJson({ ...started, status: 'running' });
    else printStarted(name, started);
    return 0;
  });
}
