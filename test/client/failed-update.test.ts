import { expect, it } from '@jest/globals';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { failure } from '../../activities/failures.ts';
import type { FrActivities } from '../../activities/fr-desk.ts';
import type { NextStep } from '../../activities/fr-waits.ts';
import { clientErrorOf } from '../../client/errors.ts';
import { requireRequest, tellRequests } from '../../client/fulfillment-requests.ts';
import { hasWorker } from '../../client/jobs.ts';
import { acceptFulfillmentRequest } from '../../database/fr-intake.ts';
import { frDocumentSchema } from '../../domain/fulfillment/document.ts';
import { addSource } from '../database/builders.ts';
import { waitFor } from '../helpers/wait.ts';
import { viewOf, withStandIns } from '../workflows/stand-ins.ts';
import { useSession } from './open-session.ts';

const opened = useSession();
const REFUSED = 'The database refused a statement (SQLSTATE 23505); the worker log has the details.';

it('a request that fails by what it is told says why', async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const source = { id: await addSource(opened.db) };
  const document = frDocumentSchema.parse({ number: 'PO-1', source: 'acme', lines: [{ sku: 'A', quantity: 1 }] });
  await acceptFulfillmentRequest(opened.db, { source, document, autoSend: true, now: new Date() });
  const view = viewOf('Waits.');
  const step: NextStep = { view, goesNow: false, waitMs: 3_600_000, yieldsToMail: 'checks and sends' };
  const activities: Pick<FrActivities, 'openRequest' | 'nextStep' | 'applyMessage'> = {
    openRequest: async () => view,
    nextStep: async () => step,
    applyMessage: () => Promise.reject(failure('internal', REFUSED)),
  };
  const address = process.env['TEST_TEMPORAL_ADDRESS']!;
  const session = await opened.session();
  const environment = await TestWorkflowEnvironment.createFromExistingServer({ address, namespace: opened.namespace });
  const fr = await requireRequest(session, 'PO-1');
  const client = await session.temporal();
  const [told] = await withStandIns(environment, activities, async () => {
    await waitFor('the worker to ask for work', () => hasWorker(client));
    return tellRequests(session, [fr], { kind: 'release' });
  });
  await environment.teardown();
  expect(told).toMatchObject({ outcome: 'failed', answer: `PO-1: ${REFUSED}` });
  expect(clientErrorOf(told!.error)).toMatchObject({ code: 'internal', message: REFUSED, exitCode: 1 });
});
