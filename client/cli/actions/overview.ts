import { setTimeout as pause } from 'node:timers/promises';
import { counted } from '../../../domain/counted.ts';
import { readOverview } from '../../overview.ts';
import type { JobOverview, Overview, SourceOverview } from '../../overview.ts';
import type { ExitCode } from '../../errors.ts';
import { clearScreen, colors, printJson, printLine } from '../output.ts';
import type { OutputOptions } from '../output.ts';
import { interruption } from '../perform.ts';
import { withSession } from '../with-session.ts';
import { alarmDocument } from './alerts.ts';

const REDRAW_MS = 3000;

/** Shows every source; exit code 6 when something waits for a person. */
export function overview(options: OutputOptions & { watch?: true | undefined }): Promise<ExitCode> {
  return withSession(async (session) => {
    const signal = options.watch ? interruption() : undefined;
    for (;;) {
      const seen = await readOverview(session, new Date());
      if (options.watch && !options.json) clearScreen();
      if (options.json) printJson(overviewDocument(seen));
      else printLine(textOf(seen));
      if (!signal) return seen.waitsForPerson ? 6 : 0;
      await pause(REDRAW_MS, undefined, { signal });
    }
  });
}

function overviewDocument(seen: Overview) {
  return { ...seen, sources: seen.sources.map((source) => ({ ...source, alarms: source.alarms.map(alarmDocument) })) };
}

function textOf({ sources, openOrders, notificationsGivenUp, at }: Overview): string {
  const lines = sources.flatMap((source) => [...sourceLines(source, at), '']);
  if (sources.length === 0) lines.push('There is no source yet. Begin with: bcsource source init');
  if (openOrders > 0)
    lines.push(
      colors.yellow(
        `${counted(openOrders, 'order', 'orders')} that no source can take: bcsource order list --state open`,
      ),
    );
  if (notificationsGivenUp > 0)
    lines.push(
      colors.yellow(`${notificationsGivenUp} notifications were given up this week: bcsource alerts test NAME`),
    );
  return lines.join('\n').trimEnd();
}

function sourceLines(
  { source, jobs, stockAgeMinutes, requests, alarms, waiting, quota }: SourceOverview,
  at: Date,
): string[] {
  const lines = [colors.bold(source), ...jobs.map((job) => `  ${jobLine(job, at)}`)];
  if (stockAgeMinutes !== null) lines.push(`  stock      ${ago(stockAgeMinutes)} old`);
  if (quota?.limit)
    lines.push(`  quota      ${quota.left} of ${quota.limit} left, ${ago(minutesBetween(quota.seenAt, at))} ago`);
  for (const { processing, shipping, reasonCode, count } of requests) {
    const state = processing === 'acknowledged' ? `${processing}, ${shipping}` : processing;
    lines.push(`  requests   ${count} ${state}${reasonCode ? ` (${reasonCode})` : ''}`);
  }
  for (const alarm of alarms) lines.push(colors.red(`  alarm ${alarm.id}    ${alarm.message}`));
  const list = `bcsource fr list --source ${source} --state`;
  if (waiting.failed > 0) lines.push(colors.yellow(`  to do      ${waiting.failed} failed: ${list} failed`));
  if (waiting.unprocessed > 0)
    lines.push(colors.yellow(`  to do      ${waiting.unprocessed} to be processed: ${list} unprocessed`));
  if (waiting.approvals > 0)
    lines.push(colors.yellow(`  to do      a run waits: bcsource inventory approve ${source} --show`));
  return lines;
}

/** Of jobs that do not start by themselves. */
const STANDS: Partial<Record<JobOverview['schedule'], string>> = {
  none: 'no schedule',
  paused: 'schedule paused',
  missing: 'schedule missing: bcsource doctor --repair',
};

function jobLine({ job, last, nextRunAt, schedule }: JobOverview, at: Date): string {
  const before = last ? `${last.status} ${ago(minutesBetween(last.startedAt, at))} ago` : 'never ran';
  const why = last?.reasonCode ? ` (${last.reasonCode})` : '';
  const unsure = schedule === 'unknown' ? ' unless it is paused: Temporal does not answer' : '';
  const next = nextRunAt
    ? `next in ${ago(minutesBetween(at, nextRunAt))}${unsure}`
    : (STANDS[schedule] ?? 'no next run');
  return `${job.padEnd(9)}  ${before}${why}; ${next}`;
}

function minutesBetween(from: Date, to: Date): number {
  return Math.max(0, Math.floor((to.getTime() - from.getTime()) / 60_000));
}

function ago(minutes: number): string {
  if (minutes < 120) return `${minutes} min`;
  return minutes < 2880 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 1440)} d`;
}
