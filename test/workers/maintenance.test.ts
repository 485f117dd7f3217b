import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Client, Connection, ScheduleOptions } from '@temporalio/client';
import type { Logger } from 'pino';
import { checkSweeps } from '../../client/doctor/temporal-checks.ts';
import { beginMaintenance, ensureMaintenance, sweeps } from '../../workers/maintenance.ts';
import { ALARMS_ID, MAINTENANCE_ID, PRUNE_ID, WEBHOOKS_ID } from '../../workflows/ids.ts';
import { takeNamespace } from '../helpers/namespaces.ts';
import { openTemporal } from '../helpers/temporal.ts';
import { waitFor } from '../helpers/wait.ts';

let client: Client;
beforeAll(async () => {
  const environment = {
    TEMPORAL_ADDRESS: process.env['TEST_TEMPORAL_ADDRESS']!,
    TEMPORAL_NAMESPACE: await takeNamespace(),
  };
  client = await openTemporal(environment);
});
afterAll(async () => {
  for (const { id } of sweeps) await client.schedule.getHandle(id).delete();
  await (client.connection as Connection).close();
});

const handleOf = (id: string) => client.schedule.getHandle(id);
const said = async () => (await checkSweeps(client)).map(({ check, status }) => `${check} ${status}`);

it('the sweeps exist once a worker has started, and the doctor finds nothing', async () => {
  await ensureMaintenance(client);
  await ensureMaintenance(client);
  expect(await said()).toEqual([]);
});

it('alarms are looked for every minute, webhooks every quarter of an hour, and what is old beside the full hour', async () => {
  const rhythms = [ALARMS_ID, WEBHOOKS_ID, PRUNE_ID].map(async (id) => {
    const { spec, action } = await handleOf(id).describe();
    return [action.workflowType, spec.intervals];
  });
  expect(await Promise.all(rhythms)).toEqual([
    ['watchAlarms', [{ every: 60_000, offset: 0 }]],
    ['tendWebhooks', [{ every: 15 * 60_000, offset: 0 }]],
    ['prune', [{ every: 60 * 60_000, offset: 17 * 60_000 }]],
  ]);
});

it('a worker begins where Temporal is slow to answer for its Schedules, and says so; they follow', async () => {
  await handleOf(PRUNE_ID).delete();
  let answer = (): void => undefined;
  const answered = new Promise<void>((resolve) => (answer = resolve));
  const { schedule } = client;
  const create = async (options: ScheduleOptions) => {
    await answered;
    return schedule.create(options);
  };
  const slow = { schedule: { create, getHandle: (id: string) => schedule.getHandle(id) } } as unknown as Client;
  const said: string[] = [];
  const log = { warn: (line: string) => said.push(line), error: () => said.push('error') };
  await beginMaintenance(slow, log as unknown as Logger, 1);
  expect(said).toEqual([expect.stringContaining('begins without them')]);
  answer();
  const isThere = () =>
    handleOf(PRUNE_ID)
      .describe()
      .then(
        () => true,
        () => false,
      );
  await waitFor('the sweep', isThere);
  await beginMaintenance(client, log as unknown as Logger, 60_000);
  expect(said).toHaveLength(1);
});

it('a sweep of another version becomes that of this one, and stays paused where somebody has paused it', async () => {
  await handleOf(MAINTENANCE_ID).update(({ action, policies }) => ({
    ...{ action, policies, spec: { intervals: [{ every: '5 minutes' }] } },
    state: { paused: true, note: 'an upgrade' },
  }));
  await handleOf(WEBHOOKS_ID).update((current) => ({
    ...current,
    action: { ...current.action, workflowType: 'lookAfterWebhooks' },
  }));
  const right = (await handleOf(PRUNE_ID).describe()).info;
  expect(await said()).toEqual([`schedule ${MAINTENANCE_ID} warning`, `schedule ${WEBHOOKS_ID} warning`]);
  await ensureMaintenance(client);
  const { spec, state } = await handleOf(MAINTENANCE_ID).describe();
  expect(spec.intervals).toEqual([{ every: 60_000, offset: 0 }]);
  expect(state).toMatchObject({ paused: true, note: 'an upgrade' });
  expect((await handleOf(WEBHOOKS_ID).describe()).action).toMatchObject({ workflowType: 'tendWebhooks' });
  expect((await handleOf(PRUNE_ID).describe()).info.lastUpdatedAt).toEqual(right.lastUpdatedAt);
  await handleOf(MAINTENANCE_ID).unpause();
  expect(await said()).toEqual([]);
});

it('the doctor tells of every sweep that is paused or gone', async () => {
  await handleOf(PRUNE_ID).pause();
  expect(await said()).toEqual([`schedule ${PRUNE_ID} warning`]);
  await handleOf(PRUNE_ID).delete();
  expect(await checkSweeps(client)).toMatchObject([
    { status: 'problem', message: expect.stringContaining('not deleted') },
  ]);
  await ensureMaintenance(client);
  expect(await said()).toEqual([]);
});
