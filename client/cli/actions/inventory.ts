import { knownError } from '../../errors.ts';
import type { ExitCode } from '../../errors.ts';
import { startJob } from '../../jobs.ts';
import { requireSource } from '../../session.ts';
import { printJson } from '../output.ts';
import type { OutputOptions } from '../output.ts';
import { withSource } from '../with-session.ts';
import { printStarted, waitForRun } from './run-output.ts';

interface StartOptions extends OutputOptions {
  wait?: true;
}

export function importSource(name: string, options: StartOptions): Promise<ExitCode> {
  return start('inventory', name, options);
}

export function refreshSource(name: string, options: StartOptions): Promise<ExitCode> {
  return start('refresh', name, options);
}

function start(job: 'inventory' | 'refresh', name: string, options: StartOptions): Promise<ExitCode> {
  return withSource(name, async (session) => {
    const source = await requireSource(session, name);
    if (source.settings['inventory'] === undefined) {
      throw knownError('job_not_set_up', `Source ${name} has no inventory settings.`);
    }
    const started = await startJob(session, job, name);
    if (!options.wait) {
      if (options.json) printJson({ ...started, status: 'running' });
      else printStarted(name, started);
      return 0;
    }
    return waitForRun(session, name, started, options);
  });
}
