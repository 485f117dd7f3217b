import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { parse } from 'yaml';
import { frWorkflowId, STORE_TASK_QUEUE } from '../../workflows/ids.ts';
import { plentifulSkus, requestFor, sendingSource, storedRequests } from '../helpers/sending.ts';
import { waitFor } from '../helpers/wait.ts';
import { startClusterSystem } from './system.ts';
import type { ClusterSystem } from './system.ts';

const OFF = { 'matching.enableFairness': false, 'matching.useNewMatcher': false };

let system: ClusterSystem;
beforeAll(async () => {
  system = await startClusterSystem({ dynamic: OFF, simulatorArgs: ['--preset', 'bulk', '--products', '2'] });
}, 1_200_000);
afterAll(() => system?.stop(), 120_000);

async function run(command: string, input: string): Promise<void> {
  const { exitCode, stdout, stderr } = await system.cli([...command.split(' '), '--json'], input);
  if (exitCode !== 0) throw new Error(`${command}: ${exitCode} ${stdout}${stderr}`);
}

it('a request is sent by a Temporal that has priority and fairness off: it ignores both', async () => {
  const settings: unknown = parse(await readFile(join(system.folder, 'dynamic.yaml'), 'utf8'));
  for (const name of Object.keys(OFF)) expect(settings).toHaveProperty([name, '0', 'value'], false);
  await run('source apply -', sendingSource('acme'));
  const [sku] = await plentifulSkus(system.simulator, 1);
  await run('fr submit -', JSON.stringify([requestFor('acme', 'PO-1', sku!)]));
  await waitFor('the request to be sent', async () => {
    const [stored] = await storedRequests(system.db, 'PO-1');
    return stored?.processing === 'acknowledged';
  });
  expect(await prioritiesOf(frWorkflowId('acme', 'PO-1'))).toContainEqual([1, 'acme']);
}, 120_000);

/** What the steps of a workflow that ask the store were given. */
async function prioritiesOf(workflowId: string): Promise<unknown[]> {
  const connection = await Connection.connect({ address: system.cluster.temporalAddress });
  const { events } = await new Client({ connection }).workflow.getHandle(workflowId).fetchHistory();
  await connection.close();
  return (events ?? []).flatMap(({ activityTaskScheduledEventAttributes: scheduled }) =>
    scheduled?.taskQueue?.name === STORE_TASK_QUEUE
      ? [[scheduled.priority?.priorityKey, scheduled.priority?.fairnessKey]]
      : [],
  );
}
