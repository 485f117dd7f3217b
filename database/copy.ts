import type { PostgresPool, PostgresPoolClient } from 'kysely';
import { CompiledQuery, sql } from 'kysely';
import type pg from 'pg';
import type { Executor } from './connect.ts';

/** The rows of a `copy … from stdin` in Postgres' text format; handed over as the statement's only parameter. */
class CopyRows {
  constructor(readonly bytes: Buffer) {}
}

/**
 * Runs a `copy … from stdin`. Rows that are copied cost Postgres half of what they cost by an `insert`, but a row that is
 * refused, e.g. for a key that is taken, fails the whole statement.
 */
export async function copyFrom(db: Executor, statement: string, bytes: Buffer): Promise<void> {
  await db.executeQuery(CompiledQuery.raw(statement, [new CopyRows(bytes)]));
}

/**
 * Ends sessions whose client fell silent in the middle of a copy: Postgres' own time limits do not reach them, and what
 * they hold others would wait for as long as that process is frozen.
 */
export async function endSilentCopies(db: Executor, silentFor: string): Promise<void> {
  await sql`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and usename = current_user and query like 'copy %'
      and state = 'active' and wait_event = 'ClientRead' and query_start < now() - ${silentFor}::interval`.execute(db);
}

/** The pool as Kysely uses it, with statements that copy as well. */
export function copyingPool(pool: pg.Pool): PostgresPool {
  return {
    async connect() {
      const client = await pool.connect();
      const query = (first: unknown, values?: readonly unknown[]): unknown => {
        const rows = values?.[0];
        return rows instanceof CopyRows
          ? copy(client, first as string, rows.bytes)
          : client.query(first as string, values as unknown[]);
      };
      return { query, release: () => client.release() } as PostgresPoolClient;
    },
    end: () => pool.end(),
  };
}

/** What `pg` has and does not declare. */
type CopyingConnection = pg.Connection & { endCopyFrom(): void };

/** Of the message CopyData (PostgreSQL manual, Message Formats); `pg` would copy all the bytes to put it before them. */
function copyDataHeader(length: number): Buffer {
  const header = Buffer.from('d\0\0\0\0');
  header.writeInt32BE(length + 4, 1);
  return header;
}

function copy(client: pg.PoolClient, statement: string, bytes: Buffer): Promise<{ command: string; rows: [] }> {
  return new Promise((resolve, reject) => {
    const statementThatCopies = {
      // All at once and not only when Postgres asks for it: between the two, this process may be busy or frozen for long,
      // while the transaction has its locks. What follows a statement that was refused, Postgres passes over.
      submit(given: pg.Connection) {
        const connection = given as CopyingConnection;
        connection.stream.cork();
        connection.query(statement);
        connection.stream.write(copyDataHeader(bytes.length));
        connection.stream.write(bytes);
        connection.endCopyFrom();
        connection.stream.uncork();
      },
      handleCopyInResponse: () => undefined,
      handleCommandComplete: () => undefined,
      handleReadyForQuery: () => resolve({ command: 'COPY', rows: [] }),
      handleError: reject,
    };
    client.query(statementThatCopies as pg.Submittable);
  });
}
