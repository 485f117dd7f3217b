import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { failure } from '../../activities/failures.ts';
import { CORE_TASK_QUEUE } from '../../workflows/ids.ts';
import { adoptUpdate, cancelUpdate, retryUpdate } from '../../workflows/messages.ts';
import { waitFor } from '../helpers/wait.ts';
import { openNamespace, viewOf, withStandIns } from './stand-ins.ts';

let environment: TestWorkflowEnvironment;
beforeAll(async () => {
  environment = await openNamespace();
});
afterAll(() => environment.teardown());

const start = (number: string) =>
  environment.client.workflow.start('fulfillmentRequest', {
    ...{ workflowId: `fr:acme:${number}`, taskQueue: CORE_TASK_QUEUE },
    args: [{ frId: 1, source: 'acme', number }],
  });

it('a request that is gone when its step of sending ends badly is over', async () => {
  const view = viewOf('Goes now.');
  let looks = 0;
  const activities = {
    openRequest: async () => (looks++ === 0 ? view : null),
    nextStep: async () => ({ view, goesNow: true, waitMs: null, yieldsToMail: 'checks and sends' }),
    sendRequest: () => Promise.reject(failure('not_found', 'There is no such request.')),
  };
  const result = withStandIns(environment, activities, async () => (await start('GONE')).result());
  expect(await result).toEqual({ processing: 'gone' });
});

it('whoever says which order it is hears why that order could not be looked at', async () => {
  const view = { ...viewOf('Failed.', 'failed') };
  const activities = {
    openRequest: async () => view,
    nextStep: async () => ({ view, goesNow: false, waitMs: null, yieldsToMail: 'checks and sends' }),
    applyMessage: async () => ({ view, answer: '', refused: false, next: 'adopt' }),
    adoptOrder: () => Promise.reject(failure('credential_refused', 'BigCommerce refused the token.')),
  };
  const asked = withStandIns(environment, activities, async () =>
    (await start('ADOPT')).executeUpdate(adoptUpdate, { args: [5] }),
  );
  await expect(asked).rejects.toMatchObject({
    cause: { message: 'Order 5 could not be looked at (credential_refused): BigCommerce refused the token.' },
  });
});

it('whoever asked for a cancellation gets an answer, also where the outcome became known by another word', async () => {
  const unknown = { ...viewOf('Nobody knows.', 'sending'), openAttempt: true };
  const sent = viewOf('Sent.', 'acknowledged');
  let isKnown = false;
  const told: string[] = [];
  const activities = {
    openRequest: async () => (isKnown ? sent : unknown),
    lookForOrder: async () => ({ view: unknown, nextLookMs: 3_600_000 }),
    applyMessage: async (_frId: number, { kind }: { kind: string }) => {
      told.push(kind);
      if (kind === 'cancel' && !isKnown) return { view: unknown, answer: '', refused: false, next: 'keep' };
      isKnown = true;
      return { view: sent, answer: `${kind}: it was sent already.`, refused: false, next: 'done' };
    },
  };
  const answers = await withStandIns(environment, activities, async () => {
    const handle = await start('KEPT');
    const canceling = handle.executeUpdate(cancelUpdate);
    await waitFor('the cancellation to be kept', async () => told.includes('cancel'));
    const retried = await handle.executeUpdate(retryUpdate);
    return [retried, await canceling, (await handle.result()) as unknown];
  });
  expect(answers).toEqual([
    ...['retry: it was sent already.', 'cancel: it was sent already.'],
    { processing: 'acknowledged' },
  ]);
});
