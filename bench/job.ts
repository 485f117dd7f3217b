import { sql } from 'kysely';
import type { BenchSystem } from './system.ts';

export interface JobFigures {
  status: string;
  /** From the start command's call to Temporal until the run was recorded as ended, as the run itself has it. */
  ms: number;
  requests: number;
  counts: Record<string, number>;
  workflowId: string;
  runId: string;
}

const NAME = 'bench';

/** Applies the source of the benchmarks by the command line. */
export async function applyBenchSource(system: BenchSystem, inventory = ''): Promise<void> {
  const { writeFile } = await import('node:fs/promises');
  const file = `${system.environment['BCSOURCE_HOME']}/bench.yaml`;
  const text = `name: ${NAME}
connection: { type: api_token, storeHash: demo, accessToken: demo-token }
inventory:
  archiveMissing: true
${inventory}`;
  await writeFile(file, text);
  await system.run('client/cli/main.js', ['source', 'apply', file, '--json']);
}

/** One import by the command line, waited for. */
export async function runImport(system: BenchSystem): Promise<JobFigures> {
  const output = await system.run('client/cli/main.js', ['inventory', 'import', NAME, '--wait', '--json']);
  const document = JSON.parse(output) as Omit<JobFigures, 'ms'> & { durationMs: number };
  return { ...document, ms: document.durationMs };
}

export async function runBareLoop(system: BenchSystem): Promise<number> {
  const output = await system.run('bench/bare-loop.js', [system.simulatorUrl, system.environment['DATABASE_URL']!]);
  return (JSON.parse(output) as { ms: number }).ms;
}

/** Empties the pool, so that the next import is a first one. */
export async function emptyPool(system: BenchSystem): Promise<void> {
  await sql`truncate inventory_items`.execute(system.db);
  await sql`checkpoint`.execute(system.db);
}

/** Does now what autovacuum does within a minute of a load: otherwise its log, too, counts as that of what follows. */
export async function vacuum(system: BenchSystem): Promise<void> {
  await sql`vacuum analyze`.execute(system.db);
}

/** Bytes of write-ahead log that `work` caused, its own and everybody else's. */
export async function walBytesOf(system: BenchSystem, work: () => Promise<unknown>): Promise<number> {
  const position = async () => {
    const { rows } = await sql<{ lsn: string }>`select pg_current_wal_insert_lsn()::text as lsn`.execute(system.db);
    return rows[0]!.lsn;
  };
  await sql`checkpoint`.execute(system.db);
  const before = await position();
  await work();
  const { rows } = await sql<{ bytes: string }>`
    select pg_wal_lsn_diff(${await position()}::pg_lsn, ${before}::pg_lsn)::text as bytes`.execute(system.db);
  return Number(rows[0]!.bytes);
}

/** Rows of the item table that are dead or were written since `since` (an xid snapshot). */
export async function deadRows(system: BenchSystem): Promise<number> {
  await sql`select pg_stat_force_next_flush()`.execute(system.db);
  const { rows } = await sql<{ dead: string }>`
    select n_dead_tup::text as dead from pg_stat_user_tables where relname = 'inventory_items'`.execute(system.db);
  return Number(rows[0]!.dead);
}

/** Events in the history of a run, all of its continuations together. */
export async function historyEvents(system: BenchSystem, run: JobFigures): Promise<number> {
  const { Client, Connection } = await import('@temporalio/client');
  const connection = await Connection.connect({ address: system.environment['TEMPORAL_ADDRESS']! });
  try {
    const client = new Client({ connection });
    const history = await client.workflow.getHandle(run.workflowId, run.runId).fetchHistory();
    return history.events?.length ?? 0;
  } finally {
    await connection.close();
  }
}
