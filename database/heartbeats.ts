import { sql } from 'kysely';
import type { Executor } from './connect.ts';

/** Says that something that must happen again and again has happened at `at`. */
export async function beat(db: Executor, name: string, at: Date): Promise<void> {
  await sql`
    insert into heartbeats (name, beaten_at) values (${name}, ${at})
    on conflict (name) do update set beaten_at = greatest(heartbeats.beaten_at, excluded.beaten_at)`.execute(db);
}

/** When it last happened; null where it never did. */
export async function lastBeat(db: Executor, name: string): Promise<Date | null> {
  const { rows } = await sql<{ at: Date }>`
    select beaten_at as at from heartbeats where name = ${name}`.execute(db);
  return rows[0]?.at ?? null;
}

/** The look for alarms: whoever does it works. */
export const ALARMS_BEAT = 'alarms';
