import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { sql } from 'kysely';
import { connectDatabase } from '../../database/connect.ts';
import { serverVersion } from '../../database/migrate.ts';
import { createTestDatabase } from './database.ts';
import type { TestDatabase } from './database.ts';

const run = promisify(execFile);

/** Whether `pg_dump` is here and new enough for the server; an older one refuses. */
async function canDump(url: string): Promise<boolean> {
  const db = connectDatabase(url, { poolSize: 1 });
  const { major } = await serverVersion(db).finally(() => db.destroy());
  const { stdout = '' } = await run('pg_dump', ['--version']).catch(() => ({ stdout: '' }));
  return Number(/\b(\d+)/.exec(stdout)?.[1] ?? 0) >= major;
}

/**
 * A copy of a database at this moment: by `pg_dump`, beside whoever works on it, where there is one; otherwise by
 * Postgres itself, which takes the connections of whoever works on it first.
 */
export async function copyDatabase(original: TestDatabase): Promise<TestDatabase & { by: 'pg_dump' | 'template' }> {
  if (await canDump(original.url)) {
    const copy = await createTestDatabase({ empty: true });
    await dumpInto(original.url, copy.url);
    return { ...copy, by: 'pg_dump' };
  }
  const template = new URL(original.url).pathname.slice(1);
  const copy = await createTestDatabase({
    template,
    async before(owner) {
      await sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${template}`.execute(owner);
    },
  });
  return { ...copy, by: 'template' };
}

async function dumpInto(from: string, to: string): Promise<void> {
  const dump = spawn('pg_dump', ['--dbname', from, '--no-owner'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const restore = spawn('psql', ['--dbname', to, '--quiet', '--set', 'ON_ERROR_STOP=1'], {
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  dump.stdout.pipe(restore.stdin);
  const codes = await Promise.all([dump, restore].map(async (child) => (await once(child, 'close'))[0] as number));
  if (codes.some((code) => code !== 0)) throw new Error(`pg_dump and psql ended with ${codes.join(' and ')}.`);
}
