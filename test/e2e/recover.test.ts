import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { jobKinds } from '../../domain/jobs.ts';
import { listSources } from '../../database/sources.ts';
import { recover } from '../../client/recover.ts';
import { scheduleMatches } from '../../client/schedules.ts';
import { applySource } from '../../client/sources.ts';
import { jobSchedules } from '../../domain/source/job-schedules.ts';
import { jobWorkflowId } from '../../workflows/ids.ts';
import { startSystem } from '../helpers/system.ts';
import type { TestSystem } from '../helpers/system.ts';
import { sessionOf, stopSystem } from './support.ts';

let system: TestSystem;
beforeAll(async () => {
  system = await startSystem(['--products', '0']);
});
afterAll(() => stopSystem(system));

const file = `name: lost
connection: { type: api_token, storeHash: demo, accessToken: demo-token }
inventory: { schedule: { cron: "0 4 1 1 *", refresh: { every: 12h } } }
fulfillment: { schedule: { cron: "0 5 1 1 *" } }
shipments: { schedule: { cron: "0 6 1 1 *" } }
`;

it('recover makes the schedule of every job that a source has', async () => {
  const session = await sessionOf(system);
  const temporal = await session.temporal();
  await applySource(session, file, 'the test');
  for (const job of jobKinds) await temporal.schedule.getHandle(jobWorkflowId(job, 'lost')).delete();
  await recover(session, () => undefined);
  const [source] = await listSources(system.database.db);
  const right = await Promise.all(
    jobSchedules(source!.settings).map(
      async ({ job, schedule }) => schedule && (await scheduleMatches(temporal, job, 'lost', schedule)) && job,
    ),
  );
  expect(right).toEqual(jobKinds);
});
