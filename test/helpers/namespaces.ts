import { sql } from 'kysely';
import { asOwner } from './database.ts';

/** Lays out the namespaces of the run's Temporal for test files to take; part of the global set-up. */
export async function prepareNamespaces(names: readonly string[]): Promise<void> {
  await asOwner(async (owner) => {
    await sql`create table temporal_namespaces (name text primary key)`.execute(owner);
    await sql`insert into temporal_namespaces select unnest(${[...names]}::text[])`.execute(owner);
  });
}

/** A namespace that nobody else has had or gets. */
export async function takeNamespace(): Promise<string> {
  return asOwner(async (owner) => {
    const { rows } = await sql<{ name: string }>`
      delete from temporal_namespaces where name = (
        select name from temporal_namespaces limit 1 for update skip locked
      ) returning name`.execute(owner);
    if (!rows[0]) throw new Error('Every namespace of the Temporal of this test run is taken: it needs more of them.');
    return rows[0].name;
  });
}
