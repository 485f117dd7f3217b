import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ScheduleNotFoundError } from '@temporalio/client';
import type { ClientError } from '../../client/errors.ts';
import { applySource } from '../../client/sources.ts';
import { findSource } from '../../database/sources.ts';
import { startSystem } from '../helpers/system.ts';
import type { TestSystem } from '../helpers/system.ts';
import { waitFor } from '../helpers/wait.ts';
import { fileOf, openShop, sessionOf, stopSystem, waitForRun } from './support.ts';
import type { ErrorDocument } from './support.ts';

interface Row {
  id: string;
  source: string;
  job: string;
  paused: boolean;
  note: string | null;
  nextRunAt: string | null;
  lastRunAt: string | null;
}

describe('schedules', () => {
  let system: TestSystem;
  beforeAll(async () => {
    system = await startSystem(['--products', '0']);
  });
  afterAll(() => stopSystem(system));

  const scheduleOf = async (source: string) =>
    (await (await sessionOf(system)).temporal()).schedule.getHandle(`inventory:${source}`).describe();
  const rowOf = async (source: string) =>
    (await system.cli(['schedule', 'list', '--json'])).json<Row[]>().find((row) => row.source === source);

  it('appear in Temporal as the file says, with overlap skip and ten minutes of catch-up', async () => {
    const shop = await openShop(system, 'zoned');
    await shop.apply('  schedule: { cron: "30 9 * * 1-5", timezone: America/New_York }');
    const { spec, policies, action } = await scheduleOf(shop.name);
    expect(spec.timezone).toBe('America/New_York');
    expect(spec.calendars).toMatchObject([{ hour: [{ start: 9, end: 9 }], minute: [{ start: 30, end: 30 }] }]);
    expect(policies).toMatchObject({ overlap: 'SKIP', catchupWindow: 600_000, pauseOnFailure: false });
    expect(action).toMatchObject({ workflowType: 'importInventory', args: [{ source: 'zoned', trigger: 'schedule' }] });
    const row = await waitFor('the schedule to be listed', () => rowOf(shop.name));
    expect(row).toMatchObject({ job: 'inventory', paused: false, nextRunAt: expect.stringMatching(/:30:00.000Z$/) });
  });

  it('follow the file: every, UTC by default, and gone when it is left out', async () => {
    const shop = await openShop(system, 'changing');
    await shop.apply('  schedule: { cron: "0 4 * * *" }');
    expect((await scheduleOf(shop.name)).spec.timezone).toMatch(/^(UTC)?$/);
    await shop.apply('  schedule: { every: 90m }');
    expect((await scheduleOf(shop.name)).spec).toMatchObject({ intervals: [{ every: 5_400_000 }], calendars: [] });
    await shop.apply('  skipHidden: true');
    await expect(scheduleOf(shop.name)).rejects.toThrow(ScheduleNotFoundError);
  });

  it('are paused, keep their pause when the file changes, and are resumed', async () => {
    const shop = await openShop(system, 'paused');
    await shop.apply('  schedule: { every: 4h }');
    // Temporal keeps no more of a note.
    const longest = await system.cli(['schedule', 'pause', shop.name, '--note', 'é'.repeat(500)]);
    expect(longest.exitCode).toBe(0);
    await system.cli(['schedule', 'pause', shop.name, '--note', 'stocktaking', '--json']);
    await shop.apply('  schedule: { every: 8h }');
    expect((await scheduleOf(shop.name)).state).toMatchObject({ paused: true, note: 'stocktaking' });
    const listed = (await system.cli(['schedule', 'list', '--json'])).json<Row[]>();
    expect(listed.find(({ source }) => source === shop.name)).toMatchObject({ paused: true, nextRunAt: null });
    expect((await system.cli(['schedule', 'resume', `inventory:${shop.name}`])).exitCode).toBe(0);
    expect((await scheduleOf(shop.name)).state.paused).toBe(false);
  });

  it('start the job when they are triggered, and name the run under way that no worker has begun yet', async () => {
    const shop = await openShop(system, 'triggered');
    await shop.add(1);
    await shop.apply('  schedule: { cron: "0 0 1 1 *" }');
    await system.worker.stop();
    const workflowId = await waitFor('a run that a start is skipped for', async () => {
      const triggered = await system.cli(['schedule', 'trigger', shop.name, '--json']);
      return triggered.json<{ underWay: { workflowId: string } | null }>().underWay?.workflowId;
    });
    expect(workflowId).toMatch(/^inventory:triggered-\d{4}-/);
    await system.startWorker();
    const run = await waitForRun(system, shop.name, 'completed', { trigger: 'schedule' });
    expect(run.workflow_id).toBe(workflowId);
    expect(await shop.living()).toEqual({ 'S-1': 5 });
  });

  it('that are not there cannot be changed', async () => {
    const result = await system.cli(['schedule', 'pause', 'nobody', '--json']);
    expect([result.exitCode, result.json<ErrorDocument>().error.code]).toEqual([3, 'not_found']);
  });

  it('go with their source', async () => {
    const shop = await openShop(system, 'removed');
    await shop.apply('  schedule: { every: 4h }');
    expect((await system.cli(['source', 'remove', shop.name, '--yes'])).exitCode).toBe(0);
    await expect(scheduleOf(shop.name)).rejects.toThrow(ScheduleNotFoundError);
  });

  /** Whether the source was taken (0) or refused (the exit code), and whether it is stored. */
  async function applied(name: string, schedule: string) {
    const client = await sessionOf(system);
    const exitCode = await applySource(client, fileOf(name, 'odd', `  schedule: ${schedule}`), 'the test').then(
      () => 0,
      (error: unknown) => (error as ClientError).exitCode,
    );
    return { exitCode, isStored: (await findSource(system.database.db, name)) !== undefined };
  }

  it.each([
    ['0 0 L * *', 2],
    ['0 0 * * 1#2', 2],
    ['0 0 ? * MON-FRI', 2],
    ['0 0 * * 7', 0],
    ['0 0 1-31/5 jan,JUL sun', 0],
  ])('with the cron expression %p end with exit code %i and are stored whole or not at all', async (cron, exitCode) => {
    const outcome = await applied(`odd-cron-${cron.length}`, `{ cron: "${cron}" }`);
    expect(outcome).toEqual({ exitCode, isStored: exitCode === 0 });
  });

  it.each([
    ['america/new_york', 2],
    ['US/Eastern', 0],
    ['Etc/UTC', 0],
  ])('in the zone %s end with exit code %i and are stored whole or not at all', async (zone, exitCode) => {
    const outcome = await applied(`odd-zone-${zone.length}`, `{ cron: "0 0 * * *", timezone: ${zone} }`);
    expect(outcome).toEqual({ exitCode, isStored: exitCode === 0 });
  });
});
