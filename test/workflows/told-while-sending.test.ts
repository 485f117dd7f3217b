import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { Activities } from '../../activities/index.ts';
import type { FrActivities } from '../../activities/fr-desk.ts';
import type { NextStep } from '../../activities/fr-waits.ts';
import { CORE_TASK_QUEUE } from '../../workflows/ids.ts';
import { cancelUpdate, explainQuery, holdUpdate } from '../../workflows/messages.ts';
import { waitFor } from '../helpers/wait.ts';
import { openNamespace, viewOf, withStandIns } from './stand-ins.ts';

/** What the workflow of a request calls here. */
type Called = Pick<FrActivities, 'openRequest' | 'nextStep' | 'applyMessage'> & Pick<Activities, 'sendRequest'>;

const HOUR_MS = 3_600_000;
let environment: TestWorkflowEnvironment;
beforeAll(async () => {
  environment = await openNamespace();
});
afterAll(() => environment.teardown());

/** A request that goes now, whose step of sending ends when it is told to, with what it had read of the request before. */
function sending() {
  let row = viewOf('Goes now.');
  let isHeld = false;
  let looks = 0;
  let begin = (): void => undefined;
  let end = (): void => undefined;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const over = new Promise<void>((resolve) => (end = resolve));
  const step = (): NextStep => ({
    ...{ view: row, goesNow: !isHeld, waitMs: isHeld ? HOUR_MS : null, yieldsToMail: 'checks and sends' },
  });
  const activities: Called = {
    openRequest: async () => (looks++, row),
    nextStep: async () => step(),
    applyMessage: async (_frId, { kind }) => {
      isHeld = kind === 'hold';
      row = isHeld ? viewOf('Is held.') : viewOf('Canceled.', 'canceled');
      return { view: row, answer: row.explanation, refused: false, next: 'done' };
    },
    sendRequest: async () => {
      const read = row;
      begin();
      await over;
      return { view: read, waitMs: HOUR_MS, isInLine: true };
    },
  };
  return { activities, begun, end, looks: () => looks };
}

it('a request that somebody holds while a step looks whether it may go says afterwards that it is held', async () => {
  const stand = sending();
  const result = withStandIns(environment, stand.activities, async () => {
    const handle = await environment.client.workflow.start('fulfillmentRequest', {
      ...{ workflowId: 'fr:acme:PO-1', taskQueue: CORE_TASK_QUEUE },
      args: [{ frId: 1, source: 'acme', number: 'PO-1' }],
    });
    await stand.begun;
    const until = new Date(Date.now() + HOUR_MS).toISOString();
    expect(await handle.executeUpdate(holdUpdate, { args: [until] })).toBe('Is held.');
    expect(stand.looks()).toBe(1);
    stand.end();
    await waitFor('the request to be looked at again', () => stand.looks() === 2);
    expect((await handle.query(explainQuery)).sentence).toBe('Is held.');
    await handle.executeUpdate(cancelUpdate);
    return handle.result();
  });
  expect(await result).toEqual({ processing: 'canceled' });
});
