import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { ended, startImport } from '../chaos/runs.ts';
import { acknowledged, plentifulSkus, requestFor, sendingSource, storedRequests, submit } from '../helpers/sending.ts';
import { startSystem } from '../helpers/system.ts';
import type { TestSystem } from '../helpers/system.ts';
import { waitFor } from '../helpers/wait.ts';
import { temporal } from './fr-support.ts';

const DEPLOYMENT = 'bcsource';

let system: TestSystem;
beforeAll(async () => {
  system = await startSystem(['--preset', 'bulk', '--products', '20']);
  await system.applySource('versioned');
  await system.cli(['source', 'apply', '-'], sendingSource('held', 'holdHours: 48'));
  await system.worker.stop();
});
afterAll(() => system.stop());

async function startVersion(buildId: string): Promise<void> {
  Object.assign(system.environment, { BCSOURCE_WORKER_DEPLOYMENT: DEPLOYMENT, BCSOURCE_WORKER_BUILD_ID: buildId });
  await system.startWorker();
}

/** As docs/deploy.md says; a version has to have been seen by the server before. */
async function makeCurrent(buildId: string): Promise<void> {
  const version = ['--deployment-name', DEPLOYMENT, '--build-id', buildId, '--yes'];
  const isSet = () =>
    temporal(system, 'worker', 'deployment', 'set-current-version', ...version).then(
      () => true,
      () => false,
    );
  await waitFor(`${buildId} to be made current`, isSet);
}

it('a worker of a version works once the version is current, and what was begun goes on under the next one', async () => {
  await startVersion('1.0');
  const runId = await startImport(system.cli, 'versioned');
  const [sku] = await plentifulSkus(system.simulator, 1);
  await submit(system.cli, [requestFor('held', 'HELD-1', sku!)]);
  const { db } = system.database;
  const runs = () => db.selectFrom('job_runs').select('id').execute();
  expect(await runs()).toEqual([]);
  await makeCurrent('1.0');
  expect(await ended(db, runId)).toMatchObject({ status: 'completed', counts: { products: 20 } });
  await waitFor('the request to be held', async () =>
    (await storedRequests(db, 'HELD-1')).every(({ processing }) => processing === 'processing'),
  );

  const old = system.worker;
  await startVersion('2.0');
  await makeCurrent('2.0');
  await old.stop();
  const released = await system.cli(['fr', 'release', 'HELD-1', '--json']);
  expect({ code: released.exitCode, said: released.stdout }).toMatchObject({ code: 0 });
  expect(await acknowledged(db, 'HELD-1')).toMatchObject([{ processing: 'acknowledged' }]);
}, 180_000);
