import { beforeAll, expect, it } from '@jest/globals';
import { Client, Connection, ScheduleNotFoundError } from '@temporalio/client';
import { sql } from 'kysely';
import type { Session } from '../../client/session.ts';
import { applySource } from '../../client/sources.ts';
import { findSource } from '../../database/sources.ts';
import { useSession } from './open-session.ts';

const opened = useSession();
let session: Session;
beforeAll(async () => {
  session = await opened.session();
});

const fileWith = (name: string, inventory: string) =>
  `name: ${name}\nconnection: { type: api_token, storeHash: abc, accessToken: t }\ninventory: { ${inventory} }\n`;
const scheduled = 'schedule: { every: 4h, refresh: { every: 30m } }';
const apply = (text: string, by = session) => applySource(by, text, 'the test');
const handleOf = async (id: string) => (await session.temporal()).schedule.getHandle(id);

/** A source with two schedules, the quick one paused by a person. */
async function paused(name: string) {
  await apply(fileWith(name, scheduled));
  const quick = await handleOf(`refresh:${name}`);
  await quick.pause('stocktaking');
  return quick;
}

it('a pause outlives an apply whose file had no schedule and could not be stored', async () => {
  const quick = await paused('unstored');
  // What Postgres refuses at the commit, as it does where it goes away: Temporal has had its part by then.
  await sql`
    create function refuse() returns trigger language plpgsql as $$ begin raise 'gone away'; end $$`.execute(opened.db);
  await sql`
    create constraint trigger refuse after insert on source_versions deferrable initially deferred
    for each row execute function refuse()`.execute(opened.db);
  try {
    await expect(apply(fileWith('unstored', 'skipHidden: true'))).rejects.toThrow('gone away');
  } finally {
    await sql`drop function refuse cascade`.execute(opened.db);
  }
  await apply(fileWith('unstored', scheduled));
  expect((await quick.describe()).state).toMatchObject({ paused: true, note: 'stocktaking' });
});

/** A session whose way to Temporal is gone when the `nth` schedule is to be deleted. */
async function cutAtDelete(nth: number): Promise<Session> {
  let deletes = 0;
  const connection = await Connection.connect({
    address: process.env['TEST_TEMPORAL_ADDRESS']!,
    interceptors: [
      (options, nextCall) => {
        if (options.method_definition.path.endsWith('/DeleteSchedule') && ++deletes >= nth) void connection.close();
        return nextCall(options) as never;
      },
    ],
  });
  const { namespace } = (await session.temporal()).options;
  return { ...session, temporal: () => Promise.resolve(new Client({ connection, namespace })) };
}

it('where Temporal goes away in the middle of an apply, the file is stored and the next apply does the rest', async () => {
  const quick = await paused('cut');
  const whole = await handleOf('inventory:cut');
  const changed = fileWith('cut', 'skipHidden: true');
  await expect(apply(changed, await cutAtDelete(2))).rejects.toThrow();
  // Nobody was asked about the second any more.
  expect((await quick.describe()).state).toMatchObject({ paused: true, note: 'stocktaking' });
  expect(await findSource(opened.db, 'cut')).toMatchObject({ version: 2 });
  expect(await apply(changed)).toMatchObject({ changed: false, version: 2 });
  for (const handle of [whole, quick]) await expect(handle.describe()).rejects.toThrow(ScheduleNotFoundError);
});
