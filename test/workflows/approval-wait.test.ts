import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { Context } from '@temporalio/activity';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import type { WorkflowFailedError } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import type { Activities } from '../../activities/index.ts';
import { failureKinds } from '../../domain/failures.ts';
import { CORE_TASK_QUEUE } from '../../workflows/ids.ts';
import { explainQuery, progressQuery } from '../../workflows/messages.ts';
import { startTimeSkipping } from '../helpers/time-skipping.ts';
import { withStandIns } from './stand-ins.ts';

const WAIT_HOURS = 4;

/** What the workflow of an import calls. */
type ImportActivities = Pick<
  Activities,
  | 'beginImport'
  | 'readCatalogReferences'
  | 'cutRanges'
  | 'openRanges'
  | 'readRange'
  | 'settleContested'
  | 'listMissing'
  | 'confirmMissing'
  | 'checkCompleteness'
  | 'planArchive'
  | 'waitForDecision'
  | 'applyArchive'
  | 'finishImport'
>;

/** Activities without a store and a database: time is skipped here, and only what the workflow decides is looked at. */
function standIns(changes: Partial<ImportActivities> = {}) {
  const calls: string[] = [];
  const ends: unknown[] = [];
  const known: ImportActivities = {
    beginImport: async () => ({ archives: true, giveUpMs: 300_000, decisionWaitMs: WAIT_HOURS * 3_600_000 }),
    readCatalogReferences: async () => undefined,
    cutRanges: async () => ({ totalProducts: 10 }),
    openRanges: async () => [0],
    readRange: async () => ({ complete: true, progress: { products: 10, items: 10, changed: 0 } }),
    settleContested: async () => undefined,
    listMissing: async () => 60,
    confirmMissing: async () => ({ complete: true }),
    checkCompleteness: async () => true,
    planArchive: async () => ({ archive: 60, zero: 0, pool: 100, needsApproval: true }),
    waitForDecision: async () => undefined,
    applyArchive: async () => undefined,
    finishImport: async (_runId, status, why) => {
      ends.push({ status, code: why?.code, reason: why?.reason });
      return null;
    },
    ...changes,
  };
  const activities = Object.fromEntries(
    Object.entries(known).map(([name, activity]) => [
      name,
      (...args: never[]) => {
        calls.push(name);
        return (activity as (...given: never[]) => Promise<unknown>)(...args);
      },
    ]),
  );
  return { activities, calls, ends };
}

describe('the workflow of an import', () => {
  let skipping: TestWorkflowEnvironment;
  let real: TestWorkflowEnvironment;
  beforeAll(async () => {
    real = await TestWorkflowEnvironment.createFromExistingServer({ address: process.env['TEST_TEMPORAL_ADDRESS']! });
    skipping = await startTimeSkipping();
  }, 150_000);
  afterAll(() => Promise.all([skipping.teardown(), real.teardown()]));

  /** Runs one import with these activities and looks at how it ended. */
  async function run(
    { activities }: ReturnType<typeof standIns>,
    during?: (handle: Awaited<ReturnType<typeof start>>) => Promise<unknown>,
    environment = real,
  ): Promise<unknown> {
    return withStandIns(environment, activities, async () => {
      const handle = await start(environment);
      await during?.(handle);
      return handle.result().catch((error: unknown) => (error as WorkflowFailedError).cause);
    });
  }

  const start = (environment: TestWorkflowEnvironment) =>
    environment.client.workflow.start('importInventory', {
      ...{ workflowId: `inventory:${randomUUID()}`, taskQueue: CORE_TASK_QUEUE },
      args: [{ source: 'acme', trigger: 'manual' }],
    });

  it('ends with nothing archived when nobody decides within the hours of the source', async () => {
    const stand = standIns();
    let ended: { startTime: Date; closeTime?: Date } | undefined;
    const look = async (handle: Awaited<ReturnType<typeof start>>) => {
      await handle.result().catch(() => undefined);
      ended = await handle.describe();
    };
    const cause = await run(stand, look, skipping);
    const hours = (ended!.closeTime!.getTime() - ended!.startTime.getTime()) / 3_600_000;
    expect(cause).toBeInstanceOf(ApplicationFailure);
    expect(cause).toMatchObject({ type: 'approval_expired' });
    expect(stand.calls).not.toContain('applyArchive');
    const reason = 'Nobody approved or rejected the archive in time.';
    expect(stand.ends).toEqual([{ status: 'failed', code: 'approval_expired', reason }]);
    expect(hours).toBeGreaterThanOrEqual(WAIT_HOURS);
    expect(hours).toBeLessThan(WAIT_HOURS + 1);
  });

  it('says until when it waits, and goes on when it is approved', async () => {
    let told = (_runId: string): void => undefined;
    const waiting = new Promise<string>((resolve) => (told = resolve));
    const stand = standIns({ waitForDecision: async (runId) => told(runId) });
    const result = await run(stand, async (handle) => {
      await waiting;
      const { sentence, at } = await handle.query(explainQuery);
      expect(sentence).toContain(`until ${at}`);
      expect(await handle.query(progressQuery)).toMatchObject({ phase: 'waiting_for_approval', archive: 60 });
      await handle.executeUpdate('approve');
      await expect(handle.executeUpdate('reject')).rejects.toThrow();
    });
    expect(result).toMatchObject({ status: 'completed' });
    expect(stand.calls).toContain('applyArchive');
    expect(stand.ends).toEqual([{ status: 'completed' }]);
  });

  it('asks nobody where little leaves', async () => {
    const stand = standIns({ planArchive: async () => ({ archive: 1, zero: 0, pool: 100, needsApproval: false }) });
    expect(await run(stand)).toMatchObject({ status: 'completed' });
    expect(stand.calls).toEqual([
      ...['beginImport', 'readCatalogReferences', 'cutRanges', 'openRanges', 'readRange', 'settleContested'],
      ...['listMissing', 'confirmMissing', 'checkCompleteness', 'planArchive', 'applyArchive', 'finishImport'],
    ]);
  });

  it('never looks for what is gone when one range could not be read to its end', async () => {
    const stand = standIns({
      openRanges: async () => [0, 1, 2],
      readRange: async (_runId, rangeNo) => {
        if (rangeNo === 1) throw ApplicationFailure.nonRetryable('The feed was cut.', 'feed_incomplete');
        return { complete: true, progress: { products: 5, items: 5, changed: 0 } };
      },
    });
    expect(await run(stand)).toMatchObject({ type: 'feed_incomplete' });
    expect(stand.calls).not.toContain('listMissing');
    expect(stand.ends).toEqual([{ status: 'failed', code: 'feed_incomplete', reason: 'The feed was cut.' }]);
  });

  it.each([
    ['the whole reason as it is recorded', 'The feed was cut. 5 items keep their old stock.'],
    ['its own words where nothing else is recorded', null],
  ])('fails with %s', async (_what, recorded) => {
    const stand = standIns({
      readRange: () => Promise.reject(ApplicationFailure.nonRetryable('The feed was cut.', 'feed_incomplete')),
      finishImport: async () => recorded,
    });
    const message = `${recorded ?? 'The feed was cut.'} ${failureKinds.feed_incomplete.hint}`;
    expect(await run(stand)).toMatchObject({ type: 'feed_incomplete', message });
  });

  it('fails with a hint that names its source', async () => {
    const refused = () => Promise.reject(ApplicationFailure.nonRetryable('Refused.', 'credential_refused'));
    const { message } = (await run(standIns({ readCatalogReferences: refused }))) as Error;
    expect(message).toContain('`bcsource source test acme`');
  });

  it('does not archive half: a cancellation that comes while it archives is too late', async () => {
    let handleOf: { cancel(): Promise<unknown> } | undefined;
    const stand = standIns({
      planArchive: async () => ({ archive: 1, zero: 0, pool: 100, needsApproval: false }),
      applyArchive: async () => void (await handleOf!.cancel()),
    });
    const result = await run(stand, async (handle) => void (handleOf = handle));
    expect(result).toMatchObject({ status: 'completed' });
    expect(stand.ends).toEqual([{ status: 'completed' }]);
  });

  it('is not recorded as ended while a step of it may still write', async () => {
    const order: string[] = [];
    let handleOf: { cancel(): Promise<unknown> } | undefined;
    const stand = standIns({
      readRange: async () => {
        await handleOf!.cancel();
        const context = Context.current();
        const beat = setInterval(() => context.heartbeat(), 100);
        await context.cancelled.catch(() => order.push('the step is over'));
        clearInterval(beat);
        throw new CancelledFailure('heard');
      },
      finishImport: async (_runId, status) => {
        order.push(status);
        return null;
      },
    });
    expect(await run(stand, async (handle) => void (handleOf = handle))).toBeInstanceOf(CancelledFailure);
    expect(order).toEqual(['the step is over', 'canceled']);
  });

  it('is recorded as canceled, with its steps over, when it is canceled before', async () => {
    let handleOf: { cancel(): Promise<unknown> } | undefined;
    let written = 0;
    const stand = standIns({
      settleContested: async () => void (await handleOf!.cancel()),
      listMissing: async () => ++written,
    });
    const cause = await run(stand, async (handle) => void (handleOf = handle));
    expect(cause).toBeInstanceOf(CancelledFailure);
    expect(written).toBe(0);
    expect(stand.ends).toMatchObject([{ status: 'canceled', code: 'canceled' }]);
  });
});
