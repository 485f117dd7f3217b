import * as facts from '../database/alarm-facts.ts';
import { endAlarmsOfRemoved, settleAlarms } from '../database/alarms.ts';
import { findRefusal } from '../database/connection-refusals.ts';
import type { Executor } from '../database/connect.ts';
import { ALARMS_BEAT, beat } from '../database/heartbeats.ts';
import { untilNextDue } from '../database/outbox.ts';
import { listSources } from '../database/sources.ts';
import type { StoredSource } from '../database/sources.ts';
import { starvingSince } from '../database/store-quota.ts';
import { businessDaysBefore } from '../domain/alarms/business-days.ts';
import { findAlarms } from '../domain/alarms/find.ts';
import type { AlarmFacts } from '../domain/alarms/find.ts';
import { isLate } from '../domain/alarms/unsent.ts';
import { alarmSettingsOf } from '../domain/source/alarms.ts';
import type { AlarmSettings } from '../domain/source/alarms.ts';
import type { FulfillmentSettings, ShipmentsSettings } from '../domain/source/fulfillment.ts';
import { jobSchedules } from '../domain/source/job-schedules.ts';
import { previousRunAt } from '../domain/source/schedule.ts';
import type { ScheduleSettings } from '../domain/source/schedule.ts';
import type { WorkerDependencies } from './dependencies.ts';
import { wakeDelivery } from './notifications.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const DEFAULT_LOOKBACK_DAYS = 90;
/** Whether a person has canceled one of two orders, nobody can see: the alarm of it ends after a week. */
const DOUBLED_MS = 7 * DAY_MS;

/** Activities that look for what should have happened and did not. */
export function alarmActivities(deps: WorkerDependencies) {
  const { db, log } = deps;
  return {
    /** Finds the alarms of every source at `now`, and tells of those that began or ended. Safe to repeat. */
    async evaluateAlarms(now: string): Promise<{ started: number; ended: number; waiting: boolean }> {
      const total = { started: 0, ended: 0 };
      await beat(db, ALARMS_BEAT, new Date());
      await endAlarmsOfRemoved(db);
      for (const source of await listSources(db)) {
        const { started, ended } = await evaluateSource(db, source, new Date(now)).catch((error: unknown) => {
          // One source that cannot be understood must not silence the others.
          log.error({ source: source.name, err: error }, 'alarms of a source could not be looked for');
          return { started: 0, ended: 0 };
        });
        if (started + ended > 0) log.warn({ source: source.name, started, ended }, 'alarms have changed');
        total.started += started;
        total.ended += ended;
      }
      const nextInMs = await untilNextDue(db);
      return { ...total, waiting: nextInMs !== null && nextInMs < MINUTE_MS };
    },

    /** Starts the delivery of notifications unless it is under way. Safe to repeat. */
    async startDelivery(): Promise<void> {
      await wakeDelivery(deps);
    },
  };

  async function evaluateSource(executor: typeof db, source: StoredSource, now: Date) {
    const settings = alarmSettingsOf(source.settings);
    const found = findAlarms(await factsOf(executor, source, settings, now), settings, now);
    return settleAlarms(executor, { id: source.id, name: source.name, remindHours: settings.remindHours }, found, now);
  }
}

interface Sections {
  inventory?: { schedule?: ScheduleSettings };
  fulfillment?: FulfillmentSettings;
  shipments?: ShipmentsSettings;
}

async function factsOf(db: Executor, source: StoredSource, alarms: AlarmSettings, now: Date): Promise<AlarmFacts> {
  const { id } = source;
  const { inventory, fulfillment, shipments } = source.settings as Sections;
  const before = (ms: number) => new Date(now.getTime() - ms);
  const lookbackMs = (shipments?.lookbackDays ?? DEFAULT_LOOKBACK_DAYS) * DAY_MS;
  const sentBefore = businessDaysBefore(now, alarms.unshippedBusinessDays, fulfillment?.businessHours);
  const createdSince = before(lookbackMs);
  const createdBefore = before(lookbackMs - alarms.lookbackWarningDays * DAY_MS);
  const refusal = await findRefusal(db, id);
  return {
    name: source.name,
    connectionType: source.connectionType,
    appliedAt: source.appliedAt,
    inventory: inventory
      ? { schedule: inventory.schedule, lastCompletedAt: await facts.lastCompletedImport(db, id) }
      : null,
    missed: await missedRuns(db, source, alarms, now),
    unsent: fulfillment
      ? await unsentOf(db, id, { fulfillment, allowedMs: alarms.unsentMinutes * MINUTE_MS, now })
      : [],
    failed: await facts.countFailed(db, id),
    unshipped: await facts.countUnshipped(db, id, { sentBefore, createdSince }),
    lost: await facts.countLost(db, id, createdSince),
    doubled: await facts.countDoubled(db, id, before(DOUBLED_MS)),
    leaving: await facts.countUnshipped(db, id, { createdBefore, createdSince }),
    refusal: refusal ? { code: refusal.code, since: refusal.since } : null,
    quiet: await facts.quietSince(db, id, now),
    starvingSince: await starvingSince(db, source.storeHash, new Date()),
  };
}

async function missedRuns(db: Executor, source: StoredSource, alarms: AlarmSettings, now: Date) {
  const missed: { job: string; at: Date }[] = [];
  for (const { job, schedule } of jobSchedules(source.settings)) {
    const at = schedule && previousRunAt(schedule, new Date(now.getTime() - alarms.scheduleLateMinutes * MINUTE_MS));
    // A schedule that was made or changed since then had no reason to start one.
    if (!at || at <= source.appliedAt || (await facts.hasRunSince(db, source.id, job, at))) continue;
    missed.push({ job, at });
  }
  return missed;
}

interface UnsentScene {
  fulfillment: FulfillmentSettings;
  allowedMs: number;
  now: Date;
}

async function unsentOf(db: Executor, sourceId: number, { fulfillment, allowedMs, now }: UnsentScene) {
  const waiting = await facts.listLate(db, sourceId, new Date(now.getTime() - allowedMs), now);
  return waiting.filter((fr) => isLate(fr, fulfillment, { allowedMs, now })).map(({ number }) => number);
}
