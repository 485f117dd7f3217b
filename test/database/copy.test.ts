import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import pg from 'pg';
import { perishableTransaction } from '../../database/connect.ts';
import { copyFrom } from '../../database/copy.ts';
import { LOCK_NOT_AVAILABLE, UNIQUE_VIOLATION, sqlState } from '../../database/errors.ts';
import { createTestDatabase } from '../helpers/database.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { waitFor } from '../helpers/wait.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await sql`create table numbers (n integer primary key)`.execute(database.db);
});
afterAll(() => database.drop());

const lines = (...numbers: (number | string)[]) => Buffer.from(numbers.map((n) => `${n}\n`).join(''));

async function stored(): Promise<number[]> {
  const { rows } = await sql<{ n: number }>`select n from numbers order by n`.execute(database.db);
  return rows.map((row) => row.n);
}

describe('copying', () => {
  it('writes all rows or none, and the connection goes on after a refusal', async () => {
    const { db } = database;
    const copy = (bytes: Buffer) => copyFrom(db, 'copy numbers from stdin', bytes);
    await copy(lines(1, 2));
    await expect(copy(lines(3, 2))).rejects.toMatchObject({ code: UNIQUE_VIOLATION });
    await expect(copy(lines('x'.repeat(1_000_000)))).rejects.toMatchObject({ code: '22P02' });
    await expect(copyFrom(db, 'copy nothing from stdin', lines(4))).rejects.toMatchObject({ code: '42P01' });
    await copy(lines(5));
    expect(await stored()).toEqual([1, 2, 5]);
  });
});

/** Longer than this process is ever kept from its own transaction, which has to end in the same time. */
const SILENCE = '3s';

describe('a client that fell silent in the middle of a copy', () => {
  let silent: pg.Client;
  const sessions = async () => {
    const { rows } = await sql<{ query: string }>`
      select query from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid() and wait_event = 'ClientRead'`.execute(
      database.db,
    );
    return rows.map((row) => row.query);
  };

  // As long as it is there no database can be dropped, by anybody.
  afterEach(() => silent.end().catch(() => undefined));

  const isLocked = (error: unknown) => {
    if (sqlState(error) !== LOCK_NOT_AVAILABLE) throw error;
    return false;
  };

  it('is ended, and with it what it held, while sessions that do nothing stay', async () => {
    const idle = new pg.Client(database.url);
    silent = new pg.Client(database.url);
    await Promise.all([silent.connect(), idle.connect()]);
    await idle.query('select 1');
    await silent.query('begin');
    await silent.query('lock table numbers in access exclusive mode');
    const ended = new Promise<Error>((resolve) => silent.on('error', resolve));
    silent.query({
      submit: (connection: pg.Connection) => connection.query('copy numbers from stdin'),
      handleCopyInResponse: () => undefined,
      handleError: () => undefined,
    } as pg.Submittable);
    await waitFor('the copy', async () => (await sessions()).includes('copy numbers from stdin'));

    const read = (silence: string) =>
      perishableTransaction(database.db, (trx) => sql`select from numbers`.execute(trx), {
        silence,
        longestWait: '50ms',
      });
    await expect(read('1h')).rejects.toMatchObject({ code: LOCK_NOT_AVAILABLE });
    // It has not been silent for long.
    expect(await sessions()).toContain('copy numbers from stdin');
    // Who waits in vain after that has it ended, and gets what it held when it tries again.
    await waitFor('the end of the silent one', () => read(SILENCE).then(() => true, isLocked));
    await ended;
    expect(await stored()).toEqual([1, 2, 5]);
    await idle.query('select 1');
    await idle.end();
  });
});
