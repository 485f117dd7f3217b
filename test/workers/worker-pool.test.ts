import { expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { choosePorts } from '../../local/ports.ts';
import { plentifulSkus, requestFor, sendingSource, submit } from '../helpers/sending.ts';
import { startSystem } from '../helpers/system.ts';
import { waitFor } from '../helpers/wait.ts';
import { apply } from '../chaos/runs.ts';

const CONNECTIONS = 3;
/** More than a pool has that is not told its size. */
const REQUESTS = 15;

it('a worker holds as many connections to Postgres as it is told, however many steps wait for one', async () => {
  const system = await startSystem(['--preset', 'bulk', '--products', '1']);
  const { cli, simulator, environment } = system;
  const { db } = system.database;
  await system.worker.stop();
  // Its connections are known by a name of their own.
  const named = `${environment['DATABASE_URL']}?application_name=the-worker`;
  const { health } = await choosePorts(['health']);
  const readyUrl = `http://127.0.0.1:${health}/readyz`;
  Object.assign(environment, {
    ...{ DATABASE_URL: named, BCSOURCE_WORKER_HEALTH_PORT: String(health) },
    BCSOURCE_WORKER_DATABASE_CONNECTIONS: `${CONNECTIONS}`,
  });
  await system.startWorker();
  environment['DATABASE_URL'] = system.database.url;
  await apply(cli, sendingSource('acme'));
  const [sku] = await plentifulSkus(simulator, 1);
  const lock = await db.startTransaction().execute();
  await sql`lock table send_attempts`.execute(lock);
  const numbers = Array.from({ length: REQUESTS }, (_, index) => `P-${index}`);
  await submit(
    cli,
    numbers.map((number) => requestFor('acme', number, sku!)),
  );
  const isBusy = async () => ((await (await fetch(readyUrl)).json()) as { database: boolean }).database === false;
  await waitFor('no connection to be left for a probe', isBusy);
  const { rows } = await sql`select from pg_stat_activity where application_name = 'the-worker'`.execute(db);
  expect(rows).toHaveLength(CONNECTIONS);
  await lock.rollback().execute();
  await system.stop();
}, 120_000);
