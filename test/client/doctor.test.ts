import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Connection } from '@temporalio/client';
import { sql } from 'kysely';
import { createClock } from '../../client/doctor/check.ts';
import type { DoctorCheck } from '../../client/doctor/check.ts';
import { checkDatabase, checkDisk, judgeVersion } from '../../client/doctor/database-checks.ts';
import { examine } from '../../client/doctor/examine.ts';
import { checkStores } from '../../client/doctor/store-checks.ts';
import { checkTemporal } from '../../client/doctor/temporal-checks.ts';
import type { Session } from '../../client/session.ts';
import { applySource } from '../../client/sources.ts';
import { migrateToLatest } from '../../database/migrate.ts';
import { ensureSearchAttributes } from '../../client/search-attributes.ts';
import { programVersion } from '../../workers/version.ts';
import { CORE_TASK_QUEUE, STORE_TASK_QUEUE } from '../../workflows/ids.ts';
import { closeSession, fileOf, sessionOf } from '../e2e/support.ts';
import { createTestDatabase } from '../helpers/database.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { takeNamespace } from '../helpers/namespaces.ts';
import { startSimulator } from '../helpers/simulator.ts';
import type { TestSimulator } from '../helpers/simulator.ts';
import { openTemporal } from '../helpers/temporal.ts';
import { waitFor } from '../helpers/wait.ts';

let database: TestDatabase;
let simulator: TestSimulator;
let environment: Record<string, string>;
beforeAll(async () => {
  let namespace: string;
  [database, simulator, namespace] = await Promise.all([
    createTestDatabase({ empty: true }),
    startSimulator(['--products', '1']),
    takeNamespace(),
  ]);
  environment = {
    DATABASE_URL: database.url,
    TEMPORAL_ADDRESS: process.env['TEST_TEMPORAL_ADDRESS']!,
    TEMPORAL_NAMESPACE: namespace,
    BCSOURCE_ENCRYPTION_KEY: Buffer.alloc(32, 3).toString('base64'),
    BIGCOMMERCE_API_URL: simulator.url,
    BCSOURCE_HOME: tmpdir(),
  };
});
afterAll(async () => {
  await closeSession();
  await simulator.stop();
  await database.drop();
});

/** The lines of a look that say what is to be done, as they are printed. */
function advice(checks: readonly DoctorCheck[]): string[] {
  return checks
    .filter(({ hint }) => hint !== null)
    .map(({ check, status, message, hint }) => `${check} ${status}: ${message} ${hint}`);
}

it('the doctor has looked at everything within five seconds, whoever does not answer', async () => {
  const sockets: Socket[] = [];
  // Takes connections and says nothing, for ever.
  const silent = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const address = `127.0.0.1:${(silent.address() as AddressInfo).port}`;
  Object.assign(process.env, environment, {
    ...{ DATABASE_URL: `postgres://nobody@${address}/none`, TEMPORAL_ADDRESS: address },
  });
  const from = performance.now();
  const found = await examine({ repair: false });
  expect(performance.now() - from).toBeLessThan(5_000);
  expect(found.filter(({ status }) => status === 'problem').map(({ check }) => check)).toEqual([
    'database',
    'temporal',
  ]);
  for (const socket of sockets) socket.destroy();
  silent.close();
});

describe('of Postgres the doctor says', () => {
  const look = async () => advice(await checkDatabase((await sessionOf({ environment })).settings));

  it('that its schema is older than the program, until it is migrated', async () => {
    const older = 'schema problem: The schema is older than this program. Run `bcsource migrate`.';
    expect(await look()).toEqual([older]);
    await migrateToLatest(database.db, { upTo: '0014-unread-orders' });
    expect(await look()).toEqual([older]);
    await migrateToLatest(database.db);
    expect((await look()).filter((line) => line.startsWith('schema'))).toEqual([]);
  });

  it('that its schema is newer, and whether the program can work with it', async () => {
    const ofSchema = async () => (await look()).filter((line) => line.startsWith('schema'));
    await sql`insert into kysely_migration values ('9999-later', now()::text)`.execute(database.db);
    expect(await ofSchema()).toEqual([
      'schema warning: The schema is of a later version; this one can work with it. ' +
        'Replace this version too when the others are replaced.',
    ]);
    const [before] = (await sql<{ needs: string }>`select needs from schema_compatibility`.execute(database.db)).rows;
    await sql`update schema_compatibility set needs = '9999-later'`.execute(database.db);
    expect(await look()).toEqual([
      'schema problem: The schema is newer than this program. Use the version that made it, or a later one.',
    ]);
    await sql`update schema_compatibility set needs = ${before!.needs}`.execute(database.db);
    await sql`delete from kysely_migration where name = '9999-later'`.execute(database.db);
    expect(await ofSchema()).toEqual([]);
  });

  it('that it is too old', () => {
    expect(advice([judgeVersion({ major: 13, text: '13.22' })])).toEqual([
      'database warning: Postgres 13.22 is old. Move to Postgres 14 or later.',
    ]);
    expect(judgeVersion({ major: 14, text: '14.1' })).toMatchObject({
      status: 'ok',
      message: 'Postgres 14.1 answers.',
    });
  });
});

it('the doctor says that there is little room left on the disk', async () => {
  const look = (bavail: number) => checkDisk(() => Promise.resolve({ bavail, bsize: 1000 }));
  expect(advice(await look(940_000))).toEqual([
    'disk warning: 0.9 GB are free where the local stack keeps its data. Make room before Postgres or Temporal stop.',
  ]);
  expect(await look(1_500_000)).toMatchObject([{ status: 'ok', message: expect.stringContaining('1.5 GB are free') }]);
  expect(await checkDisk()).toMatchObject([{ check: 'disk', message: expect.stringMatching(/^[\d.]+ GB are free/) }]);
});

describe('of Temporal the doctor says', () => {
  const look = async () => {
    const clock = createClock(20_000);
    return checkTemporal(await sessionOf({ environment }), { repair: false, hasDatabase: false, clock });
  };
  const QUEUES = [`workflows (${CORE_TASK_QUEUE})`, `database steps (${CORE_TASK_QUEUE})`];

  it('which search attributes are missing or have another type, and how to make them right', async () => {
    const { connection: ours } = await openTemporal(environment);
    const connection = ours as Connection;
    const namespace = environment['TEMPORAL_NAMESPACE']!;
    const ofAttributes = async () => (await look()).filter(({ check }) => check === 'search attributes');
    const lost = { namespace, searchAttributes: ['BcOrderId', 'BcNextStepAt'] };
    const missing = 'search attributes problem: Missing: BcOrderId, BcNextStepAt. Run `bcsource setup`.';
    const isMissing = async () => advice(await ofAttributes()).join() === missing;
    expect(await ofAttributes()).toMatchObject([{ status: 'ok' }]);
    await connection.operatorService.removeSearchAttributes(lost);
    await waitFor('the line', isMissing);
    // As Text, and as a list of keywords.
    const others = { namespace, searchAttributes: { BcOrderId: 1, BcNextStepAt: 7 } };
    await connection.operatorService.addSearchAttributes(others);
    await waitFor('the others', async () => !(await isMissing()));
    expect(advice(await ofAttributes())).toEqual([
      'search attributes problem: Search attributes of another type: BcOrderId is Text and should be Keyword, ' +
        'BcNextStepAt is KeywordList and should be Datetime. ' +
        `Remove with \`temporal operator search-attribute remove --namespace ${namespace} ` +
        '--name BcOrderId --name BcNextStepAt`, then make anew with `bcsource setup`.',
    ]);
    await expect(ensureSearchAttributes(connection, namespace)).rejects.toMatchObject({
      code: 'search_attribute_type',
      exitCode: 1,
    });
    await connection.operatorService.removeSearchAttributes(lost);
    await waitFor('the line', isMissing);
    expect((await ensureSearchAttributes(connection, namespace)).sort()).toEqual(['BcNextStepAt', 'BcOrderId']);
    await waitFor('none', async () => advice(await ofAttributes()).length === 0);
    await connection.close();
  });

  it('on which queues nobody works, and which workers are of another version', async () => {
    const ofWorkers = async () => advice((await look()).filter(({ check }) => check === 'workers'))[0];
    const start = 'Start a worker with `bcsource worker`.';
    const stores = `steps that ask a store (${STORE_TASK_QUEUE})`;
    expect(await ofWorkers()).toBe(`workers problem: Nobody works on ${[...QUEUES, stores].join(', ')}. ${start}`);
    const { connection } = await openTemporal(environment);
    const end = new AbortController();
    // As a worker asks; who it is stands in what it says of itself.
    const poll = (name: string, identity: string, ask: (asked: object) => Promise<unknown>) => {
      const asked = { namespace: environment['TEMPORAL_NAMESPACE']!, taskQueue: { name, kind: 1 }, identity };
      const within = () => connection.withDeadline(Date.now() + 60_000, () => ask(asked));
      return connection.withAbortSignal(end.signal, within).catch(() => undefined);
    };
    const forWorkflows = (asked: object) => connection.workflowService.pollWorkflowTaskQueue(asked);
    const forSteps = (asked: object) => connection.workflowService.pollActivityTaskQueue(asked);
    const own = `1@a bcsource ${programVersion()}`;
    const polls = [poll(CORE_TASK_QUEUE, own, forWorkflows), poll(CORE_TASK_QUEUE, own, forSteps)];
    const oneIdle = `workers problem: Nobody works on ${stores}. ${start}`;
    const other =
      `workers warning: Not of this version (${programVersion()}): 2@b bcsource 0.0.1. ` +
      'Install one version everywhere, the workers last.';
    try {
      await waitFor('the worker of one queue', async () => (await ofWorkers()) === oneIdle);
      polls.push(poll(STORE_TASK_QUEUE, '2@b bcsource 0.0.1', forSteps));
      await waitFor('the other worker', async () => (await ofWorkers()) === other);
    } finally {
      end.abort();
      await Promise.all(polls);
      await connection.close();
    }
  });
});

describe('of a store the doctor says', () => {
  const HASH = 'examined';
  let session: Session;
  const look = async () => advice(await checkStores(session, createClock(20_000)));
  const set = (method: 'PUT' | 'DELETE', path: string, body?: unknown) =>
    simulator.control(method, `${path}?store=${HASH}`, body);
  beforeAll(async () => {
    session = await sessionOf({ environment });
    await simulator.control('PUT', `stores/${HASH}`, { preset: 'bulk', products: 1 });
  });

  it('that there is none, and nothing is to be done for one that is as it should be', async () => {
    expect(await look()).toEqual(['sources warning: There is no source yet. Begin with `bcsource source init`.']);
    await applySource(session, fileOf('examined', HASH, '  archiveMissing: true'), 'the test');
    expect(await look()).toEqual([]);
  });

  it.each([
    ['behind', -90],
    ['ahead of', 90],
  ])('that its clock is %s ours', async (_name, seconds) => {
    const time = (more: number) => JSON.stringify({ time: Math.floor(Date.now() / 1000) + more });
    const answer = (body: string) => set('PUT', 'faults', { kind: 'status', path: '/v2/time', status: 200, body });
    await answer(time(seconds));
    expect(await look()).toEqual([
      expect.stringMatching(
        /^store examined warning: Its clock and ours are (89|9[0-5]) s apart\. Check the clock of this machine \(NTP\)\.$/,
      ),
    ]);
    await answer(time(Math.sign(seconds) * 30));
    expect(await look()).toEqual([]);
    await set('DELETE', 'faults');
  });

  it('which scopes its token lacks, and where to click for them', async () => {
    await set('PUT', 'tokens', { tokens: { [`${HASH}-token`]: ['store_v2_information_read_only'] } });
    expect(await look()).toEqual([
      'store examined problem: The token lacks store_v2_products_read_only. ' +
        'Settings > Store-level API accounts: set "Products" to "read-only"',
    ]);
  });

  it('that it answers nobody, and not what a job has left undone', async () => {
    await set('PUT', 'faults', { kind: 'status', path: '/v2/time', status: 503 });
    expect(await look()).toEqual([
      expect.stringMatching(/^store examined problem: .*\. Look at the network, .*`bcsource source test examined`\.$/),
    ]);
    await set('DELETE', 'faults');
  });

  it('that it refuses the token', async () => {
    await set('PUT', 'tokens', { revoke: [`${HASH}-token`] });
    expect(await look()).toEqual([
      expect.stringMatching(/^store examined problem: .* Make a new API account or reinstall the app in BigCommerce,/),
    ]);
  });
});
