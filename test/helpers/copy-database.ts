import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { sql } from 'kysely';
import type { Executor } from '../../database/connect.ts';
import { readText } from '../docs/markdown.ts';
import { createTestDatabase } from './database.ts';
import type { TestDatabase } from './database.ts';
import { findPgDump } from './programs.mjs';
import { runInShell } from './shell.ts';

export interface Copy<T> extends TestDatabase {
  by: 'pg_dump' | 'template';
  /** What was seen in the original at the very moment of the copy. */
  seen: T;
}

interface Looks<T> {
  look(original: Executor): Promise<T>;
  /** Ends whoever works on the original: Postgres' own way of copying takes no database that is in use. */
  stopWriters(): Promise<void>;
}

/**
 * A copy of a database at this moment. As docs/backup.md says, by `pg_dump` beside whoever works on it, where there is one
 * for this server; otherwise, second best, by Postgres itself, after everybody was stopped.
 */
export async function copyDatabase<T>(original: TestDatabase, looks: Looks<T>): Promise<Copy<T>> {
  const programs = findPgDump();
  return programs ? dumpAndRestore(original, looks, programs) : copyAsTemplate(original, looks);
}

async function dumpAndRestore<T>(original: TestDatabase, { look }: Looks<T>, programs: string): Promise<Copy<T>> {
  const folder = await mkdtemp(join(tmpdir(), 'bcsource-dump-'));
  const run = async (line: string, environment: Record<string, string>) => {
    const path = `${programs}${delimiter}${process.env['PATH']}`;
    const { exitCode, output } = await runInShell(line, { PATH: path, ...environment }, folder);
    if (exitCode !== 0) throw new Error(`${line} ended with ${exitCode}: ${output}`);
  };
  try {
    // The dump reads in the transaction's own snapshot, so what is seen in it is what is dumped.
    const seen = await original.db
      .transaction()
      .setIsolationLevel('repeatable read')
      .execute(async (trx) => {
        const { rows } = await sql<{ id: string }>`select pg_export_snapshot() as id`.execute(trx);
        await run(`${documented('pg_dump')} --snapshot=${rows[0]!.id}`, { DATABASE_URL: original.url });
        return look(trx);
      });
    const copy = await createTestDatabase({ empty: true });
    await run(documented('pg_restore').replace('--dbname=bcsource ', '--dbname="$COPY" '), { COPY: copy.url });
    return { ...copy, by: 'pg_dump', seen };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The line of docs/backup.md with this program. */
function documented(program: string): string {
  const line = new RegExp(`^ *(${program} .+)$`, 'm').exec(readText('docs/backup.md'))?.[1];
  if (!line) throw new Error(`docs/backup.md does not say how to use ${program}.`);
  return line;
}

async function copyAsTemplate<T>(original: TestDatabase, { look, stopWriters }: Looks<T>): Promise<Copy<T>> {
  await stopWriters();
  const seen = await look(original.db);
  const template = new URL(original.url).pathname.slice(1);
  const copy = await createTestDatabase({
    template,
    async before(owner) {
      await sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${template}`.execute(owner);
    },
  });
  return { ...copy, by: 'template', seen };
}
