import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Kysely } from 'kysely';
import type { Database } from './connect.ts';
import type { Tables } from './tables.ts';

/** How a migration says what it waits for. */
export interface Waits {
  /** Told what is waited for, and what to do; at most once in so many looks. */
  onWait?: ((sentence: string) => void) | undefined;
  /** How often it is looked whether the migration waits. Default 5 s. */
  lookEveryMs?: number | undefined;
}

/** The advisory lock of whoever migrates. */
export const MIGRATING = sql`hashtext('bcsource migrations')`;

/** A minute of looks. */
const QUIET_LOOKS = 12;
/** The oldest are named: they are those that somebody has forgotten. */
const MOST_NAMED = 3;

interface Holder {
  pid: number;
  program: string;
  state: string | null;
  since: Date | null;
  isMigration: boolean;
}

/**
 * Does `work` on `connection` and meanwhile looks, by another connection of the pool, whom that one waits for. What keeps
 * a look from an answer is nothing that a migration should fail by.
 */
export async function tellingWaits<T>(
  db: Database,
  connection: Kysely<Tables>,
  { onWait, lookEveryMs = 5_000, work }: Waits & { work: () => Promise<T> },
): Promise<T> {
  if (!onWait) return work();
  const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(connection);
  const { pid } = rows[0]!;
  const end = new AbortController();
  const looks = (async () => {
    for (let quiet = 0; await goesOn(lookEveryMs, end.signal); quiet--) {
      if (quiet > 0) continue;
      const holders = await findHolders(db, pid).catch(() => []);
      if (holders.length === 0 || end.signal.aborted) continue;
      onWait(describeWait(holders));
      quiet = QUIET_LOOKS;
    }
  })();
  try {
    return await work();
  } finally {
    end.abort();
    await looks;
  }
}

function goesOn(ms: number, signal: AbortSignal): Promise<boolean> {
  return pause(ms, true, { signal }).catch(() => false);
}

/** Whoever has the lock of migrations, or what the connection of this server process waits for. */
async function findHolders(db: Database, pid: number): Promise<Holder[]> {
  const { rows } = await sql<Holder>`
    select a.pid, a.application_name as program, a.state, a.xact_start as since, m.pid is not null as "isMigration"
    from pg_stat_activity a left join (
      select l.pid from pg_locks l join pg_database d on d.oid = l.database and d.datname = current_database()
      where l.locktype = 'advisory' and l.granted and l.objsubid = 1
        and (l.classid::bigint << 32 | l.objid::bigint) = ${MIGRATING}
    ) m on m.pid = a.pid
    where a.pid <> ${pid} and (m.pid is not null or a.pid = any (pg_blocking_pids(${pid})))
    order by a.xact_start nulls last limit ${MOST_NAMED}`.execute(db);
  return rows;
}

function describeWait(holders: readonly Holder[]): string {
  const pids = holders.map(({ pid }) => pid);
  const end = pids.map((pid) => `\`select pg_terminate_backend(${pid})\``).join(', ');
  const what = holders.map(describeHolder).join('; ');
  return `The migration waits for ${what}. It goes on by itself when that ends; what somebody has forgotten is ended with ${end}.`;
}

/** Of other roles Postgres tells the pid and the program alone. */
function describeHolder({ pid, program, state, since, isMigration }: Holder): string {
  const what = isMigration ? 'another migration' : 'a transaction';
  const open = since && !isMigration ? ` that is open since ${since.toISOString()}` : '';
  return `${what}${open} (${[`pid ${pid}`, program, state].filter(Boolean).join(', ')})`;
}
