import { beforeAll, expect, it } from '@jest/globals';
import { requireRequest, tellRequest } from '../../client/fulfillment-requests.ts';
import type { Told } from '../../client/fulfillment-requests.ts';
import { acceptFulfillmentRequest } from '../../database/fr-intake.ts';
import { beginAttempt } from '../../database/send-attempts.ts';
import { frDocumentSchema } from '../../domain/fulfillment/document.ts';
import { CORE_TASK_QUEUE } from '../../workflows/ids.ts';
import { addSource } from '../database/builders.ts';
import { useSession } from './open-session.ts';

const opened = useSession();
beforeAll(async () => {
  const sourceId = await addSource(opened.db);
  await store(sourceId, 'WAITS');
  const frId = await store(sourceId, 'POSTED');
  await beginAttempt(opened.db, {
    frId,
    externalOrderId: 'POSTED',
    externalSource: 'ours',
    sentLines: [],
    at: new Date(),
  });
});
async function store(sourceId: number, number: string): Promise<number> {
  const document = frDocumentSchema.parse({ number, source: 'acme', lines: [{ sku: 'A', quantity: 1 }] });
  const intake = { source: { id: sourceId }, document, autoSend: true, now: new Date() };
  return (await acceptFulfillmentRequest(opened.db, intake)).id;
}

async function cancel(number: string): Promise<Omit<Told, 'fr'>> {
  const session = await opened.session();
  const { fr: _, ...told } = await tellRequest(
    session,
    await requireRequest(session, number),
    { kind: 'cancel' },
    SOON,
  );
  return told;
}

const SOON = { answerWithinMs: 500 };
const FIRST =
  'whether the store made its order is looked up first, then the request is canceled, in the store too where there is an order.';

it('a cancellation that no worker hears says what comes first: nothing, or looking for an order that may exist', async () => {
  expect([await cancel('WAITS'), await cancel('POSTED')]).toEqual([
    {
      outcome: 'pending',
      answer:
        'No worker runs; cancel of WAITS is kept by Temporal and is done before anything else as soon as one runs.',
    },
    {
      outcome: 'pending',
      answer: `No worker runs; cancel of POSTED is kept by Temporal; as soon as one runs, ${FIRST}`,
    },
  ]);
});

it('so does one that has no answer yet', async () => {
  const client = await (await opened.session()).temporal();
  // Two tasks are taken, by somebody who then hangs.
  const take = { namespace: client.options.namespace, taskQueue: { name: CORE_TASK_QUEUE }, identity: 'hangs' };
  for (const _ of ['WAITS', 'POSTED'])
    await client.withDeadline(Date.now() + 30_000, () => client.workflowService.pollWorkflowTaskQueue(take));
  expect([await cancel('WAITS'), await cancel('POSTED')]).toEqual([
    {
      outcome: 'pending',
      answer: 'WAITS has not answered yet; it is done as soon as it can be. See `bcsource fr explain WAITS`.',
    },
    { outcome: 'pending', answer: `POSTED has not answered yet; ${FIRST} See \`bcsource fr explain POSTED\`.` },
  ]);
});
