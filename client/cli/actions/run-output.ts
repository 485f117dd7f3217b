import type { JobRun, SlowPage } from '../../../database/runs.ts';
import { failureKinds, fillHint, isFailureCode } from '../../../domain/failures.ts';
import { jobTitles } from '../../../domain/jobs.ts';
import { completeCounts, correctionsLine } from '../../../domain/run-counts.ts';
import { knownError } from '../../errors.ts';
import type { ExitCode } from '../../errors.ts';
import { followRun } from '../../jobs.ts';
import type { RunOutcome, StartedRun } from '../../jobs.ts';
import type { Session } from '../../session.ts';
import { colors, createProgress, printFields, printJson, printLine, remark } from '../output.ts';
import type { OutputOptions } from '../output.ts';
import { interruption } from '../perform.ts';

/** Says how to follow a run that was started. */
export function printStarted(name: string, started: StartedRun): void {
  printLine(`Started run ${started.runId} of ${name}.`);
  printLine(`  watch it: ${started.webUrl}`);
  printLine(`  or here:  bcsource runs show ${started.runId}`);
}

/** Follows a run to its end, or until it waits for a person, and prints how it stands. */
export async function waitForRun(
  session: Session,
  name: string,
  started: StartedRun,
  options: OutputOptions,
): Promise<ExitCode> {
  const progress = createProgress();
  remark(`Run ${started.runId}: ${started.webUrl}`);
  const show = (sentence: string, share: number | null) => progress.show(`${howFar(share)}${sentence}`);
  try {
    const outcome = await followRun(session, started, show, interruption());
    progress.end();
    return reportOutcome(name, started, outcome, options);
  } finally {
    progress.end();
  }
}

const BAR_WIDTH = 24;

/** A bar on a terminal, a number elsewhere. */
export function howFar(share: number | null): string {
  if (share === null) return '';
  const percent = `${Math.round(share * 100)}% `;
  if (!process.stderr.isTTY) return percent;
  const full = Math.round(share * BAR_WIDTH);
  return `[${'█'.repeat(full)}${'░'.repeat(BAR_WIDTH - full)}] ${percent}`;
}

/** The end of a run as other programs read it. */
export function runDocument(run: JobRun, webUrl: string) {
  return {
    runId: run.id,
    workflowId: run.workflowId,
    webUrl,
    source: run.source,
    job: run.job,
    trigger: run.trigger,
    status: run.status,
    counts: completeCounts(run.job, run.counts),
    requests: run.requests,
    startedAt: run.startedAt,
    finishedAt: run.finishedAt,
    durationMs: (run.finishedAt ?? new Date()).getTime() - run.startedAt.getTime(),
    slowestPages: slowestPages(run),
    reason: run.reasonCode ? { code: run.reasonCode, message: run.reason, hint: hintOf(run) } : null,
  };
}

/** What to do, as it can be typed: hints are kept without the name of their source. */
function hintOf(run: JobRun): string | null {
  return run.hint && fillHint(run.hint, run);
}

/** The pages that the store took longest for; none before the run has ended. */
export function slowestPages(run: JobRun): SlowPage[] {
  return (run.context['slowestPages'] as SlowPage[] | undefined) ?? [];
}

function reportOutcome(name: string, started: StartedRun, outcome: RunOutcome, options: OutputOptions): ExitCode {
  const { run, failure } = outcome;
  if (!run || failure) {
    const code = isFailureCode(failure?.code) ? failure.code : 'internal';
    throw knownError(code, failure?.message ?? 'The run left no record.', { ...started, status: 'failed' });
  }
  const document = runDocument(run, started.webUrl);
  const exitCode = exitCodeOf(run);
  if (options.json) printJson(exitCode === 0 ? document : { ...document, error: document.reason });
  else printOutcome(name, run);
  return exitCode;
}

function exitCodeOf(run: JobRun): ExitCode {
  if (run.status === 'completed') return 0;
  if (run.status === 'waiting_for_approval') return 6;
  return isFailureCode(run.reasonCode) ? failureKinds[run.reasonCode].exitCode : 1;
}

const words = {
  running: colors.cyan('is running'),
  completed: colors.green('completed'),
  waiting_for_approval: colors.yellow('waits for approval'),
  failed: colors.red('failed'),
  canceled: colors.yellow('was canceled'),
};

export function printOutcome(name: string, run: JobRun): void {
  printLine(`${jobTitles[run.job]} of ${name} ${words[run.status]}.`);
  printFields({ ...completeCounts(run.job, run.counts), requests: run.requests });
  const corrections = correctionsLine(run.job, run.counts);
  if (corrections) printLine(corrections);
  if (run.reason) printLine(`${colors.bold('Why:')} ${run.reason}`);
  if (run.hint) printLine(`${colors.bold('What to do:')} ${hintOf(run)}`);
}
