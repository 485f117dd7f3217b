import { setTimeout as pause } from 'node:timers/promises';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { isWorkflowClosed } from '../activities/lease-holder.ts';
import { isTemporalError } from '../activities/temporal-errors.ts';
import { findLease } from '../database/leases.ts';
import type { Lease } from '../database/leases.ts';
import { findRun, listRuns } from '../database/runs.ts';
import type { JobRun } from '../database/runs.ts';
import { isFailureCode } from '../domain/failures.ts';
import { jobTitles } from '../domain/jobs.ts';
import { CORE_TASK_QUEUE, QUEUE_TYPES, jobWorkflowId } from '../workflows/ids.ts';
import { advisedError, knownError, named } from './errors.ts';
import type { ClientError } from './errors.ts';
import type { Session } from './session.ts';
import { isSlow } from './temporal-failures.ts';

export interface StartedRun {
  runId: string;
  workflowId: string;
  webUrl: string;
}

/** Jobs that a person can start: workflow type and what people call it. */
export const jobWorkflows = {
  inventory: { type: 'importInventory', title: jobTitles.inventory },
  refresh: { type: 'refreshInventory', title: jobTitles.refresh },
  send: { type: 'sendFulfillmentRequests', title: jobTitles.send },
  shipments: { type: 'syncShipments', title: jobTitles.shipments },
} as const;

export type StartableJob = keyof typeof jobWorkflows;

const CLOSING_RETRIES = 50;
const CLOSING_PAUSE_MS = 100;

/**
 * Starts a job of a source; `input` is what its workflow takes beside the source. Throws ClientError `already_running` or
 * `waiting_for_approval`, naming the run that is under way, whoever started it.
 */
export async function startJob(
  session: Session,
  job: StartableJob,
  source: string,
  input: Record<string, unknown> = {},
): Promise<StartedRun> {
  await refuseWhereBusy(session, job, source);
  return startWorkflow(session, job, source, input);
}

/**
 * A schedule's run has an id of its own, so Temporal would take a second one beside it, which the worker would refuse when
 * nobody looks any more. Two that look at the same moment are told apart by the worker alone.
 */
async function refuseWhereBusy(session: Session, job: StartableJob, source: string): Promise<void> {
  const holder = await runUnderWay(session, job, source);
  if (holder) throw await busy(session, source, holder.runId, holder.workflowId);
}

/** The run of a job that is under way, whoever started it. */
export async function runUnderWay(session: Session, job: StartableJob, source: string): Promise<Lease | undefined> {
  const holder = await findLease(await session.database(), source, job);
  return holder && !(await isWorkflowClosed(await session.temporal(), holder)) ? holder : undefined;
}

async function startWorkflow(
  session: Session,
  job: StartableJob,
  source: string,
  input: Record<string, unknown>,
  retries = CLOSING_RETRIES,
): Promise<StartedRun> {
  const client = await session.temporal();
  const workflowId = jobWorkflowId(job, source);
  try {
    const handle = await client.workflow.start(jobWorkflows[job].type, {
      workflowId,
      taskQueue: CORE_TASK_QUEUE,
      args: [{ source, trigger: 'manual', ...input }],
      workflowIdConflictPolicy: 'FAIL',
      staticSummary: `${jobWorkflows[job].title} of ${source}`,
    });
    const runId = handle.firstExecutionRunId;
    return { runId, workflowId, webUrl: session.webUrl(workflowId, runId) };
  } catch (error) {
    if (!isTemporalError(error, 'WorkflowExecutionAlreadyStartedError')) throw error;
    const { firstRunId } = await describeRun(client, workflowId);
    const other = await findRun(await session.database(), firstRunId);
    // A run is recorded as ended a moment before its workflow closes.
    if (!other?.finishedAt || retries === 0) throw await busy(session, source, firstRunId, workflowId);
    await pause(CLOSING_PAUSE_MS);
    return startWorkflow(session, job, source, input, retries - 1);
  }
}

async function describeRun(client: Client, workflowId: string) {
  const description = await client.workflow.getHandle(workflowId).describe();
  return { firstRunId: description.raw.workflowExecutionInfo?.firstRunId || description.runId };
}

async function busy(session: Session, source: string, runId: string, workflowId: string): Promise<ClientError> {
  const run = await findRun(await session.database(), runId);
  const waits = run?.status === 'waiting_for_approval';
  const code = waits ? 'waiting_for_approval' : 'already_running';
  const message = `Run ${runId} of this source ${waits ? 'waits for approval' : 'is running'} (${workflowId}).`;
  return named(knownError(code, message, { runId, workflowId, webUrl: session.webUrl(workflowId, runId) }), { source });
}

export interface RunOutcome {
  run: JobRun | undefined;
  /** Why the workflow failed, for a run that ended before it was recorded. */
  failure: { code: string; message: string } | undefined;
}

const POLL_MS = 250;
/** A query wakes the workflow, which costs the worker time that the import needs; a run that takes long has less to tell. */
const QUERY_EVERY = 4;
const QUERY_EVERY_LATER = 8;
const LATER = 40;

/** A worker takes up a run within a second; after ten nobody seems to be there. */
const TURNS_WITHOUT_WORKER = 40;

/** Throws ClientError `worker_unavailable` when no worker asks for work; the run waits for one all the same. */
async function requireWorker(client: Client, started: StartedRun): Promise<void> {
  if (await hasWorker(client)) return;
  throw knownError('worker_unavailable', `Run ${started.runId} is started, but no worker takes it up.`, { ...started });
}

/** Whether a worker asks for work. */
export async function hasWorker(client: Client): Promise<boolean> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: CORE_TASK_QUEUE },
    taskQueueType: QUEUE_TYPES.workflow,
  });
  return pollers !== null && pollers !== undefined && pollers.length > 0;
}

/**
 * Follows a run until it has ended or waits for a person, and hands every change of its sentence to `onProgress`.
 * Throws what the signal aborts with; the run itself goes on then.
 */
export async function followRun(
  session: Session,
  started: StartedRun,
  onProgress: (sentence: string, share: number | null) => void,
  signal: AbortSignal,
): Promise<RunOutcome> {
  const client = await session.temporal();
  const db = await session.database();
  const handle = client.workflow.getHandle(started.workflowId, undefined, { firstExecutionRunId: started.runId });
  for (let turn = 0; ; turn++) {
    const run = await findRun(db, started.runId);
    if (run && run.status !== 'running') return { run, failure: undefined };
    if (turn % (turn < LATER ? QUERY_EVERY : QUERY_EVERY_LATER) === 0) {
      const look = await lookAt(handle);
      if (look.closed) return outcomeOfClosed(session, started, handle);
      if (!run && turn >= TURNS_WITHOUT_WORKER) await requireWorker(client, started);
      await showProgress(handle, look.trouble, onProgress);
    }
    await pause(POLL_MS, undefined, { signal });
  }
}

/** The workflow has ended: the database says how, unless the run never got as far as being recorded. */
async function outcomeOfClosed(session: Session, started: StartedRun, handle: WorkflowHandle): Promise<RunOutcome> {
  const run = await findRun(await session.database(), started.runId);
  const recorded = run !== undefined && run.status !== 'running';
  return { run, failure: recorded ? undefined : await failureOf(handle) };
}

async function showProgress(
  handle: WorkflowHandle,
  trouble: string,
  onProgress: (sentence: string, share: number | null) => void,
): Promise<void> {
  try {
    const progress = await handle.query<{ sentence: string; products: number; totalProducts: number | null }>(
      'progress',
    );
    const { products, totalProducts } = progress;
    onProgress(`${progress.sentence}${trouble}`, totalProducts ? Math.min(1, products / totalProducts) : null);
  } catch {
    // No worker answers just now, or the run has just ended: the database will tell.
    onProgress('Waiting for a worker to take up the run.', null);
  }
}

/** Whether the workflow has ended, and what the step that it is at has failed with so far. */
async function lookAt(handle: WorkflowHandle): Promise<{ closed: boolean; trouble: string }> {
  try {
    const description = await handle.describe();
    const failing = description.raw.pendingActivities?.find((activity) => activity.lastFailure?.message);
    const trouble = failing ? ` Attempt ${failing.attempt}: ${failing.lastFailure!.message}` : '';
    return { closed: description.status.name !== 'RUNNING', trouble };
  } catch (error) {
    if (isTemporalError(error, 'WorkflowNotFoundError')) return { closed: true, trouble: '' };
    throw error;
  }
}

async function failureOf(handle: WorkflowHandle): Promise<{ code: string; message: string }> {
  try {
    await handle.result();
    return { code: 'internal', message: 'The workflow ended without recording its run.' };
  } catch (error) {
    const cause = isTemporalError(error, 'WorkflowFailedError') ? error.cause : error;
    const code = isTemporalError(cause, 'ApplicationFailure') && isFailureCode(cause.type) ? cause.type : 'canceled';
    return { code, message: cause instanceof Error ? cause.message : 'The workflow ended.' };
  }
}

/** The run of a source that waits for a decision. Throws ClientError `not_found` where none does. */
export async function findWaitingRun(session: Session, sourceId: number, name: string): Promise<JobRun> {
  const [run] = await listRuns(await session.database(), {
    sourceId,
    job: 'inventory',
    status: 'waiting_for_approval',
    limit: 1,
  });
  if (!run) throw knownError('not_found', `No run of source ${name} waits for approval.`);
  return run;
}

/** A decision takes a worker milliseconds. */
const DECIDED_WITHIN_MS = 20_000;

/**
 * Answers a waiting run. `pending` where no worker has heard it yet: Temporal keeps the word. Throws ClientError when the run
 * no longer waits.
 */
export async function decideRun(
  session: Session,
  run: JobRun,
  decision: 'approve' | 'reject',
): Promise<{ answer: string; pending: boolean }> {
  const client = await session.temporal();
  const handle = client.workflow.getHandle(run.workflowId, undefined, { firstExecutionRunId: run.id });
  const leaveWord = async () => {
    await handle.signal(decision);
    const answer = `No worker answers; Temporal keeps the word, and run ${run.id} hears it as soon as one runs.`;
    return { answer, pending: true };
  };
  try {
    if (!(await hasWorker(client))) return await leaveWord();
    const deadline = Date.now() + DECIDED_WITHIN_MS;
    const answer = await client.withDeadline(deadline, () => handle.executeUpdate<string, []>(decision));
    return { answer, pending: false };
  } catch (error) {
    if (isSlow(error)) return leaveWord();
    if (isTemporalError(error, 'WorkflowUpdateFailedError') || isTemporalError(error, 'WorkflowNotFoundError')) {
      throw knownError('not_found', `Run ${run.id} does not wait for a decision any more.`);
    }
    throw error;
  }
}

/**
 * Asks a run to end, which it does within seconds; what it had written stays. An import archives nothing, but one that
 * archives already finishes that and completes. Throws ClientError `too_late` for one that has ended.
 */
export async function cancelRun(session: Session, run: JobRun): Promise<void> {
  // Temporal takes the request for a workflow that has ended as well.
  if (run.finishedAt) throw hasEnded(run, run.status);
  const client = await session.temporal();
  try {
    await client.workflow.getHandle(run.workflowId, undefined, { firstExecutionRunId: run.id }).cancel();
  } catch (error) {
    if (!isTemporalError(error, 'WorkflowNotFoundError')) throw error;
    throw hasEnded(run, 'its workflow is gone, and its record is put right when the next run starts');
  }
}

function hasEnded({ id }: JobRun, how: string): ClientError {
  return advisedError('too_late', `Run ${id} has ended already: ${how}.`, `See \`bcsource runs show ${id}\`.`);
}
