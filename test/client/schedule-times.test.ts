import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Client } from '@temporalio/client';
import { ensureSchedule, scheduleMatches } from '../../client/schedules.ts';
import { nextRunAt } from '../../domain/source/schedule.ts';
import { jobWorkflowId } from '../../workflows/ids.ts';
import { takeNamespace } from '../helpers/namespaces.ts';
import { openTemporal } from '../helpers/temporal.ts';

let client: Client;
beforeAll(async () => {
  const address = process.env['TEST_TEMPORAL_ADDRESS']!;
  client = await openTemporal({ TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: await takeNamespace() });
});
afterAll(() => client.connection.close());

/** When Temporal itself says that it would start the runs of a Schedule. */
async function timesOf(scheduleId: string, from: Date, to: Date): Promise<Date[]> {
  const stamp = (at: Date) => ({ seconds: at.getTime() / 1000, nanos: 0 }) as never;
  const { namespace } = client.options;
  const span = { startTime: stamp(from), endTime: stamp(to) };
  const { startTime } = await client.workflowService.listScheduleMatchingTimes({ namespace, scheduleId, ...span });
  return startTime.map(({ seconds }) => new Date(Number(seconds) * 1000));
}

function ours(schedule: { cron: string; timezone: string }, from: Date, to: Date): Date[] {
  const times: Date[] = [];
  for (let at = nextRunAt(schedule, from); at && at <= to; at = nextRunAt(schedule, at)) times.push(at);
  return times;
}

/** Days on which the clocks of a zone change in 2027, by an hour, by half of one, by two, and at midnight. */
const changes: [string, string[]][] = [
  ['America/New_York', ['2027-03-14', '2027-11-07']],
  ['Europe/Berlin', ['2027-03-28', '2027-10-31']],
  ['Europe/London', ['2027-03-28', '2027-10-31']],
  ['America/Santiago', ['2027-04-03', '2027-09-04']],
  ['Australia/Lord_Howe', ['2027-04-03', '2027-10-02']],
  ['Antarctica/Troll', ['2027-03-28', '2027-10-31']],
  ['UTC', ['2027-03-14']],
];
const crons = [
  '0 2 * * *',
  '45 1-3 * * *',
  '30 */2 * * *',
  '0 * * * *',
  '*/20 * * * *',
  '0 0 * * *',
  '45 0-2 7 * 0',
  '20 * * * 0',
];
const cases = changes.flatMap(([timezone, days]) => crons.map((cron) => ({ timezone, cron, days })));

it.each(cases)('a schedule of $cron in $timezone runs when we say it does, also where clocks change', async (one) => {
  const schedule = { cron: one.cron, timezone: one.timezone };
  const source = `s${cases.indexOf(one)}`;
  await ensureSchedule(client, 'inventory', source, schedule);
  for (const day of one.days) {
    const from = new Date(Date.parse(day) - 86_400_000);
    const to = new Date(Date.parse(day) + 3 * 86_400_000);
    expect(ours(schedule, from, to)).toEqual(await timesOf(jobWorkflowId('inventory', source), from, to));
  }
  expect(await scheduleMatches(client, 'inventory', source, schedule)).toBe(true);
  await ensureSchedule(client, 'inventory', source, undefined);
});
