import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { sql } from 'kysely';
import type { Database } from '../../database/connect.ts';
import { openTemporal } from '../helpers/temporal.ts';
import { textOf } from './leaks.ts';

/**
 * Everything that Temporal knows: histories, and of each workflow its search attributes, memo, summaries and what it
 * shows of itself, and the Schedules.
 */
export async function temporalOf(environment: Record<string, string>): Promise<string> {
  const client = await openTemporal(environment);
  const texts: string[] = [];
  for await (const workflow of client.workflow.list()) {
    const history = await client.workflow.getHandle(workflow.workflowId, workflow.runId).fetchHistory();
    texts.push(textOf(history), await shownOf(client, workflow));
  }
  texts.push(await schedulesOf(client));
  await client.connection.close();
  return texts.join('\n');
}

/** What Temporal shows of a workflow beside its history (its current details are in the answer of a query that the SDK has). */
export async function shownOf(client: Client, workflow: WorkflowExecutionInfo): Promise<string> {
  const handle = client.workflow.getHandle(workflow.workflowId, workflow.runId);
  const described = textOf((await handle.describe()).raw);
  return [described, textOf(workflow.raw), textOf(await handle.query('__temporal_workflow_metadata'))].join('\n');
}

export async function schedulesOf(client: Client): Promise<string> {
  const texts: string[] = [];
  for await (const schedule of client.schedule.list())
    texts.push(textOf((await client.schedule.getHandle(schedule.scheduleId).describe()).raw));
  return texts.join('\n');
}

/** Every row of every table as text. */
export async function dumpOf(db: Database): Promise<string> {
  const { rows: tables } = await sql<{ name: string }>`
    select table_name as name from information_schema.tables where table_schema = 'public'`.execute(db);
  const texts: string[] = [];
  for (const { name } of tables) {
    const { rows } = await sql<{ row: string }>`select t::text as row from ${sql.table(name)} t`.execute(db);
    texts.push(name, ...rows.map(({ row }) => row));
  }
  return texts.join('\n');
}
