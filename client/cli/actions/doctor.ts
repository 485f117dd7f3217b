import { examine } from '../../doctor/examine.ts';
import type { ExitCode } from '../../errors.ts';
import { colors, printJson, printLine } from '../output.ts';
import type { OutputOptions } from '../output.ts';

const signs = { ok: colors.green('ok     '), warning: colors.yellow('warning'), problem: colors.red('problem') };

/** Examines the system; exit code 1 when there is a problem. */
export async function doctor(options: OutputOptions & { repair?: true | undefined }): Promise<ExitCode> {
  const checks = await examine({ repair: options.repair === true });
  const ok = checks.every(({ status }) => status !== 'problem');
  if (options.json) printJson({ ok, checks });
  else {
    for (const { check, status, message, hint } of checks) {
      printLine(`${signs[status]}  ${check}: ${message}`);
      if (hint) printLine(`         ${colors.dim('What to do:')} ${hint}`);
    }
  }
  // What did not answer in time would keep the process waiting for it.
  process.stdout.write('', () => process.exit(ok ? 0 : 1));
  return ok ? 0 : 1;
}
