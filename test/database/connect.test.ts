import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { toFailure } from '../../activities/failures.ts';
import { connectDatabase } from '../../database/connect.ts';
import type { Executor } from '../../database/connect.ts';
import { describeUnreachable } from '../../database/unreachable.ts';
import { createTestDatabase } from '../helpers/database.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { waitFor } from '../helpers/wait.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase({ empty: true });
});
afterAll(() => database.drop());

async function limitsOf(db: Executor): Promise<unknown> {
  const { rows } = await sql`
    select current_setting('statement_timeout') as statement, current_setting('lock_timeout') as lock,
      current_setting('idle_in_transaction_session_timeout') as silence`.execute(db);
  return rows[0];
}

/** What a connection says at its start: the parameters of the message (PostgreSQL manual, Message Formats). */
async function startOf(connect: (url: string) => Promise<unknown>): Promise<string[]> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const connecting = connect(`postgres://somebody@127.0.0.1:${port}/some`).catch(() => undefined);
  const [socket] = (await once(server, 'connection')) as [NodeJS.ReadWriteStream & { destroy(): void }];
  const [bytes] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  await connecting;
  server.close();
  const words = bytes.subarray(8).toString().split('\0');
  return words.filter((word, index) => index % 2 === 0 && word !== '');
}

describe('a connection of ours', () => {
  it('has its limits of time, also the second one and in a transaction', async () => {
    const limits = { statement: '4min', lock: '30s', silence: '1min' };
    const { db } = database;
    const all = await Promise.all([limitsOf(db), limitsOf(db), db.transaction().execute((trx) => limitsOf(trx))]);
    expect(all).toEqual([limits, limits, limits]);
  });

  it('has none where it migrates', async () => {
    const unlimited = connectDatabase(database.url, { poolSize: 1, isUnlimited: true });
    expect(await limitsOf(unlimited)).toEqual({ statement: '0', lock: '0', silence: '0' });
    await unlimited.destroy();
  });

  it('is one of as many as its pool may have, however many ask', async () => {
    const pool = connectDatabase(database.url, { poolSize: 3 });
    const lock = await database.db.startTransaction().execute();
    await sql`select pg_advisory_xact_lock(1)`.execute(lock);
    const pids = Array.from({ length: 12 }, async () => {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid, pg_advisory_xact_lock(1)`.execute(
        pool,
      );
      return rows[0]!.pid;
    });
    const waiting = sql`select from pg_locks where not granted and locktype = 'advisory'`;
    await waitFor('three to wait', async () => (await waiting.execute(database.db)).rows.length >= 3);
    await lock.commit().execute();
    expect(new Set(await Promise.all(pids)).size).toBe(3);
    await pool.destroy();
  });

  it('that runs into one is tried again by whoever asked', async () => {
    const cut = await database.db
      .transaction()
      .execute(async (trx) => {
        await sql`set local statement_timeout = 100`.execute(trx);
        return sql`select pg_sleep(60)`.execute(trx).catch((error: unknown) => error);
      })
      .catch((error: unknown) => error);
    expect(cut).toMatchObject({ code: '57014' });
    expect(toFailure(cut)).toMatchObject({ nonRetryable: false });
  });

  it('says nothing at its start that PgBouncer does not take', async () => {
    const said = await startOf(async (url) => {
      const db = connectDatabase(url, { poolSize: 1 });
      await sql`select 1`.execute(db).finally(() => db.destroy());
    });
    expect(said.filter((name) => !['user', 'database', 'application_name', 'client_encoding'].includes(name))).toEqual(
      [],
    );
    expect(said).toContain('user');
  });
});

it('a server that is full is said to be busy, not that the password is wrong', async () => {
  const role = `full_${process.pid}`;
  await sql.raw(`create role ${role} login password 'right' connection limit 0`).execute(database.db);
  const url = Object.assign(new URL(database.url), { username: role, password: 'right' }).href;
  const full = connectDatabase(url);
  const refusal: unknown = await sql`select 1`.execute(full).catch((error: unknown) => error);
  await full.destroy();
  await sql.raw(`drop role ${role}`).execute(database.db);
  const { message, hint } = describeUnreachable(url, refusal);
  expect(message).toMatch(/takes nobody in now: too many connections for role/);
  expect(hint).toMatch(/try again in some seconds/);
});
