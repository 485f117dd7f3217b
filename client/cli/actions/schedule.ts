import { parseJobId } from '../../../workflows/ids.ts';
import type { JobKind } from '../../../workflows/ids.ts';
import { listSchedules, triggerSchedule, withSchedule } from '../../schedules.ts';
import { printJson, printLine, printTable } from '../output.ts';
import type { OutputOptions } from '../output.ts';
import { withSession } from '../with-session.ts';

export function list(options: OutputOptions): Promise<void> {
  return withSession(async (session) => {
    const rows = await listSchedules(await session.temporal());
    if (options.json) return printJson(rows);
    await printTable(
      ['source', 'job', 'state', 'last run', 'next run', 'note'],
      rows.map((row) => [row.source, row.job, row.paused ? 'paused' : 'on', row.lastRunAt, row.nextRunAt, row.note]),
    );
  });
}

export function change(
  verb: 'pause' | 'resume' | 'trigger',
  name: string,
  options: OutputOptions & { note?: string },
): Promise<void> {
  return withSession(async (session) => {
    const client = await session.temporal();
    const { job, source } = parseJobId(name) ?? { job: 'inventory' as JobKind, source: name };
    if (verb === 'trigger') await triggerSchedule(client, job, source);
    else {
      const note =
        options.note ?? (verb === 'pause' ? 'paused from the command line' : 'resumed from the command line');
      await withSchedule(client, job, source, (handle) =>
        verb === 'pause' ? handle.pause(note) : handle.unpause(note),
      );
    }
    if (options.json) return printJson({ job, source, done: verb });
    const done = { pause: 'is paused', resume: 'runs by its schedule again', trigger: 'was asked to start now' }[verb];
    printLine(`Job ${job} of source ${source} ${done}.`);
  });
}
