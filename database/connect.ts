import { Kysely, PostgresDialect, sql } from 'kysely';
import type { Transaction } from 'kysely';
import pg from 'pg';
import { copyingPool, endSilentCopies } from './copy.ts';
import { LOCK_NOT_AVAILABLE, sqlState } from './errors.ts';
import type { Tables } from './tables.ts';
import { withPlainMode } from './tls-mode.ts';

export type Database = Kysely<Tables>;
/** What a query function takes: the database itself or an open transaction on it. */
export type Executor = Kysely<Tables> | Transaction<Tables>;

const INT8 = 20;
const INT8_ARRAY = 1016;

/**
 * Parsers of this pool alone, so that nobody else's `pg` changes: `bigint` is read as a number, because BigCommerce's
 * ids and our row numbers stay far below 2^53; `numeric` stays text, because money is decimal.
 */
const types = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (oid === INT8) return Number;
    if (oid === INT8_ARRAY) return (text: string) => (text === '{}' ? [] : text.slice(1, -1).split(',').map(Number));
    return pg.types.getTypeParser(oid, format as 'text');
  },
};

export interface DatabaseOptions {
  /** At most so many connections; an activity holds one only while it writes. Default 10. */
  poolSize?: number;
  /** Without limits of time on statements and locks: for migrations, which have their own. */
  isUnlimited?: boolean;
  /** Called for errors of idle connections, e.g. when Postgres is killed; the pool replaces them by itself. */
  onIdleError?: (error: Error) => void;
}

/**
 * Nobody waits for ever. A statement ends before the step of five minutes that it is a part of; who waits half a minute
 * for a lock tries again, as after any lost connection; and what somebody holds who has fallen silent in the middle of a
 * transaction is free after a minute.
 */
const LIMITS = {
  statement_timeout: 4 * 60_000,
  lock_timeout: 30_000,
  idle_in_transaction_session_timeout: 60_000,
};

const LIMITING = Object.entries(LIMITS)
  .map(([name, ms]) => `set ${name} = ${ms}`)
  .join('; ');

/**
 * By a statement: PgBouncer refuses a connection that says them at its start. The pool waits for what this gives back,
 * and whoever asked hears of its failure; the type says less.
 */
function limit(client: pg.ClientBase): void {
  return client.query(LIMITING) as unknown as void;
}

/** Opens a pool on `url`. Connects at the first query; `destroy()` closes it. */
export function connectDatabase(url: string, options: DatabaseOptions = {}): Database {
  const pool = new pg.Pool({
    connectionString: withPlainMode(url),
    max: options.poolSize ?? 10,
    types: types as unknown as pg.CustomTypesConfig,
    application_name: 'bcsource',
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    ...(options.isUnlimited ? {} : { onConnect: limit }),
  });
  const onError = options.onIdleError ?? (() => undefined);
  pool.on('error', onError);
  // A client that is lent out, e.g. between two statements of a transaction, tells of a lost connection by itself; where
  // nobody listens, the process ends. The next statement fails, and that is what its caller hears.
  pool.on('connect', (client) => client.on('error', onError));
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool: copyingPool(pool) }) });
}

/** How long a transaction may say nothing, and how much longer others wait for what it holds. */
const PATIENCE = { silence: '10s', longestWait: '15s' };

/**
 * A transaction that Postgres ends when we fall silent in the middle of it: the locks of a process that was frozen there
 * would otherwise hold up whoever takes over its work. Fails with `LOCK_NOT_AVAILABLE` after waiting in vain for one that
 * fell silent in a copy, and has that one ended.
 */
export async function perishableTransaction<T>(
  db: Database,
  work: (trx: Transaction<Tables>) => Promise<T>,
  { silence, longestWait } = PATIENCE,
): Promise<T> {
  try {
    return await db.transaction().execute(async (trx) => {
      await sql`
        select set_config('idle_in_transaction_session_timeout', ${silence}, true),
          set_config('lock_timeout', ${longestWait}, true)`.execute(trx);
      return work(trx);
    });
  } catch (error) {
    if (sqlState(error) === LOCK_NOT_AVAILABLE) await endSilentCopies(db, silence);
    throw error;
  }
}
