import * as runs from '../database/runs.ts';
import { assignToRun, countRun, finishSendRunRow, listDue } from '../database/send-runs.ts';
import { findSource } from '../database/sources.ts';
import type { RunStatus } from '../database/tables.ts';
import type { WorkerDependencies } from './dependencies.ts';
import { failure } from './failures.ts';
import { findSendingSource } from './fr-settings.ts';
import { signalRequest } from './fr-start.ts';
import { signalOfActivity } from './heartbeat.ts';
import { beginJobRun } from './job-run.ts';
import type { Why } from './job-run.ts';
import { wakeDelivery } from './notifications.ts';
import { tellAtPace } from './pace.ts';

/** Where a run of the job stands. */
export interface SendProgress {
  sentence: string;
  due: number;
  sent: number;
  /** Let go by this run and not ended yet. */
  open: number;
  /** There were more to let go than the step had time for. */
  isCut?: boolean;
}

/** Below the five minutes that the step may take, with what it has begun. */
const TELL_FOR_MS = 2 * 60_000;
/** Room for quota and for the waits of a store in trouble, on top of the time that unknown outcomes may take. */
const SLACK_MS = 10 * 60_000;

/** Activities of a run of Send Fulfillment Requests. */
export function sendRunActivities(deps: WorkerDependencies) {
  const { db } = deps;
  return {
    /** Takes the lease of the job and records the run. Fails with `already_running`, naming the other run. Safe to repeat. */
    async beginSendRun(input: {
      source: string;
      runId: string;
      trigger: 'manual' | 'schedule';
    }): Promise<{ waitMs: number }> {
      const sending = await findSendingSource(db, input.source);
      if (!sending) throw await whyNotSending(input.source);
      const { source, settings } = sending;
      const endLost = (runId: string, status: RunStatus, why: Why) => finishSendRunRow(db, runId, status, why);
      await beginJobRun(deps, { ...input, job: 'send', source, endLost });
      return { waitMs: settings.unknownOutcome.giveUpMinutes * 60_000 + SLACK_MS };
    },

    /**
     * Lets requests go whose waits are over, no faster than workers take it; a workflow that was lost is started again.
     * Safe to repeat.
     */
    async letGo(runId: string, now: string): Promise<SendProgress> {
      const run = (await runs.findRun(db, runId))!;
      const at = new Date(now);
      const due = await listDue(db, run.sourceId, at);
      const told = await tellAtPace(deps.temporal, due, {
        tell: (fr) => signalRequest(deps.temporal, { ...fr, source: run.source }, 'sendNow', [runId]),
        onTold: (part) =>
          assignToRun(
            db,
            part.map(({ id }) => id),
            runId,
            at,
          ),
        until: Date.now() + TELL_FOR_MS,
        signal: signalOfActivity(),
      });
      return { ...progressOf(await countRun(db, run.sourceId, runId)), isCut: told < due.length };
    },

    /** How the requests stand that the run let go. */
    async outcomesOfRun(runId: string): Promise<SendProgress> {
      const run = (await runs.findRun(db, runId))!;
      return progressOf(await countRun(db, run.sourceId, runId));
    },

    /** Ends the run in the database: status, counts, reason; gives the lease back. Safe to repeat. */
    async finishSendRun(runId: string, status: RunStatus, why: Why | null): Promise<void> {
      await finishSendRunRow(db, runId, status, why);
      await wakeDelivery(deps);
    },
  };

  async function whyNotSending(name: string) {
    return (await findSource(db, name))
      ? failure('job_not_set_up', `Source ${name} has no fulfillment settings.`)
      : failure('source_not_found', `There is no source ${name}.`);
  }
}

function progressOf({ due, sent, failed, open }: Awaited<ReturnType<typeof countRun>>): SendProgress {
  const sentence =
    open > 0
      ? `Sends ${due} requests: ${sent} sent, ${failed} failed, ${open} under way.`
      : `Sent ${sent} of ${due} requests, ${failed} failed.`;
  return { sentence, due, sent, open };
}
