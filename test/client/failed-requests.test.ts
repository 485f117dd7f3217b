import { expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { checkRequests } from '../../client/doctor/request-checks.ts';
import { openTemporal } from '../helpers/temporal.ts';
import { takeNamespace } from '../helpers/namespaces.ts';
import { waitFor } from '../helpers/wait.ts';

// CommandType of the API; its enum is not exported by the client.
const FAIL_WORKFLOW = 5;

it('the doctor names requests whose workflow has failed, each once, and says how often', async () => {
  const namespace = await takeNamespace();
  const client = await openTemporal({
    ...{ TEMPORAL_ADDRESS: process.env['TEST_TEMPORAL_ADDRESS']!, TEMPORAL_NAMESPACE: namespace },
  });
  const { connection } = client;
  const queue = randomUUID();
  /** As a worker does whose code throws. */
  const fail = async (workflowId: string) => {
    await client.workflow.start('fulfillmentRequest', { workflowId, taskQueue: queue });
    const asked = { namespace, taskQueue: { name: queue }, identity: 'test' };
    const { taskToken } = await connection.withDeadline(Date.now() + 60_000, () =>
      connection.workflowService.pollWorkflowTaskQueue(asked),
    );
    const failWorkflowExecutionCommandAttributes = { failure: { message: 'planted' } };
    await connection.workflowService.respondWorkflowTaskCompleted({
      ...{ namespace, taskToken, identity: 'test' },
      commands: [{ commandType: FAIL_WORKFLOW, failWorkflowExecutionCommandAttributes }],
    });
  };
  expect(await checkRequests(client)).toMatchObject({ check: 'requests', status: 'ok' });
  await client.workflow.start('fulfillmentRequest', { workflowId: 'fr:acme:PO-9', taskQueue: randomUUID() });
  for (const number of ['PO-1', 'PO-2', 'PO-1']) await fail(`fr:acme:${number}`);
  let found = await checkRequests(client);
  await waitFor('all of them to be listed', async () => {
    found = await checkRequests(client);
    return found.message.includes('3 times');
  });
  expect(found).toMatchObject({
    status: 'warning',
    message: expect.stringMatching(
      /^Within a day workflows of requests have failed 3 times, such as (fr:acme:PO-[12](, |\.$)){2}/,
    ),
  });
  await connection.close();
});
