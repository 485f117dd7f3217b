import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { list } from '../../client/cli/actions/keys.ts';
import { list as listSources } from '../../client/cli/actions/source.ts';
import { migrate, worker } from '../../client/cli/actions/stack.ts';
import { look } from '../../client/doctor/check.ts';
import { checkDatabase } from '../../client/doctor/database-checks.ts';
import { clientErrorOf } from '../../client/errors.ts';
import { readSettings } from '../../client/session.ts';
import { createTestDatabase } from '../helpers/database.ts';
import type { TestDatabase } from '../helpers/database.ts';

const environment = { ...process.env };
const role = `stranger_${process.pid}`;
let database: TestDatabase;
let asStranger: string;
beforeAll(async () => {
  database = await createTestDatabase();
  await sql`create role ${sql.id(role)} login password 'known'`.execute(database.db);
  asStranger = Object.assign(new URL(database.url), { username: role, password: 'known' }).href;
  // Nothing listens on port 1.
  process.env['TEMPORAL_ADDRESS'] = '127.0.0.1:1';
  process.env['BCSOURCE_ENCRYPTION_KEY'] = Buffer.alloc(32, 1).toString('base64');
});
afterAll(async () => {
  process.env = environment;
  await sql`drop role ${sql.id(role)}`.execute(database.db);
  await database.drop();
});

/** How a command ends that is told so. */
async function endOf(act: () => Promise<unknown>) {
  return clientErrorOf(await act().catch((error: unknown) => error));
}

async function doctorSays(check: string) {
  const settings = await readSettings();
  const found = await look('database', 10_000, () => checkDatabase(settings));
  return found.filter((each) => each.check === check);
}

describe('a login without the right', () => {
  beforeAll(() => void (process.env['DATABASE_URL'] = asStranger));

  it.each([
    ['keys list', () => list({})],
    ['source list', () => listSources({})],
    ['migrate', () => migrate({})],
  ])('is told as that, with the login that has it: %s', async (_command, act) => {
    expect(await endOf(act)).toMatchObject({
      ...{ code: 'rights_missing', exitCode: 1, message: expect.stringMatching(/permission denied for table/) },
      hint: expect.stringMatching(/BCSOURCE_WORKER_ROLE; for `migrate` and `setup`, the login that owns the database/),
    });
  });

  it('ends a worker for good', async () => {
    expect(await endOf(worker)).toMatchObject({
      ...{ code: 'worker_refused', exitCode: 1, message: expect.stringMatching(/permission denied for table/) },
      hint: expect.stringContaining('BCSOURCE_WORKER_ROLE'),
    });
  });

  it('is found by the doctor', async () => {
    const hint = expect.stringContaining('BCSOURCE_WORKER_ROLE');
    expect(await doctorSays('database')).toMatchObject([{ status: 'problem', hint }]);
  });
});

describe('a server that is only read', () => {
  beforeAll(async () => {
    // As after the version before: there is something to migrate.
    await sql`delete from kysely_migration where name = (select max(name) from kysely_migration)`.execute(database.db);
    const name = new URL(database.url).pathname.slice(1);
    await sql`alter database ${sql.id(name)} set default_transaction_read_only = on`.execute(database.db);
    process.env['DATABASE_URL'] = database.url;
  });

  it('is told as that by what would write', async () => {
    const hint = expect.stringMatching(/standby.*DATABASE_URL has to lead to a primary/);
    expect(await endOf(() => migrate({}))).toMatchObject({ code: 'database_read_only', exitCode: 1, hint });
  });

  it('is found by the doctor, who looks at what can be read all the same', async () => {
    expect(await doctorSays('writes')).toMatchObject([{ status: 'problem', hint: expect.stringContaining('standby') }]);
    expect(await doctorSays('schema')).toHaveLength(1);
  });
});
