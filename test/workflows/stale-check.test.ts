import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { Activities } from '../../activities/index.ts';
import type { FrActivities } from '../../activities/fr-desk.ts';
import { CORE_TASK_QUEUE } from '../../workflows/ids.ts';
import { settingsChangedSignal } from '../../workflows/messages.ts';
import { waitFor } from '../helpers/wait.ts';
import { openNamespace, viewOf, withStandIns } from './stand-ins.ts';

type Called = Pick<FrActivities, 'openRequest' | 'nextStep' | 'applyMessage'> &
  Pick<Activities, 'checkRequest' | 'sendRequest'>;

let environment: TestWorkflowEnvironment;
beforeAll(async () => {
  environment = await openNamespace();
});
afterAll(() => environment.teardown());

it('a request whose settings change during its check, and whose waits end with it, is sent and over', async () => {
  const waiting = { ...viewOf('Waits.'), needsCheck: true };
  let obeyed = 0;
  let isChecked = false;
  let begin = (): void => undefined;
  let end = (): void => undefined;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const over = new Promise<void>((resolve) => (end = resolve));
  const activities: Called = {
    openRequest: async () => waiting,
    nextStep: async () => ({
      ...{ view: waiting, goesNow: isChecked, waitMs: isChecked ? null : 3_600_000, yieldsToMail: 'checks and sends' },
    }),
    applyMessage: async () => {
      obeyed++;
      return { view: waiting, answer: 'Settings are read again.', refused: false, next: 'done' };
    },
    checkRequest: async () => {
      begin();
      await over;
      isChecked = true;
      return waiting;
    },
    sendRequest: async () => ({ view: viewOf('Sent.', 'acknowledged'), waitMs: null }),
  };
  const result = withStandIns(environment, activities, async () => {
    const handle = await environment.client.workflow.start('fulfillmentRequest', {
      ...{ workflowId: 'fr:acme:PO-1', taskQueue: CORE_TASK_QUEUE },
      args: [{ frId: 1, source: 'acme', number: 'PO-1' }],
    });
    await begun;
    await handle.signal(settingsChangedSignal);
    await waitFor('the message to be obeyed', () => obeyed === 1);
    end();
    return handle.result();
  });
  expect(await result).toEqual({ processing: 'acknowledged' });
});
