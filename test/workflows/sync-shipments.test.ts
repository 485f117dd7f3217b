import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { ApplicationFailure } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { Activities } from '../../activities/index.ts';
import type { SyncProgress } from '../../activities/shipments-sync.ts';
import { CORE_TASK_QUEUE } from '../../workflows/ids.ts';
import type { SyncInput } from '../../workflows/messages.ts';
import { checkHistory } from './replay.ts';
import { openNamespace, withStandIns } from './stand-ins.ts';

/** What the workflow of Get Shipments calls. */
type SyncActivities = Pick<
  Activities,
  'beginSync' | 'readChangedOrders' | 'askForDue' | 'askForOne' | 'reportExpired' | 'finishSync'
>;

const STARTED_AT = '2026-11-24T08:00:00.000Z';
const done: SyncProgress = { sentence: 'Asked.', asked: 1, changed: 0, complete: true };
const garbage = () => ApplicationFailure.nonRetryable('BigCommerce answered without a list.', 'unexpected_answer');

/** Activities without a store and a database: only what the workflow decides is looked at. */
function standIns(changes: Partial<SyncActivities> = {}) {
  const calls: unknown[][] = [];
  const known: SyncActivities = {
    beginSync: async () => undefined,
    readChangedOrders: async () => done,
    askForDue: async () => done,
    askForOne: async () => done,
    reportExpired: async () => done,
    finishSync: async () => undefined,
    ...changes,
  };
  const activities = Object.fromEntries(
    Object.entries(known).map(([name, activity]) => [
      name,
      (...args: never[]) => {
        // The first is the id of the run, or what it was begun with.
        calls.push([name, ...args.slice(1)]);
        return (activity as (...given: never[]) => Promise<unknown>)(...args);
      },
    ]),
  );
  return { activities, calls };
}

describe('the workflow of Get Shipments', () => {
  let environment: TestWorkflowEnvironment;
  beforeAll(async () => {
    environment = await openNamespace();
  });
  afterAll(() => environment.teardown());

  /** Runs it to its end with these activities; its history is kept by that name, and replays. */
  async function run({ activities }: ReturnType<typeof standIns>, input: Partial<SyncInput> = {}, name?: string) {
    const handle = await environment.client.workflow.start('syncShipments', {
      ...{ workflowId: `shipments:${randomUUID()}`, taskQueue: CORE_TASK_QUEUE },
      args: [{ source: 'acme', trigger: 'manual', ...input }],
    });
    const ended = () => handle.result().catch((error: { cause: unknown }) => error.cause);
    const result: unknown = await withStandIns(environment, activities, ended);
    if (name !== undefined) await checkHistory(name, await handle.fetchHistory());
    return result;
  }

  it('asks first for what has changed, then for what is due, then reports what has expired', async () => {
    const stand = standIns();
    expect(await run(stand)).toMatchObject({ status: 'completed' });
    expect(stand.calls.map(([name]) => name)).toEqual([
      ...['beginSync', 'readChangedOrders', 'askForDue', 'reportExpired', 'finishSync'],
    ]);
  });

  it('goes on as a new execution where the one before stopped: what was asked since its start is done', async () => {
    const stand = standIns();
    const resume = { phase: 'due' as const, startedAt: STARTED_AT };
    expect(await run(stand, { all: true, resume }, 'shipments-resumed')).toMatchObject({ status: 'completed' });
    expect(stand.calls).toEqual([
      ['askForDue', { all: true, startedAt: STARTED_AT }],
      ['reportExpired'],
      ['finishSync', 'completed', null],
    ]);
  });

  it('goes on as a new execution in the middle of what has changed', async () => {
    const stand = standIns();
    const after = { at: STARTED_AT, seen: [7], page: 1 };
    await run(stand, { resume: { phase: 'changed', startedAt: STARTED_AT, after } });
    expect(stand.calls.slice(0, 2)).toEqual([
      ['readChangedOrders', after],
      ['askForDue', { all: false, startedAt: STARTED_AT }],
    ]);
  });

  it('asks for what is due also where the list of changes makes no sense, and then fails', async () => {
    const stand = standIns({ readChangedOrders: () => Promise.reject(garbage()) });
    expect(await run(stand, {}, 'shipments-due-without-changes')).toMatchObject({ type: 'unexpected_answer' });
    expect(stand.calls.map(([name]) => name)).toEqual([
      ...['beginSync', 'readChangedOrders', 'askForDue', 'reportExpired', 'finishSync'],
    ]);
    expect(stand.calls.at(-1)).toMatchObject(['finishSync', 'failed', { code: 'unexpected_answer' }]);
  });

  it('fails for the list of changes also where it has gone on as a new execution since', async () => {
    const stand = standIns();
    const unlisted = {
      code: 'unexpected_answer' as const,
      reason: 'BigCommerce answered without a list.',
      hint: 'Wait.',
    };
    const resume = { phase: 'due' as const, startedAt: STARTED_AT, unlisted };
    expect(await run(stand, { resume })).toMatchObject({ type: 'unexpected_answer' });
    expect(stand.calls.map(([name]) => name)).toEqual(['askForDue', 'reportExpired', 'finishSync']);
  });

  it('asks for nothing else where the store refuses its token', async () => {
    const refused = ApplicationFailure.nonRetryable('BigCommerce refuses the token.', 'credential_refused');
    const stand = standIns({ readChangedOrders: () => Promise.reject(refused) });
    expect(await run(stand)).toMatchObject({ type: 'credential_refused' });
    expect(stand.calls.map(([name]) => name)).toEqual(['beginSync', 'readChangedOrders', 'finishSync']);
  });
});
