import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { connectDatabase } from '../../database/connect.ts';
import { placeOf } from '../../database/place.ts';
import { describeUnreachable } from '../../database/unreachable.ts';

const environment = { ...process.env };
beforeEach(() => {
  process.env = Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('PG')));
});
afterAll(() => {
  process.env = environment;
});

describe('the place that a URL of Postgres leads to', () => {
  it.each([
    ['postgres://u:p@db.example.com:30098/x', 'db.example.com:30098', 'x'],
    ['postgres://u:p@db.example.com/x', 'db.example.com:5432', 'x'],
    ['postgres://u:p@[::1]:1/x', '[::1]:1', 'x'],
    ['postgres://u:p@127.0.0.1:30098/x?host=10.255.255.1', '10.255.255.1:30098', 'x'],
    ['postgres://u:p@127.0.0.1:30098/x?port=1', '127.0.0.1:1', 'x'],
    ['postgres://u:p@127.0.0.1/x?host=/var/run/postgresql', '/var/run/postgresql/.s.PGSQL.5432', 'x'],
    ['postgres:///bcsource', 'localhost:5432', 'bcsource'],
    ['postgres://u:p@127.0.0.1', '127.0.0.1:5432', 'u'],
    ['postgres://u:p@127.0.0.1/x?port=1&sslmode=require&sslrootcert=/missing/ca.pem', '127.0.0.1:1', 'x'],
    ['postgres://u:%E9@127.0.0.1:1/x', '127.0.0.1:1', 'x'],
  ])('is the one that pg connects to: %s', (url, host, database) => {
    expect(placeOf(url)).toEqual({ host, database });
  });

  it('may come of the environment', () => {
    Object.assign(process.env, { PGHOST: 'db.example.com', PGPORT: '30098' });
    expect(placeOf('postgres:///bcsource').host).toBe('db.example.com:30098');
  });

  it('is named where nobody answers', async () => {
    const url = 'postgres://u:p@db.invalid:30098/x?host=127.0.0.1&port=1';
    const db = connectDatabase(url);
    const refusal: unknown = await sql`select 1`.execute(db).catch((error: unknown) => error);
    await db.destroy();
    const { message } = describeUnreachable(url, refusal);
    expect(message).toBe('Postgres at 127.0.0.1:1 does not answer: connect ECONNREFUSED 127.0.0.1:1.');
  });
});
