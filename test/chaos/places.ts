import { sql } from 'kysely';
import type { Database } from '../../database/connect.ts';
import { openTemporal } from '../helpers/temporal.ts';

/** Everything that a value holds, with the payloads of Temporal, which are bytes, as text. */
export function textOf(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([name, part]) => `${name}: ${textOf(part)}`)
    .join('\n');
}

/**
 * Everything that Temporal knows: histories, and of each workflow its search attributes, memo, summaries and what it
 * shows of itself (its current details are in the answer of a query that the SDK has), and the Schedules.
 */
export async function temporalOf(environment: Record<string, string>): Promise<string> {
  const client = await openTemporal(environment);
  const texts: string[] = [];
  for await (const workflow of client.workflow.list()) {
    const handle = client.workflow.getHandle(workflow.workflowId, workflow.runId);
    texts.push(textOf(await handle.fetchHistory()), textOf((await handle.describe()).raw), textOf(workflow.raw));
    texts.push(textOf(await handle.query('__temporal_workflow_metadata')));
  }
  for await (const schedule of client.schedule.list()) {
    texts.push(textOf((await client.schedule.getHandle(schedule.scheduleId).describe()).raw));
  }
  await client.connection.close();
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

/** Lines of these places that hold a secret, also as bytes that somebody only encoded. */
export function leaksIn(places: Record<string, string>, secrets: readonly string[]): string[] {
  const forms = secrets.flatMap((text) => [text, Buffer.from(text).toString('base64').slice(0, -4)]);
  return Object.entries(places).flatMap(([place, text]) =>
    text.split('\n').flatMap((line) => (forms.some((form) => line.includes(form)) ? [`${place}: ${line}`] : [])),
  );
}
