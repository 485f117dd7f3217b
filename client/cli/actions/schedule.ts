import type { Lease } from '../../../database/leases.ts';
import { jobKinds } from '../../../domain/jobs.ts';
import { parseJobId } from '../../../workflows/ids.ts';
import type { JobKind } from '../../../workflows/ids.ts';
import { advisedError, notFound, usageError } from '../../errors.ts';
import { runUnderWay } from '../../jobs.ts';
import { listSchedules, triggerSchedule, withSchedule } from '../../schedules.ts';
import type { Session } from '../../session.ts';
import { printJson, printJsonList, printLine, printTable } from '../output.ts';
import type { OutputOptions } from '../output.ts';
import { withSession } from '../with-session.ts';

export function list(options: OutputOptions): Promise<void> {
  return withSession(async (session) => {
    const rows = await listSchedules(await session.temporal());
    if (options.json) return printJsonList(rows, options);
    await printTable(
      ['source', 'job', 'state', 'last run', 'next run', 'note'],
      rows.map((row) => [row.source, row.job, row.paused ? 'paused' : 'on', row.lastRunAt, row.nextRunAt, row.note]),
    );
  });
}

interface ScheduledJob {
  job: JobKind;
  source: string;
}

export async function change(
  verb: 'pause' | 'resume' | 'trigger',
  name: string,
  options: OutputOptions & { note?: string },
): Promise<void> {
  const scheduled = readName(name);
  if (verb === 'trigger') return trigger(scheduled, options);
  const note = options.note ?? (verb === 'pause' ? 'paused from the command line' : 'resumed from the command line');
  refuseLongNote(note);
  const { job, source } = scheduled;
  return withSession(async (session) => {
    await withSchedule(await session.temporal(), job, source, (handle) =>
      verb === 'pause' ? handle.pause(note) : handle.unpause(note),
    );
    if (options.json) return printJson({ job, source, done: verb });
    printLine(`Job ${job} of source ${source} ${verb === 'pause' ? 'is paused' : 'runs by its schedule again'}.`);
  });
}

/** `NAME` or `JOB:NAME`. */
function readName(name: string): ScheduledJob {
  const parsed = parseJobId(name);
  if (parsed) return parsed;
  const [job, source] = name.split(/:(.*)/s);
  if (source === undefined) return { job: 'inventory', source: name };
  if (jobKinds.some((kind) => kind === job)) throw notFound('source', source);
  const hint = `Jobs are ${jobKinds.join(', ')}: write e.g. shipments:NAME, or NAME alone for its inventory.`;
  throw advisedError('not_found', `There is no job ${job}.`, hint);
}

/** What Temporal keeps of a note; what is longer it refuses without a word of why. */
const NOTE_BYTES = 1000;

function refuseLongNote(note: string): void {
  if (Buffer.byteLength(note) <= NOTE_BYTES) return;
  throw usageError(
    `The note is too long: at most ${NOTE_BYTES} characters, of which those beyond ASCII count two to four times.`,
    'Write it shorter.',
  );
}

function trigger({ job, source }: ScheduledJob, options: OutputOptions): Promise<void> {
  return withSession(async (session) => {
    const holder = await runUnderWay(session, job, source);
    const ofSchedule = await triggerSchedule(await session.temporal(), job, source);
    const underWay = describeRun(session, holder ?? ofSchedule);
    if (options.json) return printJson({ job, source, done: 'trigger', underWay });
    if (!underWay) return printLine(`Job ${job} of source ${source} was asked to start now.`);
    printLine(`Run ${underWay.runId} of job ${job} of source ${source} is under way, so this start is skipped.`);
    printLine(`  watch it: ${underWay.webUrl}`);
  });
}

function describeRun(session: Session, run: Lease | undefined) {
  return run ? { ...run, webUrl: session.webUrl(run.workflowId, run.runId) } : null;
}
