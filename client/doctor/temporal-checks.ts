import type { Client, Connection } from '@temporalio/client';
import pLimit from 'p-limit';
import { listSources } from '../../database/sources.ts';
import { jobSchedules } from '../../domain/source/job-schedules.ts';
import type { ScheduleSettings } from '../../domain/source/schedule.ts';
import { findAttributesAmiss } from '../../local/search-attributes.ts';
import { sweepMatches, sweeps } from '../../workers/maintenance.ts';
import { ALARMS_ID, MAINTENANCE_ID, PRUNE_ID, WEBHOOKS_ID } from '../../workflows/ids.ts';
import type { JobKind } from '../../workflows/ids.ts';
import { describeMistyped } from '../search-attributes.ts';
import { ensureSchedule, listSchedules, scheduleMatches } from '../schedules.ts';
import { temporalSettings } from '../session.ts';
import type { Session } from '../session.ts';
import { fine, look, problem, warning } from './check.ts';
import type { Clock, DoctorCheck } from './check.ts';
import { checkRequests } from './request-checks.ts';
import { checkWorkerKeys, checkWorkers } from './worker-checks.ts';

const SCHEDULES_AT_ONCE = 20;
/** What is slow behind a Temporal that answers is told by its own name, before the time of all looks is over. */
const SPARE_MS = 200;

/** Temporal: namespace, search attributes, workers on each queue, and the schedules of every source. */
export async function checkTemporal(
  session: Session,
  { repair, hasDatabase, clock }: { repair: boolean; hasDatabase: boolean; clock: Clock },
): Promise<DoctorCheck[]> {
  const client = await session.temporal();
  const { namespace } = client.options;
  try {
    await client.workflowService.describeNamespace({ namespace });
  } catch (error) {
    const hint = 'Check TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE; `bcsource setup` makes a namespace that is missing.';
    const message = `Its namespace ${namespace} cannot be used at ${temporalSettings().address}: ${(error as Error).message.replace(/\.$/, '')}.`;
    return [problem('temporal', message, hint)];
  }
  const ms = clock.left() - SPARE_MS;
  const looks = [
    look('search attributes', ms, () => checkAttributes(client)),
    look('workers', ms, () => checkWorkers(client)),
    look('requests', ms, () => checkRequests(client)),
  ];
  // Which keys are needed, and which schedules there should be, stands in the database.
  if (hasDatabase) {
    looks.push(
      look('worker keys', ms, () => checkWorkerKeys(session, client)),
      look('schedules', ms, () => checkSchedules(session, client, repair)),
    );
  }
  const found = await Promise.all(looks);
  return [fine('temporal', `Temporal answers; its namespace ${namespace} is there.`), ...found.flat()];
}

async function checkAttributes(client: Client): Promise<DoctorCheck[]> {
  const { namespace } = client.options;
  const { missing, mistyped } = await findAttributesAmiss(client.connection as Connection, namespace);
  const found: DoctorCheck[] = [];
  if (missing.length > 0)
    found.push(problem('search attributes', `Missing: ${missing.join(', ')}.`, 'Run `bcsource setup`.'));
  if (mistyped.length > 0) {
    const { message, hint } = describeMistyped(namespace, mistyped);
    found.push(problem('search attributes', message, hint));
  }
  return found.length > 0 ? found : [fine('search attributes', 'All search attributes are registered.')];
}

async function checkSchedules(session: Session, client: Client, repair: boolean): Promise<DoctorCheck[]> {
  const sources = await listSources(await session.database());
  const known = sources.flatMap(({ name, settings }) =>
    jobSchedules(settings).map((each) => ({ ...each, source: name })),
  );
  const names = new Set(sources.map((source) => source.name));
  const limit = pLimit(SCHEDULES_AT_ONCE);
  const [compared, existing, sweeps] = await Promise.all([
    limit.map(known, async ({ job, source, schedule: wanted }) => {
      const isRight = await scheduleMatches(client, job, source, wanted);
      return isRight ? [] : [await drifted(client, { job, source, wanted }, repair)];
    }),
    listSchedules(client),
    checkSweeps(client),
  ]);
  const orphans = existing.filter(({ source }) => !names.has(source));
  const removed = await limit.map(orphans, ({ job, source }) =>
    drifted(client, { job, source, wanted: undefined }, repair),
  );
  const found = [...compared.flat(), ...removed, ...sweeps];
  return found.length > 0 ? found : [fine('schedules', 'The schedules are as the sources say.')];
}

/** What nobody does while a sweep of the whole system does not run. */
const LOST: Record<(typeof sweeps)[number]['id'], string> = {
  [MAINTENANCE_ID]: 'lost requests are not found',
  [ALARMS_ID]: 'nobody is told of what did not happen',
  [PRUNE_ID]: 'what is old is not deleted',
  [WEBHOOKS_ID]: 'webhooks that are switched off stay so',
};

/** Whether all that runs by itself for the whole system does so, as this version has it. */
export async function checkSweeps(client: Client): Promise<DoctorCheck[]> {
  const checks = sweeps.map(async (sweep) => {
    const { id } = sweep;
    const lost = LOST[id];
    const check = `schedule ${id}`;
    const found = await client.schedule
      .getHandle(id)
      .describe()
      .catch(() => undefined);
    if (!found) return [problem(check, `It is not there: ${lost}.`, 'Start a worker: it makes the schedule.')];
    if (found.state.paused)
      return [warning(check, `It is paused: ${lost}.`, `Unpause the schedule \`${id}\` in Temporal.`)];
    if (sweepMatches(sweep, found)) return [];
    return [warning(check, 'It is not as this version has it.', 'Start a worker of this version: it makes it right.')];
  });
  return (await Promise.all(checks)).flat();
}

async function drifted(
  client: Client,
  { job, source, wanted }: { job: JobKind; source: string; wanted: ScheduleSettings | undefined },
  repair: boolean,
): Promise<DoctorCheck> {
  const check = `schedule ${job}:${source}`;
  const how = wanted ? 'is not as the source says' : 'exists though the source has none';
  if (!repair) return problem(check, `It ${how}.`, 'Run `bcsource doctor --repair`.');
  await ensureSchedule(client, job, source, wanted);
  return warning(check, `It ${how}; it was repaired.`, 'Nothing: it is right now.');
}
