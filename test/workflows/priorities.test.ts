import { expect, it, jest } from '@jest/globals';
import { documentedPriorities, oddPriorities } from './priorities.ts';
import { recordedHistories } from './replay.ts';

interface Options {
  taskQueue?: string;
  priority?: { priorityKey?: number; fairnessKey?: string };
}

// Outside of a workflow a proxy answers nothing: what it is made with is all that there is to see.
const asGiven = (options: Options) => options;
jest.unstable_mockModule('@temporalio/workflow', () => ({
  ...{ ActivityCancellationType: {}, proxyActivities: asGiven, proxyLocalActivities: asGiven },
}));

it('each kind of step asks the stores with the priority that is documented, and for its source', async () => {
  const proxies = await import('../../workflows/proxies.ts');
  const made = {
    sends: proxies.frSendProxy('acme'),
    'their checks': proxies.frReadProxy('acme'),
    shipments: proxies.shipmentsProxy('acme'),
    'hints of webhooks': proxies.hintsProxy('acme'),
    'probes of refused connections': proxies.probeProxy('acme'),
    imports: proxies.storeProxy('acme', 1000),
  } as Record<string, Options>;
  const queues = new Set(Object.values(made).map(({ taskQueue }) => taskQueue));
  expect(queues).toEqual(new Set(['bcsource-store']));
  const documented = Object.entries(documentedPriorities());
  const given = Object.entries(made).map(([kind, { priority }]) => [kind, priority]);
  expect(Object.fromEntries(given)).toEqual(
    Object.fromEntries(documented.map(([kind, priorityKey]) => [kind, { priorityKey, fairnessKey: 'acme' }])),
  );
});

it('each step in the recorded histories has the priority of its kind', () => {
  const histories = recordedHistories();
  const odd = histories.map(({ workflowId, history }) => [workflowId, oddPriorities(history)]);
  expect(Object.fromEntries(odd)).toEqual(Object.fromEntries(histories.map(({ workflowId }) => [workflowId, []])));
});
