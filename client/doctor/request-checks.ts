import type { Client } from '@temporalio/client';
import { counted } from '../../domain/counted.ts';
import { fine, warning } from './check.ts';
import type { DoctorCheck } from './check.ts';

const CHECK = 'requests';
const DAY_MS = 24 * 60 * 60_000;
/** One that fails again and again is there as often. */
const MOST_LOOKED_AT = 50;
const MOST_NAMED = 3;

/**
 * Whether workflows of requests failed within a day. Each is started again within a minute; where it fails for the same
 * reason, its request stays as it is, and only this line says so.
 */
export async function checkRequests(client: Client): Promise<DoctorCheck> {
  const since = new Date(Date.now() - DAY_MS).toISOString();
  const query = `WorkflowType = 'fulfillmentRequest' and ExecutionStatus = 'Failed' and CloseTime > '${since}'`;
  const { count } = await client.workflow.count(query);
  if (count === 0) return fine(CHECK, 'No workflow of a request has failed within a day.');
  const times = counted(count, 'time', 'times');
  return warning(
    CHECK,
    `Within a day workflows of requests have failed ${times}, such as ${(await latestOf(client, query)).join(', ')}.`,
    'They are started again by themselves. See the reason in the Web UI of Temporal and in the log of the workers.',
  );
}

async function latestOf(client: Client, query: string): Promise<string[]> {
  const named = new Set<string>();
  let looked = 0;
  for await (const { workflowId } of client.workflow.list({ query, pageSize: MOST_LOOKED_AT })) {
    named.add(workflowId);
    if (++looked === MOST_LOOKED_AT || named.size === MOST_NAMED) break;
  }
  return [...named];
}
